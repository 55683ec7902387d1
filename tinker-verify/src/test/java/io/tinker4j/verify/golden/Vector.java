package io.tinker4j.verify.golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One recorded vector: a JSON file, and beside it the bytes it describes when it is a binary one.
 */
record Vector(Path file, JsonNode json) {
  static final JsonMapper MAPPER = JsonMapper.builder().build();

  /** Relative to the repository's root; tests run in their module. */
  private static final Path REPOSITORY = Path.of("../openapi/golden");

  private static final Path DIRECTORY =
      Path.of("..").resolve(System.getProperty("golden.dir", "openapi/golden"));

  private static List<Vector> all(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(".json"))
          .sorted()
          .map(file -> new Vector(file, MAPPER.readTree(file)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the vectors in " + directory, e);
    }
  }

  static List<Vector> where(Predicate<Vector> condition) {
    return all(DIRECTORY).stream().filter(condition).toList();
  }

  /** The first such vector of the directory, or else of the repository. */
  static Vector first(Predicate<Vector> condition) {
    return Stream.concat(all(DIRECTORY).stream(), all(REPOSITORY).stream())
        .filter(condition)
        .findFirst()
        .orElseThrow();
  }

  String number() {
    return file.getFileName().toString().substring(0, 3);
  }

  boolean isBinary() {
    return file.toString().endsWith(".pb.json");
  }

  boolean isRequest() {
    return direction().equals("request");
  }

  boolean isResponse() {
    return direction().equals("response");
  }

  private String direction() {
    return json.get("direction").asString();
  }

  String type() {
    return json.get("type").asString();
  }

  boolean isValid() {
    return json.get("valid").asBoolean();
  }

  /** The cases of a vector with several, or the vector itself. */
  List<JsonNode> cases() {
    JsonNode cases = json.path("json").path("cases");
    List<JsonNode> list = new ArrayList<>();
    if (cases.isArray()) {
      cases.forEach(list::add);
    } else {
      list.add(json);
    }
    return list;
  }

  byte[] bytes() {
    String name = file.getFileName().toString().replace(".pb.json", ".pb");
    try {
      return Files.readAllBytes(file.resolveSibling(name));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name, e);
    }
  }

  @Override
  public String toString() {
    return file.getFileName().toString();
  }
}

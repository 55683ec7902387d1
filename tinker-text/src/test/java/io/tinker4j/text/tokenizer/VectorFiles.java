package io.tinker4j.text.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Recorded cases and the tokenizers they were recorded with: those of this module, and those of the
 * directories named by the properties {@code vectors.dir} and {@code vectors.tokenizers}.
 */
final class VectorFiles {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /** Cases of a file, and where the directories of tokenizers are. */
  record VectorFile(Path file, Path tokenizers) {
    JsonNode content() {
      return json(file);
    }

    String name() {
      return file.getFileName().toString().replace(".json", "");
    }
  }

  private VectorFiles() {}

  /** Returns the files of a folder such as {@code cleanup}. */
  static List<VectorFile> of(String folder) {
    List<VectorFile> files = new ArrayList<>();
    add(files, resource("vectors").resolve(folder), resource("tokenizers"));
    String vectors = System.getProperty("vectors.dir", "");
    String tokenizers = System.getProperty("vectors.tokenizers", "");
    if (!vectors.isEmpty() && !tokenizers.isEmpty()) {
      add(files, Path.of(vectors, folder), Path.of(tokenizers));
    }
    return files;
  }

  private static void add(List<VectorFile> files, Path folder, Path tokenizers) {
    try (Stream<Path> found = Files.list(folder)) {
      found
          .filter(file -> file.toString().endsWith(".json"))
          .sorted()
          .forEach(file -> files.add(new VectorFile(file, tokenizers)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a file or directory of this package's test resources. */
  static Path resource(String name) {
    try {
      return Path.of(Objects.requireNonNull(VectorFiles.class.getResource(name), name).toURI());
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static JsonNode json(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return MAPPER.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int[] ints(JsonNode array) {
    int[] ints = new int[array.size()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = array.get(i).intValue();
    }
    return ints;
  }
}

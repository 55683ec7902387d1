package io.tinker4j.text.renderer;

import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.text.tokenizer.Tokenizers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import tools.jackson.databind.ObjectMapper;

/**
 * Recorded cases and the tokenizers they were recorded with: those of this module, and those of the
 * directories that the properties {@code vectors.dir} and {@code vectors.tokenizers} name.
 */
final class VectorFiles {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Cases of a file, and where the directories of tokenizers are. */
  record VectorFile(Path file, Path tokenizers) {
    Map<String, Object> content() {
      return Recorded.object(json(file));
    }

    Tokenizer tokenizer(Object name) {
      return Tokenizers.read(tokenizers.resolve(String.valueOf(name)));
    }

    @Override
    public String toString() {
      return file.getFileName().toString();
    }
  }

  private VectorFiles() {}

  /** Returns the files of a folder, or one of its files. */
  static List<VectorFile> of(String path) {
    List<VectorFile> files = new ArrayList<>();
    add(files, resource("vectors").resolve(path), resource("tokenizers"));
    String vectors = System.getProperty("vectors.dir", "");
    String tokenizers = System.getProperty("vectors.tokenizers", "");
    if (!vectors.isEmpty() && !tokenizers.isEmpty()) {
      add(files, Path.of(vectors).resolve(path), Path.of(tokenizers));
    }
    return files;
  }

  private static void add(List<VectorFile> files, Path path, Path tokenizers) {
    if (!Files.isDirectory(path)) {
      files.add(new VectorFile(path, tokenizers));
      return;
    }
    try (Stream<Path> found = Files.list(path)) {
      found
          .filter(file -> file.toString().endsWith(".json"))
          .sorted()
          .forEach(file -> files.add(new VectorFile(file, tokenizers)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Tokenizer tokenizer(String name) {
    return Tokenizers.read(resource("tokenizers").resolve(name));
  }

  static List<?> resourceList(String name) {
    return Recorded.list(json(resource(name)));
  }

  private static Path resource(String name) {
    try {
      return Path.of(Objects.requireNonNull(VectorFiles.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object json(Path file) {
    try {
      return MAPPER.readValue(Files.readAllBytes(file), Object.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

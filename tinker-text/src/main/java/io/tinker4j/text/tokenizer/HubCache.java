package io.tinker4j.text.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Directories in the layout of the Hugging Face hub's cache: {@code
 * models--ORG--NAME/snapshots/COMMIT} and {@code models--ORG--NAME/refs/main}.
 */
final class HubCache {
  private HubCache() {}

  /** Returns where Python's library keeps the cache, by its own variables. */
  static Path location(Map<String, String> environment, Path home) {
    for (String name : new String[] {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) {
      String value = environment.getOrDefault(name, "");
      if (!value.isEmpty()) {
        return expand(value, home);
      }
    }
    String hubHome = environment.getOrDefault("HF_HOME", "");
    if (!hubHome.isEmpty()) {
      return expand(hubHome, home).resolve("hub");
    }
    String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path base = cache.isEmpty() ? home.resolve(".cache") : expand(cache, home);
    return base.resolve("huggingface").resolve("hub");
  }

  private static Path expand(String path, Path home) {
    return path.equals("~") || path.startsWith("~/")
        ? Path.of(home + path.substring(1))
        : Path.of(path);
  }

  /** Returns the snapshot of a repository, if the cache has it. */
  static Optional<Path> snapshot(Path cache, String repository, String revision)
      throws IOException {
    Path model = cache.resolve("models--" + repository.replace("/", "--"));
    Path snapshots = model.resolve("snapshots");
    String wanted = revision.isEmpty() ? "main" : revision;
    Path reference = model.resolve("refs").resolve(wanted);
    if (Files.isRegularFile(reference)) {
      wanted = Files.readString(reference).strip();
    }
    Path snapshot = snapshots.resolve(wanted).normalize();
    return snapshot.startsWith(snapshots.normalize()) && Files.isDirectory(snapshot)
        ? Optional.of(snapshot)
        : Optional.empty();
  }
}

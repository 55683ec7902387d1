package io.tinker4j.recovery.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which file a path led to when it was opened. As long as it is open, no other file can get its
 * key.
 *
 * @param key null where the file system has none
 */
record FileKey(Path path, @Nullable Object key) {
  static FileKey of(Path path) throws IOException {
    return new FileKey(path, key(path));
  }

  private static @Nullable Object key(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /** Whether keys tell files apart here; where they do not, contents have to. */
  boolean isKnown() {
    return key != null;
  }

  /** Returns whether another path leads to the same file; not when it leads to none. */
  boolean isAt(Path other) {
    try {
      return Objects.equals(key(other), key);
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns what has become of the path; null when it leads to the same file. */
  @Nullable String problem() throws IOException {
    try {
      return Objects.equals(key(path), key) ? null : path + " is another file than it was";
    } catch (NoSuchFileException e) {
      return path + " is gone";
    }
  }
}

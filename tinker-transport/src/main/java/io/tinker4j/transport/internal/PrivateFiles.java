package io.tinker4j.transport.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Makes files and directories that only their owner can read and write: mode 0600 and 0700, on file
 * systems that know modes. What exists already keeps its mode. Thread-safe.
 */
public final class PrivateFiles {
  private static final FileAttribute<?>[] NONE = {};

  private PrivateFiles() {}

  /**
   * Makes an empty file.
   *
   * @throws java.nio.file.FileAlreadyExistsException when there is one
   */
  public static Path createFile(Path file) throws IOException {
    return Files.createFile(file, mode(file, "rw-------"));
  }

  /** Makes a directory and those above it that are missing. */
  public static Path createDirectories(Path directory) throws IOException {
    return Files.createDirectories(directory, mode(directory, "rwx------"));
  }

  /** Opens a file, which an option such as {@code CREATE} makes if need be. */
  public static FileChannel open(Path file, OpenOption... options) throws IOException {
    return FileChannel.open(file, Set.of(options), mode(file, "rw-------"));
  }

  private static FileAttribute<?>[] mode(Path path, String mode) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
        }
        : NONE;
  }
}

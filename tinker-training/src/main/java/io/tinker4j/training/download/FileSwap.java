package io.tinker4j.training.download;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Puts what is complete in the place of what may be there, by renaming. */
final class FileSwap {
  private static final System.Logger log = System.getLogger(FileSwap.class.getName());

  private FileSwap() {}

  /** Renames a file, over an old one only if it may be replaced. */
  static void file(Path complete, Path target, boolean overwrite) throws IOException {
    if (overwrite) {
      Files.move(complete, target, StandardCopyOption.ATOMIC_MOVE);
    } else {
      Files.move(complete, target);
    }
  }

  /**
   * Renames a directory. No file system replaces a directory that is not empty in one step: an old
   * one is moved aside first, and back again when the new one cannot be put in its place.
   */
  static void directory(Path complete, Path target, boolean overwrite) throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      Files.move(complete, target, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    if (!overwrite && !isEmpty(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    Path old = complete.resolveSibling(complete.getFileName() + ".old");
    Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    try {
      Files.move(complete, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
      throw e;
    }
    remove(old);
  }

  /** Returns whether a directory has nothing in it. */
  static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    }
  }

  /** Removes a file or a directory with all that is in it, if it is there. */
  static void remove(Path path) {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> all = Files.walk(path)) {
      List<Path> leavesFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path each : leavesFirst) {
        Files.deleteIfExists(each);
      }
    } catch (IOException | UncheckedIOException e) {
      log.log(System.Logger.Level.WARNING, () -> "cannot remove: path=" + path, e);
    }
  }
}

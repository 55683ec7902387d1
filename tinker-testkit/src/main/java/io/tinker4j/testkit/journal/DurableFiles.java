package io.tinker4j.testkit.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** File operations whose effect survives a crash once they have returned. */
public final class DurableFiles {
  private DurableFiles() {}

  /** Writes a file as a whole or not at all. */
  public static void write(Path file, byte[] content) throws IOException {
    Path parent = parent(file);
    Path partial = parent.resolve("." + file.getFileName() + ".partial");
    try (FileChannel channel =
        FileChannel.open(
            partial,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    move(partial, file);
  }

  /**
   * Renames a file or directory atomically, within its directory or to one beside it. Replaces a
   * file; not every file system does that without being asked.
   */
  public static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    sync(parent(to));
  }

  /** Forces the entries of a directory to disk, where the platform can. */
  public static void sync(Path directory) {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows cannot open directories; it keeps their entries safe without being asked.
    }
  }

  /** The entries of a directory; none when there is no directory. */
  public static List<Path> list(Path directory) throws IOException {
    List<Path> entries = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
        stream.forEach(entries::add);
      }
    }
    return entries;
  }

  /** Bytes of all files of a directory, not of those below it. */
  public static long size(Path directory) throws IOException {
    long size = 0;
    for (Path file : list(directory)) {
      size += Files.size(file);
    }
    return size;
  }

  /** Deletes a file or directory with all it holds; links are deleted, not followed. */
  public static void delete(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      for (Path entry : list(path)) {
        delete(entry);
      }
    }
    Files.deleteIfExists(path);
  }

  /** The directory of a file. */
  public static Path parent(Path file) {
    Path parent = file.getParent();
    if (parent == null) {
      throw new IllegalArgumentException(file + " has no directory");
    }
    return parent;
  }
}

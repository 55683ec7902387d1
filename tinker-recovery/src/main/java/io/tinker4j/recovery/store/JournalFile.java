package io.tinker4j.recovery.store;

import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.transport.internal.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The file of a journal, open for writing at its end. Not thread-safe. */
final class JournalFile implements AutoCloseable {
  private static final String NEW_FILE = "progress.journal.new";

  private final JournalWriteHook point;
  private final JournalHeader header;
  private FileChannel channel;
  private FileKey key;
  private long length;
  private long entries;
  private int checksum;

  private JournalFile(
      FileChannel channel, FileKey key, JournalHeader header, JournalWriteHook point) {
    this.point = point;
    this.header = header;
    this.channel = channel;
    this.key = key;
    this.checksum = header.checksum();
  }

  /**
   * Writes a new file that has no entries yet, over what is there.
   *
   * @param where what write points call its header
   */
  static JournalFile create(Path path, JournalHeader header, JournalWriteHook point, String where)
      throws IOException {
    FileChannel channel =
        PrivateFiles.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
    try {
      lock(channel, path);
      JournalFile file = new JournalFile(channel, FileKey.of(path), header, point);
      write(channel, where, header.bytes(), 0, point);
      file.length = JournalHeader.SIZE;
      return file;
    } catch (RuntimeException | IOException | Error e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Puts a new file with these entries in the place of a directory's journal. It is durable there
   * when the directory is {@linkplain #sync synchronized}.
   */
  static JournalFile replace(
      Path directory, JournalHeader header, List<JournalEntry> entries, JournalWriteHook point)
      throws IOException {
    JournalFile next = create(directory.resolve(NEW_FILE), header, point, "condensed header");
    try {
      for (JournalEntry entry : entries) {
        next.append(entry, "condensed entry");
      }
      next.force();
      int unused = point.before("rename", 0);
      next.moveTo(directory.resolve(JournalWriter.FILE));
      return next;
    } catch (RuntimeException | IOException | Error e) {
      next.close();
      throw e;
    }
  }

  /** Returns when the disk has the names in a directory: a rename or a new file is durable then. */
  static void sync(Path directory) throws IOException {
    if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
        entries.force(true);
      }
    }
  }

  /** Opens a file behind what is whole of it, and cuts off what was being written. */
  static JournalFile open(
      Path path, JournalContent content, JournalHeader header, JournalWriteHook point)
      throws IOException {
    FileKey key = FileKey.of(path);
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      lock(channel, path);
      JournalFile file = new JournalFile(channel, key, header, point);
      file.length = content.size();
      String problem = file.problem();
      if (problem != null) {
        throw new JournalException("the run is in use: " + problem);
      }
      file.length = content.front().end();
      file.entries = content.entries().size();
      file.checksum = content.checksum();
      channel.truncate(file.length);
      return file;
    } catch (RuntimeException | IOException | Error e) {
      channel.close();
      throw e;
    }
  }

  /** Holds off a second owner when the lock file was removed. */
  private static void lock(FileChannel channel, Path path) throws IOException {
    if (RunLock.tryLock(channel) == null) {
      throw new JournalException(
          "the run is in use: %s is locked by another process".formatted(path));
    }
  }

  /** Returns whether a path leads to this file. */
  boolean isAt(Path path) {
    return key.isAt(path);
  }

  /** Returns all bytes, through the channel that has the lock: closing another gives it up. */
  byte[] bytes() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
    int read = 0;
    while (bytes.hasRemaining() && read >= 0) {
      read = channel.read(bytes, bytes.position());
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  JournalHeader header() {
    return header;
  }

  long length() {
    return length;
  }

  /** Returns how far the file has come; the disk has to have it before the mark is written. */
  JournalMark mark() {
    UUID journal = header.journal();
    return new JournalMark(journal, header.generation(), length, entries, checksum);
  }

  /** Writes an entry behind the others. */
  void append(JournalEntry entry, String where) throws IOException {
    ByteBuffer frame = JournalContent.frame(entry, checksum);
    int size = frame.remaining();
    int next = JournalContent.checksum(frame);
    write(channel, where, frame, length, point);
    length += size;
    entries++;
    checksum = next;
  }

  /** Returns when the disk has what was appended. */
  void force() throws IOException {
    channel.force(true);
  }

  /** Takes away what a write that has failed may have left. */
  void truncate() throws IOException {
    channel.truncate(length);
  }

  /** Puts the file where another one is. */
  private void moveTo(Path path) throws IOException {
    Files.move(
        key.path(), path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    key = new FileKey(path, key.key());
  }

  /** Opens the file again when an interrupt has closed it. */
  void reopen() throws IOException {
    if (channel.isOpen()) {
      return;
    }
    FileKey now = FileKey.of(key.path());
    channel = FileChannel.open(key.path(), StandardOpenOption.READ, StandardOpenOption.WRITE);
    lock(channel, key.path());
    key = now;
    channel.truncate(length);
  }

  /** Returns why the file must not be written any more; null when it may. */
  @Nullable String problem() throws IOException {
    String problem = key.problem();
    if (problem == null && !key.isKnown()) {
      JournalHeader now = JournalHeader.read(firstBytes());
      problem = header.equals(now) ? null : key.path() + " is another journal than it was";
    }
    if (problem == null && channel.size() != length) {
      problem =
          "%s has changed: it has %d bytes, and %d were written"
              .formatted(key.path(), channel.size(), length);
    }
    return problem;
  }

  private byte[] firstBytes() throws IOException {
    try (var stream = Files.newInputStream(key.path())) {
      return stream.readNBytes(JournalHeader.SIZE);
    }
  }

  /** Writes bytes at a place, as many as the write point lets through. */
  static void write(
      FileChannel to, String where, ByteBuffer bytes, long position, JournalWriteHook point)
      throws IOException {
    int all = bytes.remaining();
    int allowed = point.before(where, all);
    bytes.limit(bytes.position() + allowed);
    long at = position;
    while (bytes.hasRemaining()) {
      at += to.write(bytes, at);
    }
    if (allowed < all) {
      int unused = point.before(where, 0);
      throw new IllegalStateException("a write point that cuts a write has to end the process");
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

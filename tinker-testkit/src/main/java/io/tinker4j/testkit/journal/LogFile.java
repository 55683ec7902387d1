package io.tinker4j.testkit.journal;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The file of a journal's entries. Its writer is one thread at a time; any thread may read.
 *
 * <p>On disk an entry is the length of its content, the CRC-32 of that, and the content. Its
 * address is where it begins.
 */
final class LogFile implements AutoCloseable {
  private static final Logger LOG = System.getLogger(LogFile.class.getName());
  private static final int HEAD = 2 * Integer.BYTES;
  private static final int BUFFER = 1 << 18;

  /** Where the fields of the first entry begin, behind their length. */
  private static final int BRACE = HEAD + Integer.BYTES;

  /** How far behind an entry that is not whole another one is looked for. */
  private static final int MAX_SEARCHED = 64 << 20;

  private final Path path;
  private final FileChannel channel;
  private long size;

  private LogFile(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    size = channel.size();
  }

  /**
   * Opens a file, which is made if need be and only its owner may read.
   *
   * @throws IOException when it cannot be, or holds something else, which is left as it is
   */
  static LogFile open(Path path) throws IOException {
    if (Files.exists(path) && isForeign(path)) {
      throw new IOException(
          path + " is not a journal of this server; move it away, or name another directory");
    }
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      protect(path);
      return new LogFile(path, channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Whether the file begins like no entry, not even one that was being written, and has none behind
   * that: with a length that no first entry has, or without the brace of its fields.
   */
  private static boolean isForeign(Path path) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(MAX_SEARCHED);
    }
    boolean isTooLong = bytes.length > 0 && bytes[0] != 0;
    boolean hasNoFields = bytes.length > BRACE && bytes[BRACE] != '{' && bytes[BRACE] != 0;
    return (isTooLong || hasNoFields) && !hasEntry(ByteBuffer.wrap(bytes));
  }

  /** The journal holds what requests held, and the key that signs tokens. */
  private static void protect(Path path) throws IOException {
    try {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    } catch (UnsupportedOperationException e) {
      LOG.log(Level.DEBUG, () -> "no POSIX permissions path=" + path);
    }
  }

  /** The first entry, unless there is none; one that is unfinished is cut off. */
  Optional<LogEntry> first() throws IOException {
    try (DataInputStream data = input()) {
      LogEntry entry = next(data, 0, size);
      if (entry == null) {
        cutOffAfter(0);
      }
      return Optional.ofNullable(entry);
    }
  }

  /**
   * Reads all entries and cuts off an unfinished one at the end.
   *
   * @throws IOException when an entry that is not whole has another one behind it: then it was
   *     damaged, and nothing is cut off
   */
  void readAll(Consumer<LogEntry> reader) throws IOException {
    long length = size;
    long position = 0;
    try (DataInputStream data = input()) {
      LogEntry entry = next(data, position, length);
      while (entry != null) {
        reader.accept(entry);
        position += HEAD + entry.content().remaining();
        entry = next(data, position, length);
      }
    }
    cutOffAfter(position);
  }

  private DataInputStream input() throws IOException {
    return new DataInputStream(new BufferedInputStream(Files.newInputStream(path), BUFFER));
  }

  private static @Nullable LogEntry next(DataInputStream data, long position, long length)
      throws IOException {
    if (length - position < HEAD) {
      return null;
    }
    int bytes = data.readInt();
    int crc = data.readInt();
    return bytes < Integer.BYTES || bytes > length - position - HEAD
        ? null
        : entry(position, ByteBuffer.wrap(data.readNBytes(bytes)), crc);
  }

  private static @Nullable LogEntry entry(long address, ByteBuffer content, int expectedCrc) {
    return crc(content) == expectedCrc ? new LogEntry(address, content) : null;
  }

  private static int crc(ByteBuffer bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }

  /** Where the next entry will be. */
  long size() {
    return size;
  }

  /**
   * Adds an entry, which is safe after {@link #force}.
   *
   * @return where it is
   */
  long write(ByteBuffer content) throws IOException {
    int length = content.remaining();
    ByteBuffer entry = ByteBuffer.allocate(Math.addExact(HEAD, length));
    entry.putInt(length).putInt(crc(content)).put(content).flip();
    long start = size;
    long position = start;
    while (entry.hasRemaining()) {
      position += channel.write(entry, position);
    }
    size = position;
    return start;
  }

  /**
   * Reads the entry at a position.
   *
   * @throws IOException when there is none
   */
  LogEntry read(long position) throws IOException {
    ByteBuffer head = read(position, HEAD);
    int length = head.getInt();
    if (length < 0 || length > channel.size() - position - HEAD) {
      throw new IOException(path + " has no entry at " + position);
    }
    LogEntry entry = entry(position, read(position + HEAD, length), head.getInt());
    if (entry == null) {
      throw new IOException(path + " has no entry at " + position);
    }
    return entry;
  }

  private ByteBuffer read(long from, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(length);
    long position = from;
    while (target.hasRemaining()) {
      int count = channel.read(target, position);
      if (count < 0) {
        throw new IOException(path + " ends before " + (from + length));
      }
      position += count;
    }
    return target.flip();
  }

  private void cutOffAfter(long end) throws IOException {
    long rest = channel.size() - end;
    if (rest > 0) {
      if (hasEntry(read(end, (int) Math.min(rest, MAX_SEARCHED)))) {
        throw new IOException(
            "%s is damaged at byte %d; entries behind it can be read".formatted(path, end));
      }
      LOG.log(Level.WARNING, () -> "journal ends in an unfinished entry bytes=" + rest);
      channel.truncate(end);
      channel.force(true);
    }
    size = end;
  }

  /** Whether an entry begins anywhere in these bytes but at their start. */
  private static boolean hasEntry(ByteBuffer bytes) {
    for (int i = 1; i <= bytes.limit() - HEAD; i++) {
      int length = bytes.getInt(i);
      if (length >= Integer.BYTES
          && length <= bytes.limit() - i - HEAD
          && crc(bytes.slice(i + HEAD, length)) == bytes.getInt(i + Integer.BYTES)) {
        return true;
      }
    }
    return false;
  }

  void force() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

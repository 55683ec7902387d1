package io.tinker4j.testkit;

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
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * One file of the journal's entries. Its writer is one thread at a time; any thread may read.
 *
 * <p>On disk an entry is the length of what follows its head, the CRC-32 of that, the address of
 * the entry, whether it is told, and its content.
 */
final class JournalFile implements AutoCloseable {
  private static final Logger LOG = System.getLogger(JournalFile.class.getName());
  private static final int HEAD = 2 * Integer.BYTES;
  private static final int PREFIX = Long.BYTES + 1;
  private static final int BUFFER = 1 << 18;

  private final Path path;
  private final FileChannel channel;
  private long size;

  private JournalFile(Path path, FileChannel channel, long size) {
    this.path = path;
    this.channel = channel;
    this.size = size;
  }

  /** What is done with each entry. */
  @FunctionalInterface
  interface Reader {
    void read(JournalEntry entry, long position) throws IOException;
  }

  /** Makes an empty file, in place of another one if need be. */
  static JournalFile create(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      protect(path);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return new JournalFile(path, channel, 0);
  }

  /** The journal holds what requests held, and the key that signs tokens. */
  private static void protect(Path path) throws IOException {
    try {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    } catch (UnsupportedOperationException e) {
      LOG.log(Level.DEBUG, () -> "no POSIX permissions path=" + path);
    }
  }

  /** Opens a file whose whole entries end at {@code size}. */
  static JournalFile open(Path path, long size) throws IOException {
    return new JournalFile(
        path, FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE), size);
  }

  /**
   * Reads all entries up to the first that is not whole.
   *
   * @return where that is, or the end of the file
   */
  static long readAll(Path path, Reader reader) throws IOException {
    long length = Files.size(path);
    long position = 0;
    try (InputStream in = Files.newInputStream(path);
        DataInputStream data = new DataInputStream(new BufferedInputStream(in, BUFFER))) {
      while (length - position >= HEAD) {
        int bytes = data.readInt();
        int crc = data.readInt();
        if (bytes < PREFIX || bytes > length - position - HEAD) {
          return position;
        }
        JournalEntry entry = entry(ByteBuffer.wrap(data.readNBytes(bytes)), crc);
        if (entry == null) {
          return position;
        }
        reader.read(entry, position);
        position += HEAD + bytes;
      }
    }
    return position;
  }

  private static @Nullable JournalEntry entry(ByteBuffer bytes, int expectedCrc) {
    if (crc(bytes) != expectedCrc) {
      return null;
    }
    long address = bytes.getLong();
    boolean told = bytes.get() != 0;
    return new JournalEntry(address, told, bytes.slice());
  }

  private static int crc(ByteBuffer bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }

  Path path() {
    return path;
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
  long write(long address, boolean told, ByteBuffer content) throws IOException {
    int length = Math.addExact(PREFIX, content.remaining());
    ByteBuffer entry = ByteBuffer.allocate(Math.addExact(HEAD, length));
    entry.position(HEAD);
    entry.putLong(address).put((byte) (told ? 1 : 0)).put(content).flip();
    entry.putInt(0, length).putInt(Integer.BYTES, crc(entry.slice(HEAD, length)));
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
  JournalEntry read(long position) throws IOException {
    ByteBuffer head = read(position, HEAD);
    int length = head.getInt();
    if (length < PREFIX || length > channel.size() - position - HEAD) {
      throw new IOException(path + " has no entry at " + position);
    }
    JournalEntry entry = entry(read(position + HEAD, length), head.getInt());
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

  /**
   * Cuts off what comes after the last whole entry.
   *
   * @throws IOException when there is something, though it is not the last of the files, which
   *     alone may end like that
   */
  void cutOffRest(boolean isLast) throws IOException {
    if (channel.size() > size) {
      if (!isLast) {
        throw new IOException(path + " is damaged at " + size);
      }
      long lost = channel.size() - size;
      LOG.log(Level.WARNING, () -> "journal ends in an unfinished entry bytes=" + lost);
      channel.truncate(size);
      channel.force(true);
    }
  }

  void force() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

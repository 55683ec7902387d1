package io.tinker4j.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A file of entries that only grows; what {@link #sync} has returned for is still there after a
 * crash. Threads that wait for the disk at the same time share one wait. Safe for use by many
 * threads.
 *
 * <p>On disk an entry is the length of its content, the CRC-32 of the content, and the content: the
 * lengths of a JSON object and of the parts, each before the bytes. An entry at the end that is not
 * whole was being written when the server died; nobody was told of it, and it is cut off.
 */
final class Journal implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Journal.class.getName());
  private static final int HEAD = 2 * Integer.BYTES;

  private final FileChannel channel;
  private final FileLock fileLock;

  /** Guards: written, broken, and the order of entries. */
  private final ReentrantLock appending = new ReentrantLock();

  private volatile long written;
  private @Nullable IOException broken;

  /** Held by the thread that forces the file to disk on behalf of those behind it. */
  private final ReentrantLock syncing = new ReentrantLock();

  private volatile long synced;

  private Journal(FileChannel channel, FileLock fileLock) {
    this.channel = channel;
    this.fileLock = fileLock;
  }

  /**
   * Opens the journal of a file, which is made if need be, and hands out what it holds.
   *
   * @throws IOException when the file cannot be read or another server uses it
   */
  static Journal open(Path file, Consumer<JournalEntry> reader) throws IOException {
    boolean isNew = !Files.exists(file);
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      Journal journal = new Journal(channel, lock(channel, file));
      if (isNew) {
        protect(file);
        DurableFiles.sync(DurableFiles.parent(file));
      }
      journal.readAll(reader);
      return journal;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static FileLock lock(FileChannel channel, Path file) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw new IOException(file + " is in use by another server; close that one first");
    }
    return lock;
  }

  /** The journal holds what requests held, and the key that signs tokens. */
  private static void protect(Path file) throws IOException {
    try {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    } catch (UnsupportedOperationException e) {
      LOG.log(Level.DEBUG, () -> "no POSIX permissions path=" + file);
    }
  }

  private void readAll(Consumer<JournalEntry> reader) throws IOException {
    long offset = 0;
    for (ByteBuffer content = content(offset); content != null; content = content(offset)) {
      long end = offset + HEAD + content.remaining();
      reader.accept(entry(offset, content));
      offset = end;
    }
    if (offset < channel.size()) {
      long lost = channel.size() - offset;
      LOG.log(Level.WARNING, () -> "journal ends in an unfinished entry bytes=" + lost);
      channel.truncate(offset);
      channel.force(true);
    }
    written = offset;
    synced = offset;
  }

  /** The content of the entry at an offset, or null when there is no whole one. */
  private @Nullable ByteBuffer content(long offset) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(HEAD);
    if (!readFully(head, offset)) {
      return null;
    }
    int length = head.getInt(0);
    if (length <= 0 || offset + HEAD + length > channel.size()) {
      return null;
    }
    ByteBuffer content = ByteBuffer.allocate(length);
    return readFully(content, offset + HEAD) && crc(content) == head.getInt(Integer.BYTES)
        ? content
        : null;
  }

  private boolean readFully(ByteBuffer target, long offset) throws IOException {
    long position = offset;
    while (target.hasRemaining()) {
      int count = channel.read(target, position);
      if (count < 0) {
        return false;
      }
      position += count;
    }
    target.flip();
    return true;
  }

  private static JournalEntry entry(long offset, ByteBuffer content) {
    byte[] fields = next(content);
    List<byte[]> parts = new ArrayList<>();
    while (content.hasRemaining()) {
      parts.add(next(content));
    }
    return new JournalEntry(offset, JsonBodies.readFields(fields), parts);
  }

  private static byte[] next(ByteBuffer content) {
    byte[] bytes = new byte[content.getInt()];
    content.get(bytes);
    return bytes;
  }

  private static int crc(ByteBuffer content) {
    CRC32 crc = new CRC32();
    crc.update(content.duplicate());
    return (int) crc.getValue();
  }

  /**
   * Adds an entry, which is safe once {@link #sync} has returned.
   *
   * @return where it is
   * @throws UncheckedIOException when the file cannot be written; no entry is then taken any more
   */
  long append(Map<String, ?> fields, byte[]... parts) {
    ByteBuffer entry = encode(fields, parts);
    appending.lock();
    try {
      if (broken != null) {
        throw new UncheckedIOException(
            new IOException("the journal is broken since: " + broken.getMessage(), broken));
      }
      long offset = written;
      long position = offset;
      while (entry.hasRemaining()) {
        position += channel.write(entry, position);
      }
      written = position;
      return offset;
    } catch (IOException e) {
      broken = e;
      throw new UncheckedIOException("the journal cannot be written", e);
    } finally {
      appending.unlock();
    }
  }

  private static ByteBuffer encode(Map<String, ?> fields, byte[]... parts) {
    byte[] json = JsonBodies.write(fields);
    int length = Integer.BYTES + json.length;
    for (byte[] part : parts) {
      length = Math.addExact(length, Integer.BYTES + part.length);
    }
    ByteBuffer entry = ByteBuffer.allocate(Math.addExact(HEAD, length));
    entry.position(HEAD);
    entry.putInt(json.length).put(json);
    for (byte[] part : parts) {
      entry.putInt(part.length).put(part);
    }
    entry.flip();
    entry.putInt(0, length).putInt(Integer.BYTES, crc(entry.slice(HEAD, length)));
    return entry;
  }

  /**
   * Waits until the entry at an offset, and all before it, are on disk.
   *
   * @throws UncheckedIOException when the disk refuses
   */
  void sync(long offset) {
    if (synced > offset) {
      return;
    }
    syncing.lock();
    try {
      if (synced > offset) {
        return;
      }
      long end = written;
      channel.force(false);
      synced = end;
    } catch (IOException e) {
      throw new UncheckedIOException("the journal cannot be forced to disk", e);
    } finally {
      syncing.unlock();
    }
  }

  /**
   * Reads an entry again.
   *
   * @throws UncheckedIOException when the file cannot be read
   */
  JournalEntry read(long offset) {
    try {
      ByteBuffer content = content(offset);
      if (content == null) {
        throw new IOException("no entry at " + offset);
      }
      return entry(offset, content);
    } catch (IOException e) {
      throw new UncheckedIOException("the journal cannot be read", e);
    }
  }

  @Override
  public void close() {
    try {
      // A thread that was interrupted while it read has closed the channel, and with it the lock.
      if (channel.isOpen()) {
        fileLock.close();
      }
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the journal cannot be closed", e);
    }
  }
}

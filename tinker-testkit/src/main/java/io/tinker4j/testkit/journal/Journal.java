package io.tinker4j.testkit.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Entries on disk, written ahead of what clients are told; what {@link #sync} has returned for is
 * still there after a crash. Threads that wait for the disk at the same time share one wait. Safe
 * for use by many threads once {@link #replay} has returned.
 *
 * <p>An entry at the end that is not whole was being written when the server died; nobody was told
 * of it, and it is cut off.
 */
public final class Journal implements AutoCloseable {
  private final FileChannel lockChannel;
  private final FileLock fileLock;
  private final LogFile file;

  /** Guards: writes to the file, and broken. */
  private final ReentrantLock appending = new ReentrantLock();

  private volatile long written;
  private @Nullable IOException broken;

  /** Held by the thread that forces the file to disk on behalf of those behind it. */
  private final ReentrantLock syncing = new ReentrantLock();

  private volatile long synced;

  private Journal(Path directory) throws IOException {
    Files.createDirectories(directory);
    lockChannel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      fileLock = lock(lockChannel, directory);
      file = LogFile.open(directory.resolve("journal"));
      DurableFiles.sync(directory);
    } catch (IOException | RuntimeException e) {
      lockChannel.close();
      throw e;
    }
  }

  /**
   * Opens the journal of a directory, which is made if need be. Before anything is appended to one
   * that holds entries, they are {@linkplain #replay replayed}.
   *
   * @throws IOException when a file cannot be read or another server uses the directory
   */
  public static Journal open(Path directory) throws IOException {
    return new Journal(directory);
  }

  private static FileLock lock(FileChannel channel, Path directory) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw new IOException(directory + " is in use by another server; close that one first");
    }
    return lock;
  }

  /** The first entry, if there is one. */
  public Optional<LogEntry> first() throws IOException {
    return file.first();
  }

  /** Tells what the journal holds, entry by entry, and cuts off an unfinished one at its end. */
  public void replay(Consumer<LogEntry> reader) throws IOException {
    file.readAll(reader);
    written = file.size();
    synced = written;
  }

  /**
   * Adds an entry, which is safe once {@link #sync} has returned.
   *
   * @return its address
   * @throws UncheckedIOException when the file cannot be written; no entry is then taken any more
   */
  public long append(Map<String, ?> fields, byte[]... parts) {
    ByteBuffer content = LogEntry.content(fields, parts);
    appending.lock();
    try {
      if (broken != null) {
        throw new UncheckedIOException(
            new IOException("the journal is broken since: " + broken.getMessage(), broken));
      }
      long address = file.write(content);
      written = file.size();
      return address;
    } catch (IOException e) {
      broken = e;
      throw new UncheckedIOException("the journal cannot be written", e);
    } finally {
      appending.unlock();
    }
  }

  /**
   * Waits until the entry at an address, and all before it, are on disk.
   *
   * @throws UncheckedIOException when the disk refuses
   */
  public void sync(long address) {
    if (synced > address) {
      return;
    }
    syncing.lock();
    try {
      if (synced > address) {
        return;
      }
      long end = written;
      file.force();
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
  public LogEntry read(long address) {
    try {
      return file.read(address);
    } catch (IOException e) {
      throw new UncheckedIOException("the journal cannot be read", e);
    }
  }

  @Override
  public void close() {
    try {
      // A thread that was interrupted while it wrote has closed the channel, and with it the lock.
      if (lockChannel.isOpen()) {
        fileLock.close();
      }
      lockChannel.close();
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the journal cannot be closed", e);
    }
  }
}

package io.tinker4j.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Entries on disk, written ahead of what clients are told; what {@link #sync} has returned for is
 * still there after a crash. Threads that wait for the disk at the same time share one wait. Safe
 * for use by many threads.
 *
 * <p>An entry at the end that is not whole was being written when the server died; nobody was told
 * of it, and it is cut off. What the oldest files hold is now and then {@linkplain #compact
 * condensed}.
 */
final class Journal implements AutoCloseable {
  /** The first entry of each file; its address is that of the file. */
  private static final Map<String, String> HEAD = Map.of(Chronicle.TYPE, "head");

  private final Path directory;
  private final JournalFiles names;
  private final FileChannel lockChannel;
  private final FileLock fileLock;

  /** Guards: changes of the fields below up to broken. */
  private final ReentrantLock appending = new ReentrantLock();

  private JournalFile current;
  private int generation;
  private long base;
  private final AtomicLong entriesSince = new AtomicLong();
  private volatile long written;
  private @Nullable IOException broken;

  /** Held by the thread that forces the file to disk on behalf of those behind it. */
  private final ReentrantLock syncing = new ReentrantLock();

  private volatile long synced;

  /** Guards: the fields below. */
  private final ReentrantReadWriteLock reading = new ReentrantReadWriteLock();

  /** The files of all generations since the snapshot by their first address. */
  private final NavigableMap<Long, JournalFile> files = new TreeMap<>();

  private @Nullable JournalFile snapshot;

  /** Where in the snapshot the entries are that it holds. */
  private Map<Long, Long> places = new HashMap<>();

  private Journal(Path directory, Consumer<JournalEntry> reader) throws IOException {
    this.directory = directory;
    Files.createDirectories(directory);
    lockChannel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      fileLock = lock(lockChannel, directory);
      names = JournalFiles.open(directory);
      current = readAll(reader);
    } catch (IOException | RuntimeException e) {
      lockChannel.close();
      throw e;
    }
    written = base + current.size();
    synced = written;
  }

  /**
   * Opens the journal of a directory, which is made if need be, and tells what it holds.
   *
   * @throws IOException when a file cannot be read or another server uses the directory
   */
  static Journal open(Path directory, Consumer<JournalEntry> reader) throws IOException {
    return new Journal(directory, reader);
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

  /** Returns the file to write to. */
  private JournalFile readAll(Consumer<JournalEntry> reader) throws IOException {
    for (Path path : names.snapshots().values()) {
      long size = JournalFile.readAll(path, (entry, position) -> place(entry, position, reader));
      snapshot = JournalFile.open(path, size);
      snapshot.cutOffRest(false);
    }
    long next = 0;
    for (Map.Entry<Integer, Path> each : names.journals().entrySet()) {
      generation = each.getKey();
      long size = JournalFile.readAll(each.getValue(), (entry, position) -> count(entry, reader));
      boolean isLast = each.getKey().equals(names.journals().lastKey());
      if (size == 0 && isLast) {
        // The server died when it had only just begun this file.
        base = next;
        JournalFile begun = begin(generation);
        files.put(base, begun);
        return begun;
      }
      JournalFile file = JournalFile.open(each.getValue(), size);
      file.cutOffRest(isLast);
      base = file.read(0).address();
      files.put(base, file);
      next = base + size;
    }
    if (files.isEmpty()) {
      files.put(base, begin(generation));
    }
    return files.lastEntry().getValue();
  }

  private void place(JournalEntry entry, long position, Consumer<JournalEntry> reader) {
    places.put(entry.address(), position);
    if (entry.isTold()) {
      tell(entry, reader);
    }
  }

  private void count(JournalEntry entry, Consumer<JournalEntry> reader) {
    entriesSince.incrementAndGet();
    tell(entry, reader);
  }

  private static void tell(JournalEntry entry, Consumer<JournalEntry> reader) {
    if (!isHead(entry)) {
      reader.accept(entry);
    }
  }

  /** Whether an entry is not about what happened, but about its file. */
  static boolean isHead(JournalEntry entry) {
    return entry.fields().equals(HEAD);
  }

  /** Begins the file of a generation at the address {@link #base}. */
  private JournalFile begin(int number) throws IOException {
    JournalFile file = names.begin(number);
    long unused = file.write(base, true, JournalEntry.content(HEAD));
    file.force();
    DurableFiles.sync(directory);
    return file;
  }

  /**
   * Adds an entry, which is safe once {@link #sync} has returned.
   *
   * @return its address
   * @throws UncheckedIOException when the file cannot be written; no entry is then taken any more
   */
  long append(Map<String, ?> fields, byte[]... parts) {
    ByteBuffer content = JournalEntry.content(fields, parts);
    appending.lock();
    try {
      requireWhole();
      long address = written;
      long unused = current.write(address, true, content);
      written = base + current.size();
      entriesSince.incrementAndGet();
      return address;
    } catch (IOException e) {
      broken = e;
      throw new UncheckedIOException("the journal cannot be written", e);
    } finally {
      appending.unlock();
    }
  }

  private void requireWhole() {
    if (broken != null) {
      throw new UncheckedIOException(
          new IOException("the journal is broken since: " + broken.getMessage(), broken));
    }
  }

  /**
   * Waits until the entry at an address, and all before it, are on disk.
   *
   * @throws UncheckedIOException when the disk refuses
   */
  void sync(long address) {
    if (synced > address) {
      return;
    }
    syncing.lock();
    try {
      if (synced > address) {
        return;
      }
      long end = written;
      current().force();
      synced = end;
    } catch (IOException e) {
      throw new UncheckedIOException("the journal cannot be forced to disk", e);
    } finally {
      syncing.unlock();
    }
  }

  private JournalFile current() {
    appending.lock();
    try {
      return current;
    } finally {
      appending.unlock();
    }
  }

  /**
   * Reads an entry again.
   *
   * @throws UncheckedIOException when the file cannot be read
   */
  JournalEntry read(long address) {
    reading.readLock().lock();
    try {
      Map.Entry<Long, JournalFile> file = files.floorEntry(address);
      if (file != null) {
        return file.getValue().read(address - file.getKey());
      }
      Long place = places.get(address);
      if (snapshot == null || place == null) {
        throw new IOException("no entry at " + address);
      }
      return snapshot.read(place);
    } catch (IOException e) {
      throw new UncheckedIOException("the journal cannot be read", e);
    } finally {
      reading.readLock().unlock();
    }
  }

  /** How many entries came since the snapshot. */
  long entriesSinceSnapshot() {
    return entriesSince.get();
  }

  /** How many bytes came since the snapshot. */
  long bytesSinceSnapshot() {
    reading.readLock().lock();
    try {
      return written - files.firstKey();
    } finally {
      reading.readLock().unlock();
    }
  }

  /** How many bytes the snapshot has. */
  long snapshotBytes() {
    reading.readLock().lock();
    try {
      return snapshot == null ? 0 : snapshot.size();
    } finally {
      reading.readLock().unlock();
    }
  }

  /** Makes of what all entries tell something shorter that tells the same. */
  interface Condenser {
    /** Takes in an entry; its parts are not to be kept. */
    void accept(JournalEntry entry);

    /** Writes what is to be told instead, and what is to be read again. */
    void writeTo(Target target) throws IOException;
  }

  /** Takes what a condenser leaves. */
  interface Target {
    /** Adds an entry as it is; {@code told} says whether a server that starts is told of it. */
    void keep(long address, boolean told) throws IOException;

    /** Adds a new entry, which cannot be read again. */
    void tell(Map<String, ?> fields, byte[]... parts) throws IOException;
  }

  /**
   * Condenses all that is in the journal now, while others go on adding to it. A crash at any
   * moment loses nothing: the old files are deleted when the new one is safe. One thread at a time.
   */
  void compact(Condenser condenser) throws IOException {
    rotate();
    Compaction compaction = new Compaction(this, names, generation, base);
    compaction.read(condenser);
    condenser.writeTo(compaction);
    compaction.replace();
  }

  /** Begins a new generation; what came before is safe and does not change any more. */
  private void rotate() throws IOException {
    syncing.lock();
    appending.lock();
    try {
      requireWhole();
      current.force();
      synced = written;
      base = written;
      generation++;
      JournalFile next = begin(generation);
      reading.writeLock().lock();
      try {
        files.put(base, next);
      } finally {
        reading.writeLock().unlock();
      }
      current = next;
      written = base + next.size();
      entriesSince.set(0);
    } catch (IOException e) {
      broken = e;
      throw e;
    } finally {
      appending.unlock();
      syncing.unlock();
    }
  }

  /** Puts a snapshot in the place of what came before its generation, which is then deleted. */
  void use(JournalFile newSnapshot, Map<Long, Long> newPlaces, long newBase) throws IOException {
    reading.writeLock().lock();
    try {
      JournalFile old = snapshot;
      snapshot = newSnapshot;
      places = newPlaces;
      NavigableMap<Long, JournalFile> replaced = files.headMap(newBase, false);
      for (JournalFile file : replaced.values()) {
        file.close();
      }
      replaced.clear();
      if (old != null) {
        old.close();
      }
    } finally {
      reading.writeLock().unlock();
    }
  }

  @Override
  public void close() {
    reading.writeLock().lock();
    try {
      // A thread that was interrupted while it wrote has closed the channel, and with it the lock.
      if (lockChannel.isOpen()) {
        fileLock.close();
      }
      lockChannel.close();
      for (JournalFile file : files.values()) {
        file.close();
      }
      if (snapshot != null) {
        snapshot.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the journal cannot be closed", e);
    } finally {
      reading.writeLock().unlock();
    }
  }
}

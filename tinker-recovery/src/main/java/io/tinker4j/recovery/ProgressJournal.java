package io.tinker4j.recovery;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a run has done, in a directory of its own: a file that only grows, until it is condensed,
 * and a lock file.
 *
 * <p>Each entry has a checksum. What was being written when a process or machine ended is dropped
 * at the next opening; everything before it holds. One process at a time may have a journal open
 * for writing; anybody may {@link #read} it. Thread-safe; the methods block until the disk has what
 * they promise.
 *
 * <p>Training with {@link ResumableTraining} writes its journal itself.
 */
public final class ProgressJournal implements AutoCloseable {
  static final String FILE = "progress.journal";
  private static final String LOCK = "run.lock";
  private static final String NEW_FILE = "progress.journal.new";

  private final Path directory;
  private final RunLock owner;
  private final WritePoint point;
  private final long condensedBeyond;
  private final ReentrantLock lock = new ReentrantLock(); // guards: channel, state, length
  private final JournalState state = new JournalState();
  private FileChannel channel;
  private long length;

  private ProgressJournal(Path directory, RunLock owner, WritePoint point, long condensedBeyond)
      throws IOException {
    this.directory = directory;
    this.owner = owner;
    this.point = point;
    this.condensedBeyond = condensedBeyond;
    Path file = directory.resolve(FILE);
    JournalRecords.Content content =
        Files.exists(file)
            ? JournalRecords.read(Files.readAllBytes(file))
            : new JournalRecords.Content(List.of(), 0);
    content.entries().forEach(state::add);
    channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      channel.truncate(content.end());
      length = content.end();
      if (length == 0) {
        write(channel, "header", JournalRecords.header(), 0);
        channel.force(true);
        length = JournalRecords.HEADER;
        syncDirectory();
      }
    } catch (RuntimeException | IOException | Error e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Opens the journal of a directory for writing; makes both if need be.
   *
   * @throws JournalException when another process has it open, or the directory cannot be used
   */
  public static ProgressJournal open(Path directory) {
    return open(directory, WritePoint.NONE, 4 << 20);
  }

  static ProgressJournal open(Path directory, WritePoint point, long condensedBeyond) {
    try {
      Files.createDirectories(directory);
      RunLock owner = RunLock.acquire(directory.resolve(LOCK));
      try {
        return new ProgressJournal(directory, owner, point, condensedBeyond);
      } catch (RuntimeException | IOException | Error e) {
        owner.close();
        throw e;
      }
    } catch (IOException e) {
      throw new JournalException("cannot use the journal in " + directory, e);
    }
  }

  /**
   * Reads the entries of a journal, which may be in use, without touching anything.
   *
   * @throws JournalException when there is none or it cannot be read
   */
  public static List<JournalEntry> read(Path directory) {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      throw new JournalException("there is no journal in " + directory);
    }
    try {
      return JournalRecords.read(Files.readAllBytes(file)).entries();
    } catch (IOException e) {
      throw new JournalException("cannot read " + file, e);
    }
  }

  /**
   * Adds an entry and returns when the disk has it.
   *
   * @throws JournalException when it cannot be written, or another process has taken over
   */
  public void append(JournalEntry entry) {
    append(entry, true);
  }

  /** The same, without waiting for the disk: the next entry that waits covers this one. */
  void appendLater(JournalEntry entry) {
    append(entry, false);
  }

  private void append(JournalEntry entry, boolean durable) {
    ByteBuffer frame = JournalRecords.frame(entry);
    lock.lock();
    try {
      uninterrupted(() -> {
        owner.check();
        write(channel, "entry", frame.duplicate(), length);
        if (durable) {
          channel.force(false);
        }
      });
      length += frame.remaining();
      state.add(entry);
      if (length > condensedBeyond) {
        uninterrupted(this::condense);
      }
    } catch (IOException e) {
      throw new JournalException("cannot write the journal in " + directory, e);
    } finally {
      lock.unlock();
    }
  }

  /** Something that may be done again from its begin. */
  private interface FileAction {
    void run() throws IOException;
  }

  /**
   * Does something with the files to its end, and leaves the interrupt to the caller: a channel is
   * closed by an interrupt of whoever uses it, and a run that is interrupted still writes down what
   * is done.
   */
  private void uninterrupted(FileAction action) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          action.run();
          return;
        } catch (ClosedByInterruptException e) {
          interrupted = Thread.interrupted();
          reopen();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void reopen() throws IOException {
    owner.reopen();
    if (!channel.isOpen()) {
      channel =
          FileChannel.open(
              directory.resolve(FILE), StandardOpenOption.READ, StandardOpenOption.WRITE);
      channel.truncate(length);
    }
  }

  /**
   * Replaces the file by a short one that says the same about the state of the run: complete
   * lineages and checkpoints, the single steps since the last checkpoint, no notes. Happens by
   * itself beyond 4 MiB.
   */
  public void compact() {
    lock.lock();
    try {
      uninterrupted(() -> {
        owner.check();
        condense();
      });
    } catch (IOException e) {
      throw new JournalException("cannot condense the journal in " + directory, e);
    } finally {
      lock.unlock();
    }
  }

  private void condense() throws IOException {
    Path next = directory.resolve(NEW_FILE);
    FileChannel channel =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
    long written = JournalRecords.HEADER;
    try {
      write(channel, "condensed header", JournalRecords.header(), 0);
      for (JournalEntry entry : state.condensed()) {
        ByteBuffer frame = JournalRecords.frame(entry);
        int size = frame.remaining();
        write(channel, "condensed entry", frame, written);
        written += size;
      }
      channel.force(true);
      point.before("rename", 0);
      Files.move(
          next,
          directory.resolve(FILE),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      point.before("sync of the directory", 0);
      syncDirectory();
    } catch (RuntimeException | IOException | Error e) {
      channel.close();
      throw e;
    }
    this.channel.close();
    this.channel = channel;
    length = written;
  }

  private void write(FileChannel to, String where, ByteBuffer bytes, long position)
      throws IOException {
    int all = bytes.remaining();
    int allowed = point.before(where, all);
    bytes.limit(bytes.position() + allowed);
    long at = position;
    while (bytes.hasRemaining()) {
      at += to.write(bytes, at);
    }
    if (allowed < all) {
      point.before(where, 0);
      throw new IllegalStateException("a write point that cuts a write has to end the process");
    }
  }

  /** A rename or a new file is durable only when its directory is. */
  private void syncDirectory() throws IOException {
    if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
        entries.force(true);
      }
    }
  }

  /** Returns what the journal says about the run. */
  JournalState.View state() {
    lock.lock();
    try {
      return state.view();
    } finally {
      lock.unlock();
    }
  }

  /** Closes the file and gives the run free. Writes nothing. */
  @Override
  public void close() {
    lock.lock();
    try {
      channel.close();
      owner.close();
    } catch (IOException e) {
      throw new JournalException("cannot close the journal in " + directory, e);
    } finally {
      lock.unlock();
    }
  }
}

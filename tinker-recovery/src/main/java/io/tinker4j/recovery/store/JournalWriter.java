package io.tinker4j.recovery.store;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointSaved;
import io.tinker4j.recovery.journal.JournalEntry.RunFinished;
import io.tinker4j.recovery.journal.JournalEntry.RunOpened;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.transport.internal.PrivateFiles;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The journal of one run, open for writing by one process at a time: before each write, lock and
 * journal are looked at by their paths, and when they were removed or replaced, the write fails.
 * Thread-safe; the methods block until the disk has what they promise.
 */
public final class JournalWriter implements AutoCloseable {
  public static final String FILE = "progress.journal";
  static final String LOCK = "run.lock";

  private final Path directory;
  private final RunDirectory place;
  private final RunLock owner;
  private final JournalWriteHook point;
  private final long condensedBeyond;
  private final ReentrantLock lock = new ReentrantLock(); // guards: file, state
  private final JournalState state = new JournalState();
  private JournalFile file;

  private JournalWriter(
      Path directory,
      RunDirectory place,
      RunLock owner,
      JournalWriteHook point,
      long condensedBeyond)
      throws IOException {
    this.directory = directory;
    this.place = place;
    this.owner = owner;
    this.point = point;
    this.condensedBeyond = condensedBeyond;
    file = openFile();
    try {
      takeOver();
    } catch (RuntimeException | IOException | Error e) {
      file.close();
      throw e;
    }
  }

  private JournalFile openFile() throws IOException {
    Path path = directory.resolve(FILE);
    byte[] bytes = Files.exists(path) ? Files.readAllBytes(path) : new byte[0];
    JournalMark mark = JournalMark.read(directory);
    if (mark == null && owner.token() == 0 && JournalHeader.mayBeTorn(bytes)) {
      return JournalFile.create(path, JournalHeader.create(), point, "header");
    }
    JournalContent content = JournalContent.read(bytes);
    JournalHeader header = JournalCheck.requireWhole(directory, bytes, content, mark);
    content.entries().forEach(state::add);
    return header.isOfFirstVersion()
        ? JournalFile.replace(directory, header.next(), content.entries(), point)
        : JournalFile.open(path, content, header, point);
  }

  /**
   * Takes a token of its own, and writes down in the journal that it has. The journal's header is
   * on disk before: a token beside an empty journal tells of a loss.
   */
  private void takeOver() throws IOException {
    file.force();
    JournalFile.sync(directory);
    int unused = point.before("token", 0);
    owner.take(Math.max(owner.token(), state.view().token()) + 1);
    RunOpened opened = new RunOpened(owner.token());
    file.append(opened, "entry");
    file.force();
    state.add(opened);
    file.mark().write(directory, point);
  }

  /**
   * Opens the journal of a directory for writing; makes both if need be.
   *
   * @throws JournalException when this or another process has it open, the directory cannot be
   *     used, or the journal is damaged, shorter than it was, or of another run: such a file is
   *     left as it is
   */
  public static JournalWriter open(Path directory) {
    return open(directory, JournalWriteHook.NONE, 4 << 20);
  }

  public static JournalWriter open(Path directory, JournalWriteHook point, long condensedBeyond) {
    boolean interrupted = Thread.interrupted();
    try {
      PrivateFiles.createDirectories(directory);
      while (true) {
        try {
          return openOnce(directory, point, condensedBeyond);
        } catch (ClosedByInterruptException e) {
          interrupted = Thread.interrupted();
        }
      }
    } catch (IOException e) {
      throw new JournalException("cannot use the journal in " + directory + ": " + e, e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static JournalWriter openOnce(
      Path directory, JournalWriteHook point, long condensedBeyond) throws IOException {
    try (RunDirectory place = RunDirectory.enter(directory)) {
      place.requireFree(directory);
      RunLock owner = RunLock.acquire(directory.resolve(LOCK));
      try {
        JournalWriter journal = new JournalWriter(directory, place, owner, point, condensedBeyond);
        place.add(journal);
        return journal;
      } catch (RuntimeException | IOException | Error e) {
        owner.close();
        throw e;
      }
    }
  }

  boolean hasJournal(Path path) {
    lock.lock();
    try {
      return file.isAt(path);
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether the lock or the journal of a directory is open here, by whatever path. */
  boolean hasLockOrJournalOf(Path other) {
    return owner.isAt(other.resolve(LOCK)) || hasJournal(other.resolve(FILE));
  }

  byte[] bytes() throws IOException {
    List<byte[]> read = new ArrayList<>();
    lock.lock();
    try {
      uninterrupted(() -> read.add(file.bytes()));
    } finally {
      lock.unlock();
    }
    return read.getFirst();
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
  public void appendLater(JournalEntry entry) {
    append(entry, false);
  }

  private void append(JournalEntry entry, boolean durable) {
    lock.lock();
    try {
      uninterrupted(() -> {
        requireOwner();
        file.append(entry, "entry");
      });
      if (durable) {
        uninterrupted(file::force);
      }
      state.add(entry);
      if (file.length() > condensedBeyond) {
        uninterrupted(this::condense);
      } else if (entry instanceof CheckpointSaved || entry instanceof RunFinished) {
        uninterrupted(() -> file.mark().write(directory, point));
      }
    } catch (IOException e) {
      throw withdrawn(new JournalException("cannot write the journal in " + directory, e));
    } finally {
      lock.unlock();
    }
  }

  /** What a failed write has left is no change by another process. */
  private JournalException withdrawn(JournalException failure) {
    try {
      file.truncate();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  /**
   * Looks by path whether this process is still the only one that writes here: whoever removes or
   * replaces the files lets others in.
   */
  private void requireOwner() throws IOException {
    String problem = owner.problem();
    problem = problem == null ? file.problem() : problem;
    if (problem != null) {
      throw new JournalException(
          "this process does not write to the run in %s any more: %s. %s"
              .formatted(directory, problem, remainder()));
    }
  }

  private String remainder() {
    List<CheckpointRecord> checkpoints = state.view().checkpoints();
    return checkpoints.isEmpty()
        ? "No checkpoint was saved before"
        : "The server has what was saved last, step %d: %s. Put the directory back, or begin"
                .formatted(checkpoints.getLast().step(), checkpoints.getLast().path())
            + " another run from there";
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
    file.reopen();
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
        requireOwner();
        condense();
      });
    } catch (IOException e) {
      throw new JournalException("cannot condense the journal in " + directory, e);
    } finally {
      lock.unlock();
    }
  }

  private void condense() throws IOException {
    JournalFile before = file;
    file = JournalFile.replace(directory, before.header().next(), state.condensed(), point);
    before.close();
    int unused = point.before("sync of the directory", 0);
    JournalFile.sync(directory);
    file.mark().write(directory, point);
  }

  /** Returns what the journal says about the run. */
  public JournalState.View state() {
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
    RunDirectory here = place.enterAgain(); // first, as those who read come this way
    lock.lock();
    try (RunLock unused = owner) {
      file.close();
    } catch (IOException e) {
      throw new JournalException("cannot close the journal in " + directory, e);
    } finally {
      lock.unlock();
      here.remove(this);
      here.close();
    }
  }
}

package io.tinker4j.recovery;

import io.tinker4j.recovery.JournalEntry.CheckpointSaved;
import io.tinker4j.recovery.JournalEntry.RunFinished;
import io.tinker4j.recovery.JournalEntry.RunOpened;
import io.tinker4j.transport.internal.PrivateFiles;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a run has done, in a directory of its own: a file that only grows, until it is condensed, a
 * lock file, and a mark of how far the journal had come.
 *
 * <p>Each entry has a checksum over itself and those before it. What was being written when a
 * process or machine ended, zeros included, is dropped at the next opening; everything before it
 * holds. A journal that is damaged anywhere else, shorter than its mark, an older copy, or that of
 * another run is refused and left as it is; {@link #repair} copies what is whole into a new one.
 *
 * <p>One process at a time may have a journal open for writing; any may {@link #read} it. Before
 * each write, lock and journal are looked at by their paths: when they were removed or replaced,
 * the write fails. Thread-safe; the methods block until the disk has what they promise.
 *
 * <p>Training with {@link ResumableTraining} writes its journal itself.
 */
public final class ProgressJournal implements AutoCloseable {
  static final String FILE = "progress.journal";
  static final String LOCK = "run.lock";

  private final Path directory;
  private final RunDirectory place;
  private final RunLock owner;
  private final WritePoint point;
  private final long condensedBeyond;
  private final ReentrantLock lock = new ReentrantLock(); // guards: file, state
  private final JournalState state = new JournalState();
  private JournalFile file;

  private ProgressJournal(
      Path directory, RunDirectory place, RunLock owner, WritePoint point, long condensedBeyond)
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
  public static ProgressJournal open(Path directory) {
    return open(directory, WritePoint.NONE, 4 << 20);
  }

  static ProgressJournal open(Path directory, WritePoint point, long condensedBeyond) {
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
      throw new JournalException("cannot use the journal in " + directory, e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static ProgressJournal openOnce(Path directory, WritePoint point, long condensedBeyond)
      throws IOException {
    try (RunDirectory place = RunDirectory.enter(directory)) {
      place.requireFree(directory);
      RunLock owner = RunLock.acquire(directory.resolve(LOCK));
      try {
        ProgressJournal journal =
            new ProgressJournal(directory, place, owner, point, condensedBeyond);
        place.add(journal);
        return journal;
      } catch (RuntimeException | IOException | Error e) {
        owner.close();
        throw e;
      }
    }
  }

  /**
   * Reads the entries of a journal, which may be in use by this or another process, without
   * touching anything. What is being written at its end is left out. Blocks while this process
   * opens, writes or condenses it.
   *
   * @throws JournalException when there is none, or it cannot be read or is damaged
   */
  public static List<JournalEntry> read(Path directory) {
    byte[] bytes = bytes(directory);
    return read(directory, bytes, JournalContent.read(bytes));
  }

  private static List<JournalEntry> read(Path directory, byte[] bytes, JournalContent content) {
    if (bytes.length > JournalHeader.SIZE || !JournalHeader.mayBeTorn(bytes)) {
      JournalHeader unused = JournalCheck.requireWhole(directory, bytes, content, null);
    }
    return content.entries();
  }

  /**
   * What can be read of a journal.
   *
   * @param entries all of them, or those before the first damage
   * @param damage what is wrong in front of whole entries; empty for a journal that {@link #read}
   *     reads
   */
  public record Contents(List<JournalEntry> entries, List<JournalVerification.Damage> damage) {
    /** Copies the lists. */
    public Contents {
      entries = List.copyOf(entries);
      damage = List.copyOf(damage);
    }
  }

  /**
   * Reads a journal like {@link #read}, up to the first damage if there is one.
   *
   * @throws JournalException when there is none, or it cannot be read or is empty
   */
  public static Contents contents(Path directory) {
    byte[] bytes = bytes(directory);
    JournalContent content = JournalContent.read(bytes);
    if (content.damage().isEmpty() || JournalCheck.isForeign(content, bytes)) {
      return new Contents(read(directory, bytes, content), List.of());
    }
    return new Contents(content.entries(), content.damage());
  }

  /**
   * Returns the bytes of a journal as they are; of one that this process has open, by its owner.
   */
  static byte[] bytes(Path directory) {
    Path path = directory.resolve(FILE);
    if (!Files.exists(path)) {
      throw new JournalException("there is no journal in " + directory);
    }
    try (RunDirectory place = RunDirectory.enter(directory)) {
      ProgressJournal owner = place.owner(each -> each.hasJournal(path));
      return owner == null ? Files.readAllBytes(path) : owner.bytes();
    } catch (IOException e) {
      throw new JournalException("cannot read " + path, e);
    }
  }

  private boolean hasJournal(Path path) {
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

  private byte[] bytes() throws IOException {
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
   * What a repair would do.
   *
   * @param damage what is wrong; empty when there is nothing to repair
   * @param kept how many of its entries the new journal would have
   * @param left how many whole entries it would not have, as they depend on damaged ones
   * @param lost how many entries are damaged; at least, where their lengths are damaged, too
   */
  public record RepairPlan(
      List<JournalVerification.Damage> damage, long kept, long left, long lost) {
    /** Copies the list. */
    public RepairPlan {
      damage = List.copyOf(damage);
    }

    /** Returns whether there is anything to repair. */
    public boolean isNeeded() {
      return !damage.isEmpty();
    }
  }

  /**
   * Returns what a repair would do; writes nothing.
   *
   * @throws JournalException when there is no journal, or a newer version has written it
   */
  public static RepairPlan planRepair(Path directory) {
    return JournalRepair.plan(directory);
  }

  /**
   * Copies what is whole of a damaged journal into a new one, which can be gone on with and takes
   * its place; the damaged one is kept under another name. When the process ends in between, the
   * journal is the old one or the new one.
   *
   * <p>Everything before the first damage is kept. Of what stands behind it, only entries are that
   * do not count on what was lost: checkpoints of known lineages, which stand for all steps in
   * them, and what follows them without a gap. Steps that are left out are trained again. A journal
   * that is not damaged, but older or shorter than it was, or of another run, is taken as it is.
   *
   * @return the file that has the bytes of the damaged journal
   * @throws JournalException when another process has the run open, there is nothing to repair, or
   *     the files cannot be written
   */
  public static Path repair(Path directory) {
    return JournalRepair.repair(directory, WritePoint.NONE);
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

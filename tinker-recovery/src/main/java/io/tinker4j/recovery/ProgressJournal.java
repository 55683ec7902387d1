package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.JournalContents;
import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.recovery.journal.RepairPlan;
import io.tinker4j.recovery.store.JournalReader;
import io.tinker4j.recovery.store.JournalRepair;
import io.tinker4j.recovery.store.JournalWriteHook;
import java.nio.file.Path;
import java.util.List;

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
public final class ProgressJournal {
  private ProgressJournal() {}

  /**
   * Reads the entries of a journal, which may be in use by this or another process, without
   * touching anything. What is being written at its end is left out. Blocks while this process
   * opens, writes or condenses it.
   *
   * @throws JournalException when there is none, or it cannot be read or is damaged
   */
  public static List<JournalEntry> read(Path directory) {
    return JournalReader.read(directory);
  }

  /**
   * Reads a journal like {@link #read}, up to the first damage if there is one.
   *
   * @throws JournalException when there is none, or it cannot be read or is empty
   */
  public static JournalContents contents(Path directory) {
    return JournalReader.contents(directory);
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
    return JournalRepair.repair(directory, JournalWriteHook.NONE);
  }
}

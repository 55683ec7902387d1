package io.tinker4j.recovery.store;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointDropped;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointSaved;
import io.tinker4j.recovery.journal.JournalEntry.LineageBegun;
import io.tinker4j.recovery.journal.JournalEntry.Noted;
import io.tinker4j.recovery.journal.JournalEntry.RunBegun;
import io.tinker4j.recovery.journal.JournalEntry.RunFinished;
import io.tinker4j.recovery.journal.JournalEntry.RunOpened;
import io.tinker4j.recovery.journal.JournalEntry.StepSubmitted;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What can be kept of a journal that is damaged: everything before the damage, and behind it what
 * does not count on what was lost. A checkpoint is written down only when all steps in it are done,
 * so one of a known lineage stands for the steps that lead to it; so does a lineage for the steps
 * of its parent. Steps that nothing of this kind stands for, and lineages behind a gap in their
 * numbers, are left out: the run trains them again.
 */
final class Salvage {
  private final List<JournalEntry> kept = new ArrayList<>();

  /** The last step that is known to be done, by lineage. */
  private final Map<Integer, Long> reached = new HashMap<>();

  private long left;
  private long added;
  private boolean isBegun;

  private Salvage() {}

  /**
   * What a new journal is made of.
   *
   * @param kept its entries, in order
   * @param left how many whole ones of the old journal are not among them
   * @param added how many of them the old journal does not have: they stand for what was lost
   */
  record Result(List<JournalEntry> kept, long left, long added) {}

  static Result of(JournalContent content) {
    Salvage salvage = new Salvage();
    for (JournalEntry entry : content.entries()) {
      salvage.keep(entry);
    }
    for (JournalContent.Stretch island : content.islands()) {
      island.entries().forEach(salvage::consider);
    }
    return new Result(List.copyOf(salvage.kept), salvage.left, salvage.added);
  }

  private void keep(JournalEntry entry) {
    kept.add(entry);
    if (entry instanceof LineageBegun begun) {
      reached.put(begun.lineage(), begun.baseStep());
    } else if (entry instanceof StepsConfirmed steps) {
      reached.merge(steps.lineage(), steps.last(), Math::max);
    } else if (entry instanceof RunBegun) {
      isBegun = true;
    }
  }

  private void consider(JournalEntry entry) {
    if (isSupported(entry)) {
      keep(entry);
    } else {
      left++;
    }
  }

  private boolean isSupported(JournalEntry entry) {
    return switch (entry) {
      case RunOpened unused -> true;
      case CheckpointDropped unused -> true;
      case Noted unused -> true;
      case RunBegun unused -> !isBegun;
      case StepSubmitted step -> reached.containsKey(step.lineage());
      case StepsConfirmed steps ->
          reached.containsKey(steps.lineage()) && steps.first() == reached.get(steps.lineage()) + 1;
      case LineageBegun begun ->
          begun.lineage() == reached.size()
              && (begun.parent() < 0 || isProven(begun.parent(), begun.baseStep()));
      case CheckpointSaved(CheckpointRecord checkpoint) -> isUsable(checkpoint);
      case RunFinished finished -> reached.getOrDefault(reached.size() - 1, -1L) == finished.step();
    };
  }

  /** A run whose first entry was lost is known by its checkpoints, which have the same hash. */
  private boolean isUsable(CheckpointRecord checkpoint) {
    if (!isProven(checkpoint.lineage(), checkpoint.step())) {
      return false;
    }
    if (!isBegun) {
      keep(new RunBegun(checkpoint.configHash()));
      added++;
    }
    return true;
  }

  private boolean isProven(int lineage, long step) {
    Long done = reached.get(lineage);
    if (done == null) {
      return false;
    }
    if (done < step) {
      keep(new StepsConfirmed(lineage, done + 1, step));
      added++;
    }
    return true;
  }
}

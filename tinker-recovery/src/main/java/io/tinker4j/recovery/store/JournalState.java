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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the entries of a journal add up to. Not thread-safe. */
public final class JournalState {
  private @Nullable RunBegun begun;
  private @Nullable RunFinished finished;
  private final List<RunOpened> owners = new ArrayList<>();
  private final List<LineageBegun> lineages = new ArrayList<>();

  /** Ranges of confirmed steps in the order of the journal, those that touch made one. */
  private final List<StepsConfirmed> confirmed = new ArrayList<>();

  private final Map<String, CheckpointRecord> checkpoints = new LinkedHashMap<>();
  private @Nullable StepSubmitted submitted;

  /** What a run looks like; immutable. */
  public record View(
      List<LineageBegun> lineages,
      List<StepsConfirmed> confirmed,
      List<CheckpointRecord> checkpoints,
      Ends ends) {
    public Optional<String> configHash() {
      return Optional.ofNullable(ends.begun()).map(RunBegun::configHash);
    }

    public Optional<RunFinished> finished() {
      return Optional.ofNullable(ends.finished());
    }

    /** The step that was submitted last, if any; it need not be in the surviving lineage. */
    public Optional<StepSubmitted> submitted() {
      return Optional.ofNullable(ends.submitted());
    }

    /** The token of the process that opened the journal last; 0 when it is not known. */
    long token() {
      return ends.owners().stream().mapToLong(RunOpened::token).max().orElse(0);
    }

    /** The highest step that was ever confirmed. */
    public long highest() {
      return confirmed.stream().mapToLong(StepsConfirmed::last).max().orElse(0);
    }

    /** Whether the newest lineage was begun from this checkpoint and has done nothing since. */
    public boolean isUntouchedBase(CheckpointRecord checkpoint) {
      return !lineages.isEmpty()
          && lineages.getLast().parent() == checkpoint.lineage()
          && lineages.getLast().baseStep() == checkpoint.step()
          && reached() == checkpoint.step();
    }

    /**
     * What was lost when the process before this one ended: steps that were submitted, or had been
     * done before, and are in no checkpoint to go on from. Empty when there is nothing, as after
     * the end of a run or a stop that was asked for.
     */
    public Optional<String> lost() {
      if (lineages.isEmpty()) {
        return Optional.empty();
      }
      int newest = lineages.getLast().lineage();
      long saved =
          checkpoints.stream()
              .min(CheckpointOrder.NEWEST_FIRST)
              .map(CheckpointRecord::step)
              .orElse(-1L);
      long begun =
          submitted().filter(step -> step.lineage() == newest).map(StepSubmitted::step).orElse(0L);
      long last = Math.max(Math.max(begun, reached()), highest());
      return last == saved
          ? Optional.empty()
          : Optional.of(
              "an earlier process ended with step %d, and %s"
                  .formatted(
                      last,
                      saved < 0
                          ? "there is no checkpoint"
                          : "the last checkpoint is of step " + saved));
    }

    /** The last step that was confirmed in the newest lineage, its checkpoint's if none was. */
    public long reached() {
      if (lineages.isEmpty()) {
        return 0;
      }
      LineageBegun newest = lineages.get(lineages.size() - 1);
      return confirmed.stream()
          .filter(range -> range.lineage() == newest.lineage())
          .mapToLong(StepsConfirmed::last)
          .max()
          .orElse(newest.baseStep());
    }
  }

  /** Begin and end of a run, its last submission, and who has written to it. */
  public record Ends(
      @Nullable RunBegun begun,
      @Nullable RunFinished finished,
      @Nullable StepSubmitted submitted,
      List<RunOpened> owners) {}

  public static View of(List<JournalEntry> entries) {
    JournalState state = new JournalState();
    entries.forEach(state::add);
    return state.view();
  }

  void add(JournalEntry entry) {
    switch (entry) {
      case RunOpened opened -> owners.add(opened);
      case RunBegun run -> begun = run;
      case LineageBegun lineage -> {
        lineages.add(lineage);
        finished = null;
      }
      case StepSubmitted step -> submitted = step;
      case StepsConfirmed steps -> add(steps);
      case CheckpointSaved(CheckpointRecord checkpoint) ->
          checkpoints.put(checkpoint.path(), checkpoint);
      case CheckpointDropped(String path, String unused) -> checkpoints.remove(path);
      case Noted unused -> {}
      case RunFinished run -> finished = run;
    }
  }

  private void add(StepsConfirmed steps) {
    if (!confirmed.isEmpty()) {
      int newest = confirmed.size() - 1;
      StepsConfirmed before = confirmed.get(newest);
      if (before.lineage() == steps.lineage() && before.last() + 1 == steps.first()) {
        confirmed.set(newest, new StepsConfirmed(steps.lineage(), before.first(), steps.last()));
        return;
      }
    }
    confirmed.add(steps);
  }

  View view() {
    return new View(
        List.copyOf(lineages),
        List.copyOf(confirmed),
        List.copyOf(checkpoints.values()),
        new Ends(begun, finished, submitted, List.copyOf(owners)));
  }

  /** The fewest entries that add up to the same. */
  List<JournalEntry> condensed() {
    List<JournalEntry> entries = new ArrayList<>(owners);
    if (begun != null) {
      entries.add(begun);
    }
    entries.addAll(lineages);
    entries.addAll(confirmed);
    checkpoints.values().forEach(checkpoint -> entries.add(new CheckpointSaved(checkpoint)));
    if (submitted != null) {
      entries.add(submitted);
    }
    if (finished != null) {
      entries.add(finished);
    }
    return entries;
  }
}

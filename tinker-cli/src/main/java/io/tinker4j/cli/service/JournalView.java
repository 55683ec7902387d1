package io.tinker4j.cli.service;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.JournalContents;
import io.tinker4j.recovery.journal.JournalEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a journal says of a run that is to be recovered.
 *
 * @param lastModel the model that was trained last
 * @param checkpoints those that were saved and not dropped, the newest first
 */
record JournalView(@Nullable String lastModel, List<CheckpointRecord> checkpoints) {
  private static final Comparator<CheckpointRecord> NEWEST_FIRST =
      Comparator.comparingInt(CheckpointRecord::lineage)
          .thenComparingLong(CheckpointRecord::step)
          .reversed();

  static JournalView of(JournalContents contents) {
    String model = null;
    List<CheckpointRecord> saved = new ArrayList<>();
    Set<String> dropped = new HashSet<>();
    for (JournalEntry entry : contents.entries()) {
      switch (entry) {
        case JournalEntry.LineageBegun begun -> model = begun.modelId();
        case JournalEntry.CheckpointSaved each -> saved.add(each.checkpoint());
        case JournalEntry.CheckpointDropped each -> dropped.add(each.path());
        case JournalEntry.Noted unused -> {}
        case JournalEntry.RunBegun unused -> {}
        case JournalEntry.RunFinished unused -> {}
        case JournalEntry.RunOpened unused -> {}
        case JournalEntry.StepSubmitted unused -> {}
        case JournalEntry.StepsConfirmed unused -> {}
      }
    }
    return new JournalView(
        model,
        saved.stream()
            .filter(each -> !dropped.contains(each.path()))
            .sorted(NEWEST_FIRST)
            .toList());
  }

  Optional<String> modelId() {
    return Optional.ofNullable(lastModel);
  }

  /** Returns the steps that a checkpoint has. */
  Optional<Long> step(String path) {
    return checkpoints.stream()
        .filter(each -> each.path().equals(path))
        .map(CheckpointRecord::step)
        .findFirst();
  }
}

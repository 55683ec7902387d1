package io.tinker4j.recovery;

import io.tinker4j.recovery.store.JournalState;
import io.tinker4j.recovery.store.SurvivingLineage;
import java.nio.file.Path;
import java.util.List;

/** What the proof of recovery needs and users do not see. */
public final class RecoveryInternals {
  private RecoveryInternals() {}

  /** What happens where a journal touches its files. */
  @FunctionalInterface
  public interface Write {
    /** Returns how many of the bytes to write; after fewer, it is called once more, to throw. */
    int before(String where, int bytes);
  }

  /** Lets something happen at each write of a run's journal. */
  public static <B> ResumableTraining.Builder<B> withWrites(
      ResumableTraining.Builder<B> builder, Write write, long condensedBeyond) {
    return builder.writePoint(write::before, condensedBeyond);
  }

  /** A part of the surviving lineage: steps after one and up to another were taken by a model. */
  public record Stretch(String modelId, long after, long upTo) {}

  /** Returns who has taken the steps that count, in their order. */
  public static List<Stretch> survivors(Path journal) {
    return SurvivingLineage.of(JournalState.of(ProgressJournal.read(journal))).stream()
        .map(each -> new Stretch(each.modelId(), each.after(), each.upTo()))
        .toList();
  }
}

package io.tinker4j.recovery.store;

import io.tinker4j.recovery.journal.CheckpointRecord;
import java.util.Comparator;

/** Which checkpoint of a run is newer than another. */
public final class CheckpointOrder {
  /**
   * The newest first: by lineage, then by step. A wall clock has no say, as it may be set back in
   * the middle of a run, or differ on the machine that takes the run over.
   */
  public static final Comparator<CheckpointRecord> NEWEST_FIRST =
      Comparator.comparingInt(CheckpointRecord::lineage)
          .thenComparingLong(CheckpointRecord::step)
          .reversed();

  private CheckpointOrder() {}
}

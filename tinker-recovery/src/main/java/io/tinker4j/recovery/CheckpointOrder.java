package io.tinker4j.recovery;

import java.util.Comparator;

/** Which checkpoint of a run is newer than another. */
final class CheckpointOrder {
  /**
   * The newest first: by lineage, then by step. A wall clock has no say, as it may be set back in
   * the middle of a run, or differ on the machine that takes the run over.
   */
  static final Comparator<CheckpointRecord> NEWEST_FIRST =
      Comparator.comparingInt(CheckpointRecord::lineage)
          .thenComparingLong(CheckpointRecord::step)
          .reversed();

  private CheckpointOrder() {}
}

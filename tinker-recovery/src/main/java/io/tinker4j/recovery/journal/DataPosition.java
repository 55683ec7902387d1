package io.tinker4j.recovery.journal;

import java.util.Objects;

/**
 * A place in the data.
 *
 * @param rows how many raw rows were read in this epoch, those dropped by filters included. At the
 *     end of all data, it is better the end of the last epoch than the beginning of one more: then
 *     rows that are appended later are trained on when the run is gone on with
 * @param epoch how often all data was read before, from 0
 * @param randomState what a random generator needs to go on, in a form of the reader's; empty when
 *     there is none
 */
public record DataPosition(long rows, long epoch, String randomState) {
  /** The begin of the data. */
  public static final DataPosition START = new DataPosition(0, 0, "");

  /** Refuses negative counts. */
  public DataPosition {
    if (rows < 0 || epoch < 0) {
      throw new IllegalArgumentException(
          "rows is %d and epoch is %d; neither may be negative".formatted(rows, epoch));
    }
    Objects.requireNonNull(randomState, "randomState");
  }
}

package io.tinker4j.recovery;

import io.tinker4j.types.internal.Checks;
import java.time.Duration;

/**
 * Tells how long to train between two checkpoints, so that the time spent on saving and the time
 * lost to faults are together smallest.
 *
 * <p>Young's first-order rule (Communications of the ACM 17(9), 1974; refined by Daly, Future
 * Generation Computer Systems 22(3), 2006): {@code √(2 · save · mtbf)}. It holds while a save is
 * much shorter than the mean time between failures; beyond that, saving does not pay and the mean
 * time itself is the answer.
 */
public final class CheckpointIntervalAdvisor {
  private CheckpointIntervalAdvisor() {}

  /**
   * Returns the time to train between two saves. Times of more than a hundred years count as a
   * hundred years.
   *
   * @param save how long training waits for one save
   * @param mtbf the mean time between failures of the run
   * @throws IllegalArgumentException when one of them is not positive
   */
  public static Duration interval(Duration save, Duration mtbf) {
    Duration longest = Checks.positive("mtbf", mtbf);
    double seconds = Math.sqrt(2 * seconds(Checks.positive("save", save)) * seconds(longest));
    Duration interval = Duration.ofNanos(Math.round(seconds * 1e9));
    return interval.compareTo(longest) < 0 ? interval : longest;
  }

  /**
   * Returns the same in whole steps, at least one.
   *
   * @param step how long one step takes
   * @throws IllegalArgumentException when one of the times is not positive
   */
  public static long steps(Duration step, Duration save, Duration mtbf) {
    double one = seconds(Checks.positive("step", step));
    return Math.max(1, Math.round(seconds(interval(save, mtbf)) / one));
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}

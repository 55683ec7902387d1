package io.tinker4j.text.supervised;

/** How a learning rate falls from its peak over the steps of a run, as in the Tinker cookbook. */
public enum LearningRateSchedule {
  /** The peak at every step. */
  CONSTANT {
    @Override
    double decay(double done) {
      return 1;
    }
  },

  /** A straight line from the peak to 0. */
  LINEAR {
    @Override
    double decay(double done) {
      return 1 - done;
    }
  },

  /** Half a cosine from the peak to 0. */
  COSINE {
    @Override
    double decay(double done) {
      return 0.5 * (1 + Math.cos(Math.PI * done));
    }
  };

  abstract double decay(double done);

  /**
   * Returns what the peak is multiplied by at a step. The formula goes on beyond the run, as the
   * cookbook's does: linear falls below 0 there, and cosine rises again.
   *
   * @param step from 0
   * @param totalSteps the steps of the run
   * @throws IllegalArgumentException when there are no steps
   */
  public double multiplier(long step, long totalSteps) {
    if (totalSteps <= 0) {
      throw new IllegalArgumentException("totalSteps is " + totalSteps + "; it must be at least 1");
    }
    return decay((double) step / totalSteps);
  }

  /**
   * Returns what the peak is multiplied by at a step of a run with a warm-up: it rises in a
   * straight line over the first steps, reaches 1 with the last of them, and falls over those that
   * are left.
   *
   * @param step from 0
   * @param totalSteps the steps of the run, those of the warm-up included
   * @param warmupSteps how many steps the rise takes; 0 for none
   * @throws IllegalArgumentException when there are no steps, or not more than those of the warm-up
   */
  public double multiplier(long step, long totalSteps, long warmupSteps) {
    if (warmupSteps < 0 || warmupSteps >= Math.max(totalSteps, 1)) {
      throw new IllegalArgumentException(
          "warmupSteps is %d; it must be from 0 to %d, one less than the run's steps"
              .formatted(warmupSteps, totalSteps - 1));
    }
    return step < warmupSteps
        ? (step + 1.0) / warmupSteps
        : multiplier(step - warmupSteps, totalSteps - warmupSteps);
  }
}

package io.tinker4j.recipes.rl;

import io.tinker4j.types.Datum;

/** The sampler's log-probabilities less another model's, 0 where the mask is. */
record Differences(float[] sampled, float[] mask, float[] differences) {

  static Differences of(int index, Datum datum, float[] logprobs) {
    float[] sampled = LossInputs.floats(index, datum, Datum.LOGPROBS);
    float[] mask = LossInputs.floats(index, datum, TrajectoryData.MASK);
    Checks.length("the mask of data[%d]".formatted(index), mask.length, "logprobs", sampled.length);
    Checks.length(
        "logprobs[%d]".formatted(index), logprobs.length, "in the example", sampled.length);
    float[] differences = new float[sampled.length];
    for (int t = 0; t < differences.length; t++) {
      if (!(mask[t] >= 0 && Float.isFinite(mask[t]))) {
        throw new IllegalArgumentException(
            "data[%d]: mask[%d] is %s; it must not be negative".formatted(index, t, mask[t]));
      }
      if (mask[t] > 0) {
        differences[t] = sampled[t] - logprobs[t];
        requireFinite(index, t, sampled[t], logprobs[t]);
      }
    }
    return new Differences(sampled, mask, differences);
  }

  private static void requireFinite(int index, int t, float sampled, float logprob) {
    if (!Float.isFinite(sampled) || !Float.isFinite(logprob)) {
      throw new IllegalArgumentException(
          ("data[%d], position %d: the sampler's log-probability is %s and the other model's %s;"
                  + " both must be finite")
              .formatted(index, t, sampled, logprob));
    }
  }

  int length() {
    return sampled.length;
  }

  static IllegalArgumentException nothingTrained() {
    return new IllegalArgumentException(
        "no position of the data has a mask above 0, so there is nothing to take a mean of");
  }
}

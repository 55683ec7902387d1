package io.tinker4j.testkit.model;

import java.util.List;

/** What a pass over a list of examples computed. Immutable. */
public final class PassResult {
  private final double lossSum;
  private final List<float[]> logprobs;

  PassResult(double lossSum, List<float[]> logprobs) {
    this.lossSum = lossSum;
    this.logprobs = List.copyOf(logprobs);
  }

  /** The loss, summed over all targets of all examples. */
  public double lossSum() {
    return lossSum;
  }

  /** Number of examples of the pass. */
  public int size() {
    return logprobs.size();
  }

  /**
   * Returns a copy of the log-probabilities of one example's targets, N*K values in row-major order
   * and natural logarithms.
   */
  public float[] logprobs(int example) {
    return logprobs.get(example).clone();
  }
}

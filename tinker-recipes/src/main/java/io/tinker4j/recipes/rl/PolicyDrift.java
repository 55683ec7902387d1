package io.tinker4j.recipes.rl;

import io.tinker4j.types.Datum;
import java.util.List;

/**
 * How far a model is from the one that has sampled the data, estimated from the sampled tokens; in
 * nats per token.
 *
 * <p>With ℓ the sampler's log-probability of a token and q the other model's, over all tokens with
 * a mask above 0. As the Python cookbook's {@code compute_kl_sample_train}.
 *
 * @param klFirstOrder the mean of ℓ − q: without bias, may be negative
 * @param klSecondOrder half the mean of (ℓ − q)²: biased, with less variance, never negative
 * @param entropy the mean of −ℓ, the entropy of the sampler
 */
public record PolicyDrift(double klFirstOrder, double klSecondOrder, double entropy) {
  /**
   * Estimates the drift of a model on data that {@link TrajectoryData} has made.
   *
   * @param data with {@code logprobs} and {@code mask}
   * @param logprobs for each example the other model's log-probabilities of its target tokens; the
   *     trainer's, to see how its numbers differ from the sampler's, or those after a step. What
   *     they are where the mask is 0 does not matter.
   * @throws IllegalArgumentException when lengths differ, a loss input is missing, a
   *     log-probability is not finite where the mask is above 0, or it is so nowhere
   */
  public static PolicyDrift of(List<Datum> data, List<float[]> logprobs) {
    Checks.length("logprobs", logprobs.size(), "examples", data.size());
    double first = 0;
    double second = 0;
    double entropy = 0;
    long count = 0;
    for (int i = 0; i < data.size(); i++) {
      Differences each = Differences.of(i, data.get(i), logprobs.get(i));
      for (int t = 0; t < each.length(); t++) {
        if (each.mask()[t] > 0) {
          double difference = each.differences()[t];
          first += difference;
          second += difference * difference;
          entropy -= each.sampled()[t];
          count++;
        }
      }
    }
    if (count == 0) {
      throw Differences.nothingTrained();
    }
    return new PolicyDrift(first / count, second / count / 2, entropy / count);
  }
}

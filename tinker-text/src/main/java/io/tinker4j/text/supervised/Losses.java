package io.tinker4j.text.supervised;

import java.util.List;
import java.util.OptionalDouble;

/** Losses over several examples, from the log-probabilities that a forward pass gives. */
public final class Losses {
  private Losses() {}

  /**
   * Returns the mean negative log-likelihood in nats per token: minus the sum of weighted
   * log-probabilities by the sum of weights, over all examples. Empty when all weights are 0.
   *
   * @param logprobs per example, one for each target token
   * @param weights per example, one for each target token
   * @throws IllegalArgumentException when the two do not have the same lengths
   */
  public static OptionalDouble meanNll(List<float[]> logprobs, List<float[]> weights) {
    if (logprobs.size() != weights.size()) {
      throw new IllegalArgumentException(
          "there are log-probabilities of %d examples and weights of %d"
              .formatted(logprobs.size(), weights.size()));
    }
    double weighted = 0;
    double total = 0;
    for (int example = 0; example < logprobs.size(); example++) {
      float[] values = logprobs.get(example);
      float[] factors = weights.get(example);
      if (values.length != factors.length) {
        throw new IllegalArgumentException(
            "example %d has %d log-probabilities and %d weights"
                .formatted(example, values.length, factors.length));
      }
      for (int i = 0; i < values.length; i++) {
        weighted += (double) values[i] * factors[i];
        total += factors[i];
      }
    }
    return total == 0 ? OptionalDouble.empty() : OptionalDouble.of(-weighted / total);
  }
}

package io.tinker4j.testkit.model;

/**
 * What a loss sees of one target token.
 *
 * @param logprob log-probability under the model being trained
 * @param weight its weight; 1 unless the example says otherwise
 * @param samplerLogprob log-probability under the model that sampled it; 0 if not given
 * @param advantage its advantage; 0 if not given
 */
public record TargetToken(double logprob, double weight, double samplerLogprob, double advantage) {
  /** Probability under the model being trained over that under the sampler. */
  double ratio() {
    return StrictMath.exp(logprob - samplerLogprob);
  }
}

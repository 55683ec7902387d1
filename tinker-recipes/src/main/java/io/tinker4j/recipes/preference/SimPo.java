package io.tinker4j.recipes.preference;

import io.tinker4j.training.loss.CustomLoss;
import io.tinker4j.training.loss.LossTerm;
import io.tinker4j.types.Datum;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Simple preference optimization, with its gradient and its metrics: the mean over pairs of −log
 * σ(β·(s − s') − γ), where s is the weighted mean of the preferred answer's log-probabilities and
 * s' that of the other one. It needs no reference. Immutable and thread-safe.
 *
 * <p>Equation 6 of Y. Meng et al., "SimPO: Simple Preference Optimization with a Reference-Free
 * Reward" (2024). {@link LossTerm#simpo} is the sum instead of the mean, to be combined with other
 * terms. Computed in double precision.
 */
public final class SimPo implements CustomLoss {
  private final double beta;
  private final double gamma;

  private SimPo(double beta, double gamma) {
    this.beta = beta;
    this.gamma = gamma;
  }

  /**
   * Returns the loss of pairs: example 0 is preferred to 1, 2 to 3, and so on. Each token counts
   * with its entry in the example's {@code weights}, 1 where an example has none.
   *
   * @param beta β, not negative, usually about 2
   * @param gamma γ, the margin that is aimed at, not negative
   * @throws IllegalArgumentException when one is negative or not finite
   */
  public static SimPo of(double beta, double gamma) {
    PreferencePairs.requireBeta(beta);
    if (!(gamma >= 0 && gamma < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "gamma is " + gamma + "; it must be finite and not negative");
    }
    return new SimPo(beta, gamma);
  }

  /**
   * Computes the loss.
   *
   * <p>The metrics are {@code simpo_loss}, {@code accuracy} (the part of pairs of which s is
   * greater than s'), {@code margin}, {@code chosen_reward} and {@code rejected_reward} (the means
   * of β·s and β·s', and their difference).
   *
   * @throws IllegalArgumentException when there is no pair or half of one, weights and
   *     log-probabilities of an example differ in length, one that has a weight is not finite, or
   *     the weights of an example add up to 0
   */
  @Override
  public Result compute(List<Datum> data, List<float[]> logprobs) {
    WeightedSums.requirePairs(data, logprobs);
    int pairs = data.size() / 2;
    double[] means = new double[data.size()];
    List<float[]> shares = new ArrayList<>();
    for (int i = 0; i < means.length; i++) {
      float[] values = logprobs.get(i);
      float[] weights = WeightedSums.weights(i, data.get(i), values.length);
      double total = total(weights, i);
      means[i] = WeightedSums.of(i, "logprobs", values, weights) / total;
      shares.add(WeightedSums.scaled(weights, 1 / total));
    }
    double loss = 0;
    double better = 0;
    double chosen = 0;
    double rejected = 0;
    List<float[]> gradients = new ArrayList<>();
    for (int pair = 0; pair < pairs; pair++) {
      double difference = means[2 * pair] - means[2 * pair + 1];
      double margin = beta * difference - gamma;
      loss += PreferencePairs.negativeLogSigmoid(margin) / pairs;
      double slope = beta * PreferencePairs.sigmoid(-margin) / pairs;
      gradients.add(WeightedSums.scaled(shares.get(2 * pair), -slope));
      gradients.add(WeightedSums.scaled(shares.get(2 * pair + 1), slope));
      better += difference > 0 ? 1.0 / pairs : 0;
      chosen += beta * means[2 * pair] / pairs;
      rejected += beta * means[2 * pair + 1] / pairs;
    }
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("simpo_loss", loss);
    metrics.put("accuracy", better);
    metrics.put("margin", chosen - rejected);
    metrics.put("chosen_reward", chosen);
    metrics.put("rejected_reward", rejected);
    return new Result(loss, gradients, metrics).checkedFor(logprobs);
  }

  private static double total(float[] weights, int datum) {
    double total = 0;
    for (float weight : weights) {
      total += weight;
    }
    if (total == 0) {
      throw new IllegalArgumentException("the weights of data[%d] add up to 0".formatted(datum));
    }
    return total;
  }

  @Override
  public String toString() {
    return "SimPo{beta=%s, gamma=%s}".formatted(beta, gamma);
  }
}

package io.tinker4j.recipes.preference;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The loss of {@link Dpo} as a function of one number for each answer: by how much the model likes
 * it more than the reference does. For losses whose sums are made elsewhere. Immutable.
 *
 * <p>With a and b the ratios of the preferred and the other answer of a pair, the loss is the mean
 * over n pairs of −log σ(β·(a − b)); its derivative by a is −β·σ(−β·(a − b)) / n, that by b the
 * same with the other sign.
 */
public final class PreferencePairs {
  private final double loss;
  private final double[] slopes;
  private final Map<String, Double> metrics;

  private PreferencePairs(double loss, double[] slopes, Map<String, Double> metrics) {
    this.loss = loss;
    this.slopes = slopes;
    this.metrics = metrics;
  }

  /**
   * Computes loss, gradient and metrics.
   *
   * @param beta β, not negative
   * @param chosen for each pair s − r of the preferred answer, in nats: the logarithm of its
   *     probability under the model less that under the reference
   * @param rejected the same of the other answer
   * @throws IllegalArgumentException when there is no pair, the lengths differ, or a number is not
   *     finite
   */
  public static PreferencePairs of(double beta, double[] chosen, double[] rejected) {
    requireBeta(beta);
    int pairs = chosen.length;
    if (pairs == 0 || rejected.length != pairs) {
      throw new IllegalArgumentException(
          "there are %d preferred answers and %d others; a loss needs at least one pair"
              .formatted(pairs, rejected.length));
    }
    double loss = 0;
    double better = 0;
    double chosenReward = 0;
    double rejectedReward = 0;
    double[] slopes = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      requireFinite("chosen", i, chosen[i]);
      requireFinite("rejected", i, rejected[i]);
      double margin = beta * (chosen[i] - rejected[i]);
      loss += negativeLogSigmoid(margin) / pairs;
      slopes[i] = beta * sigmoid(-margin) / pairs;
      better += chosen[i] > rejected[i] ? 1 : 0;
      chosenReward += beta * chosen[i] / pairs;
      rejectedReward += beta * rejected[i] / pairs;
    }
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("dpo_loss", loss);
    metrics.put("accuracy", better / pairs);
    metrics.put("margin", chosenReward - rejectedReward);
    metrics.put("chosen_reward", chosenReward);
    metrics.put("rejected_reward", rejectedReward);
    return new PreferencePairs(loss, slopes, Collections.unmodifiableMap(metrics));
  }

  static void requireBeta(double beta) {
    if (!(beta >= 0) || beta == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "beta is " + beta + "; it must be finite and not negative");
    }
  }

  private static void requireFinite(String name, int index, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "%s[%d] is %s; it must be finite".formatted(name, index, value));
    }
  }

  /** log(1 + e⁻ˣ) without overflow. */
  static double negativeLogSigmoid(double x) {
    return Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  static double sigmoid(double x) {
    return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
  }

  /** Returns the loss, in nats per pair. */
  public double loss() {
    return loss;
  }

  /** Returns the derivative of the loss by the ratio of a pair's preferred answer; not positive. */
  public double chosenGradient(int pair) {
    return -slopes[pair];
  }

  /** Returns the derivative of the loss by the ratio of a pair's other answer; not negative. */
  public double rejectedGradient(int pair) {
    return slopes[pair];
  }

  /** Returns the number of pairs. */
  public int size() {
    return slopes.length;
  }

  /** Returns what {@link Dpo#compute} reports, by name. */
  public Map<String, Double> metrics() {
    return metrics;
  }

  @Override
  public String toString() {
    return "PreferencePairs" + metrics;
  }
}

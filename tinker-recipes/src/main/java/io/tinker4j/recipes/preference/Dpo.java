package io.tinker4j.recipes.preference;

import io.tinker4j.training.loss.CustomLoss;
import io.tinker4j.training.loss.LossTerm;
import io.tinker4j.types.Datum;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Direct preference optimization, with its gradient and its metrics: the mean over pairs of −log
 * σ(β·((s − r) − (s' − r'))), where s is the weighted sum of an answer's log-probabilities under
 * the model and r that under the reference, s and r of the preferred answer, s' and r' of the other
 * one. Immutable; as thread-safe as its reference is.
 *
 * <p>Equation 7 of R. Rafailov et al., "Direct Preference Optimization" (2023), and the Python
 * cookbook's {@code compute_dpo_loss}. {@link LossTerm#dpo} is the sum instead of the mean, to be
 * combined with other terms. Computed in double precision.
 *
 * {@snippet :
 * // preferred and other in turns; the reference's log-probabilities in the same order
 * Dpo loss = Dpo.of(0.1, LossTerm.Reference.of(referenceLogprobs));
 * training.forwardBackwardCustom(pairs, loss).join().metrics().get("accuracy");
 * }
 */
public final class Dpo implements CustomLoss {
  private final double beta;
  private final LossTerm.Reference reference;

  private Dpo(double beta, LossTerm.Reference reference) {
    this.beta = beta;
    this.reference = reference;
  }

  /**
   * Returns the loss of pairs: example 0 is preferred to 1, 2 to 3, and so on. Each token counts
   * with its entry in the example's {@code weights}, 1 where an example has none.
   *
   * @param beta β, not negative, usually about 0.1; with 0 nothing is learned
   * @throws IllegalArgumentException when beta is negative or not finite
   */
  public static Dpo of(double beta, LossTerm.Reference reference) {
    PreferencePairs.requireBeta(beta);
    return new Dpo(beta, Objects.requireNonNull(reference, "reference"));
  }

  /**
   * Computes the loss.
   *
   * <p>The metrics are {@code dpo_loss}, {@code accuracy} (the part of pairs of which s − r is
   * greater than s' − r'), {@code margin} (the mean of {@code chosen_reward} less {@code
   * rejected_reward}), {@code chosen_reward} and {@code rejected_reward} (the means of β·(s − r)
   * and β·(s' − r')).
   *
   * @throws IllegalArgumentException when there is no pair or half of one, weights, reference and
   *     log-probabilities of an example differ in length, or one that has a weight is not finite
   */
  @Override
  public Result compute(List<Datum> data, List<float[]> logprobs) {
    WeightedSums.requirePairs(data, logprobs);
    List<float[]> weights = new ArrayList<>();
    double[][] ratios = new double[2][data.size() / 2];
    for (int i = 0; i < data.size(); i++) {
      float[] values = logprobs.get(i);
      float[] factors = WeightedSums.weights(i, data.get(i), values.length);
      double own = WeightedSums.of(i, "logprobs", values, factors);
      double others = WeightedSums.of(i, "reference", reference.logprobs(i, data.get(i)), factors);
      ratios[i % 2][i / 2] = own - others;
      weights.add(factors);
    }
    PreferencePairs pairs = PreferencePairs.of(beta, ratios[0], ratios[1]);
    List<float[]> gradients = new ArrayList<>();
    for (int i = 0; i < data.size(); i++) {
      double slope = i % 2 == 0 ? pairs.chosenGradient(i / 2) : pairs.rejectedGradient(i / 2);
      gradients.add(WeightedSums.scaled(weights.get(i), slope));
    }
    return new Result(pairs.loss(), gradients, pairs.metrics()).checkedFor(logprobs);
  }

  @Override
  public String toString() {
    return "Dpo{beta=" + beta + "}";
  }
}

package io.tinker4j.recipes.rl;

import io.tinker4j.types.Datum;
import io.tinker4j.types.TensorData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Draws a policy to a teacher: the advantage of a token grows by how much more readily the teacher
 * says it than the sampler did. With it alone, and rewards of 0, a policy loss minimizes the
 * reverse divergence, KL(student ‖ teacher). Immutable.
 *
 * <p>With ℓ the sampler's log-probability of a token, q the teacher's and w the mask, each
 * advantage grows by −c·w·(ℓ − q); with a discount γ above 0 by the discounted sum of these over
 * its own and all later positions of its example. As the Python cookbook's {@code train_on_policy}.
 *
 * @param coefficient c, finite, usually 1
 * @param discount γ, from 0 to 1; 0 lets a token answer for itself alone
 */
public record ReverseKl(double coefficient, double discount) {
  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException when the coefficient is not finite or the discount not from 0
   *     to 1
   */
  public ReverseKl {
    Checks.finite("coefficient", coefficient);
    if (!(discount >= 0 && discount <= 1)) {
      throw new IllegalArgumentException("discount is " + discount + "; it must be from 0 to 1");
    }
  }

  /**
   * Returns data with this term in its {@code advantages}; the metric {@code teacher_kl} is the
   * mean of ℓ − q over all tokens that are trained on, in nats.
   *
   * @param data made by {@link TrajectoryData}
   * @param teacher for each example the teacher's log-probabilities of its target tokens; what they
   *     are where the mask is 0 does not matter
   * @throws IllegalArgumentException when lengths differ, a loss input is missing, a
   *     log-probability is not finite where the mask is above 0, or it is so nowhere
   */
  public AdvantageTerm.Adjusted applyTo(List<Datum> data, List<float[]> teacher) {
    Checks.length("teacher", teacher.size(), "examples", data.size());
    List<Datum> adjusted = new ArrayList<>();
    double sum = 0;
    double weight = 0;
    for (int i = 0; i < data.size(); i++) {
      Differences each = Differences.of(i, data.get(i), teacher.get(i));
      float[] terms = new float[each.length()];
      for (int t = 0; t < terms.length; t++) {
        float difference = each.mask()[t] * each.differences()[t];
        sum += difference;
        weight += each.mask()[t];
        terms[t] = (float) -coefficient * difference;
      }
      float[] sums = discount > 0 ? Discounts.futureSums(terms, discount) : terms;
      for (int t = 0; t < sums.length; t++) {
        sums[t] = each.mask()[t] > 0 ? sums[t] : 0;
      }
      adjusted.add(added(i, data.get(i), sums));
    }
    if (!(weight > 0)) {
      throw Differences.nothingTrained();
    }
    return new AdvantageTerm.Adjusted(adjusted, Map.of("teacher_kl", sum / weight));
  }

  private static Datum added(int index, Datum datum, float[] terms) {
    float[] advantages = LossInputs.floats(index, datum, Datum.ADVANTAGES);
    Checks.length(
        "the advantages of data[%d]".formatted(index), advantages.length, "logprobs", terms.length);
    for (int t = 0; t < advantages.length; t++) {
      advantages[t] += terms[t];
    }
    Checks.finite("with the teacher, data[%d]: advantages".formatted(index), advantages);
    return datum.with(Datum.ADVANTAGES, TensorData.of(advantages));
  }
}

package io.tinker4j.recipes.rl;

import io.tinker4j.types.Datum;
import io.tinker4j.types.TensorData;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps a policy near a reference: advantages are lowered where it says a token more readily than
 * the reference does. Immutable.
 *
 * <p>With ℓ the sampler's log-probability of a token, q the reference's, w the mask, d = ℓ − q, and
 * D = Σ w·d / Σ w over the whole batch, each advantage grows by c·w·(D − w·d); with a discount γ
 * above 0 by the discounted sum of these over its own and all later positions of its example. As
 * the Python cookbook's {@code incorporate_kl_penalty}, in single precision.
 *
 * @param coefficient c, finite, usually positive and well below 1
 * @param discount γ, from 0 to 1; 0 lets a token answer for itself alone
 */
public record KlPenalty(double coefficient, double discount) {
  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException when the coefficient is not finite or the discount not from 0
   *     to 1
   */
  public KlPenalty {
    Checks.finite("coefficient", coefficient);
    if (!(discount >= 0 && discount <= 1)) {
      throw new IllegalArgumentException("discount is " + discount + "; it must be from 0 to 1");
    }
  }

  /** Returns a penalty without discount: each token answers for itself alone. */
  public static KlPenalty of(double coefficient) {
    return new KlPenalty(coefficient, 0);
  }

  /**
   * Data with the penalty in its advantages.
   *
   * @param data the examples, in order
   * @param kl D, the estimated divergence of the policy from the reference, in nats per token
   */
  public record Penalized(List<Datum> data, double kl) {
    /** Copies the list. */
    public Penalized {
      data = List.copyOf(data);
    }
  }

  /**
   * Returns data with this penalty added to its {@code advantages}.
   *
   * @param data made by {@link TrajectoryData}, with {@code logprobs}, {@code advantages} and
   *     {@code mask}; a whole batch, because its mean is taken
   * @param reference for each example the reference's log-probabilities of its target tokens; what
   *     they are where the mask is 0 does not matter
   * @throws IllegalArgumentException when lengths differ, a loss input is missing, a
   *     log-probability is not finite where the mask is above 0, or it is so nowhere
   */
  public Penalized applyTo(List<Datum> data, List<float[]> reference) {
    Checks.length("reference", reference.size(), "examples", data.size());
    List<Differences> all = new ArrayList<>();
    double sum = 0;
    double weight = 0;
    for (int i = 0; i < data.size(); i++) {
      Differences each = Differences.of(i, data.get(i), reference.get(i));
      for (int t = 0; t < each.length(); t++) {
        sum += each.differences()[t] * each.mask()[t];
        weight += each.mask()[t];
      }
      all.add(each);
    }
    if (!(weight > 0)) {
      throw Differences.nothingTrained();
    }
    float mean = (float) (sum / weight);
    List<Datum> penalized = new ArrayList<>();
    for (int i = 0; i < data.size(); i++) {
      penalized.add(penalized(i, data.get(i), all.get(i), mean));
    }
    return new Penalized(penalized, mean);
  }

  private Datum penalized(int index, Datum datum, Differences each, float mean) {
    float[] penalties = new float[each.length()];
    for (int t = 0; t < penalties.length; t++) {
      float mask = each.mask()[t];
      penalties[t] = (float) coefficient * mask * (mean - each.differences()[t] * mask);
    }
    if (discount > 0) {
      penalties = Discounts.futureSums(penalties, discount);
    }
    float[] advantages = LossInputs.floats(index, datum, Datum.ADVANTAGES);
    Checks.length(
        "the advantages of data[%d]".formatted(index),
        advantages.length,
        "logprobs",
        penalties.length);
    for (int t = 0; t < advantages.length; t++) {
      advantages[t] += penalties[t];
    }
    Checks.finite("with the penalty, data[%d]: advantages".formatted(index), advantages);
    return datum.with(Datum.ADVANTAGES, TensorData.of(advantages));
  }
}

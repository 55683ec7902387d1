package io.tinker4j.examples;

import io.tinker4j.training.loss.CustomLoss;
import io.tinker4j.training.loss.LossTerm;
import io.tinker4j.training.loss.WeightedLoss;
import io.tinker4j.types.Datum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Losses that are computed here: a sum of terms, and one written by hand. */
public final class CustomLosses {
  private CustomLosses() {}

  /** Prefers the first example of each pair to the second, and stays near the reference. */
  public static CustomLoss preference(List<float[]> referenceLogprobs) {
    LossTerm.Reference reference = LossTerm.Reference.of(referenceLogprobs);
    return WeightedLoss.builder()
        .add("dpo", 1.0, LossTerm.dpo(0.1, reference))
        .add("kl", 0.05, LossTerm.klToReference(reference))
        .build();
  }

  /** The mean of −ℓ of each example, so that a long one counts as much as a short one. */
  public static CustomLoss.Result mean(List<Datum> data, List<float[]> logprobs) {
    double loss = 0;
    List<float[]> gradients = new ArrayList<>();
    for (float[] example : logprobs) {
      for (float logprob : example) {
        loss -= logprob / (double) example.length;
      }
      float[] gradient = new float[example.length];
      Arrays.fill(gradient, -1f / example.length);
      gradients.add(gradient);
    }
    return new CustomLoss.Result(loss, gradients, Map.of("mean_nll", loss / data.size()));
  }
}

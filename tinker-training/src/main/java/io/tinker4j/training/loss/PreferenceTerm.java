package io.tinker4j.training.loss;

import io.tinker4j.types.Datum;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * −log σ(h) of each pair, with h = beta · (score of the first − score of the second) − gamma. With
 * a reference a score is the weighted sum of log-probabilities less the reference's, without one
 * their weighted mean. Scores are linear in the log-probabilities, so ∇h is constant.
 */
record PreferenceTerm(double beta, double gamma, LossTerm.@Nullable Reference reference)
    implements LossTerm.Smooth {

  @Override
  public Evaluation evaluate(List<Datum> data, List<double[]> logprobs) {
    List<double[]> gradients = slopes(data, logprobs);
    double sum = 0;
    for (int i = 0; i < gradients.size(); i += 2) {
      double h = margin(i, data, logprobs, gradients);
      sum += softplus(-h);
      scale(gradients, i, -sigmoid(-h));
    }
    return new Evaluation(sum, gradients);
  }

  @Override
  public List<double[]> hessianVectorProduct(
      List<Datum> data, List<double[]> logprobs, List<double[]> direction) {
    List<double[]> products = slopes(data, logprobs);
    for (int i = 0; i < products.size(); i += 2) {
      double h = margin(i, data, logprobs, products);
      double along = dot(products.get(i), direction.get(i));
      along += dot(products.get(i + 1), direction.get(i + 1));
      scale(products, i, sigmoid(h) * sigmoid(-h) * along);
    }
    return products;
  }

  /** ∇h of each example's pair by its log-probabilities. */
  private List<double[]> slopes(List<Datum> data, List<double[]> logprobs) {
    TermInputs.pairs(logprobs);
    List<double[]> slopes = new ArrayList<>();
    for (int i = 0; i < logprobs.size(); i++) {
      double[] slope = TermInputs.weights(i, data.get(i), logprobs.get(i).length);
      double factor = (i % 2 == 0 ? beta : -beta) / (reference == null ? total(i, slope) : 1);
      for (int t = 0; t < slope.length; t++) {
        slope[t] *= factor;
      }
      slopes.add(slope);
    }
    return slopes;
  }

  private static double total(int index, double[] weights) {
    double total = 0;
    for (double weight : weights) {
      total += weight;
    }
    if (!(total > 0)) {
      throw new IllegalArgumentException(
          "the weights of example %d add up to %s; a mean needs a positive sum"
              .formatted(index, total));
    }
    return total;
  }

  private double margin(
      int first, List<Datum> data, List<double[]> logprobs, List<double[]> slopes) {
    double h = -gamma;
    for (int i = first; i <= first + 1; i++) {
      h += dot(slopes.get(i), logprobs.get(i));
      if (reference != null) {
        float[] other = TermInputs.reference(reference, i, data.get(i), logprobs.get(i).length);
        for (int t = 0; t < other.length; t++) {
          h -= slopes.get(i)[t] == 0 ? 0 : slopes.get(i)[t] * other[t];
        }
      }
    }
    return h;
  }

  /** A token without weight counts for nothing, even if its log-probability is infinite. */
  private static double dot(double[] slope, double[] other) {
    double sum = 0;
    for (int t = 0; t < slope.length; t++) {
      sum += slope[t] == 0 ? 0 : slope[t] * other[t];
    }
    return sum;
  }

  private static void scale(List<double[]> pairs, int first, double factor) {
    for (int i = first; i <= first + 1; i++) {
      double[] each = pairs.get(i);
      for (int t = 0; t < each.length; t++) {
        each[t] *= factor;
      }
    }
  }

  /** log(1 + e^x) without overflow. */
  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  private static double sigmoid(double x) {
    return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
  }
}

package io.tinker4j.training.loss;

import io.tinker4j.types.Datum;
import java.util.ArrayList;
import java.util.List;

/** Squared cosines between all examples. */
record OrthogonalityTerm() implements LossTerm {

  /**
   * With u = x / ‖x‖ of each example and G the products of the u, the value is the sum of G² off
   * the diagonal. By u of one example it changes with v = 4 · Σ G·u' over the others; of that, what
   * is along u does not change u's direction.
   */
  @Override
  public Evaluation evaluate(List<Datum> data, List<double[]> logprobs) {
    List<double[]> weights = new ArrayList<>();
    List<double[]> units = new ArrayList<>();
    double[] norms = new double[logprobs.size()];
    for (int i = 0; i < norms.length; i++) {
      weights.add(TermInputs.weights(i, data.get(i), logprobs.get(i).length));
      double[] row = product(weights.get(i), logprobs.get(i));
      norms[i] = Math.sqrt(dot(row, row));
      units.add(norms[i] == 0 ? new double[row.length] : scaled(row, 1 / norms[i]));
    }
    double sum = 0;
    List<double[]> gradients = new ArrayList<>();
    for (int i = 0; i < norms.length; i++) {
      double[] unit = units.get(i);
      double[] change = new double[unit.length];
      for (int j = 0; j < norms.length; j++) {
        if (j != i) {
          double cosine = dot(unit, units.get(j));
          sum += cosine * cosine;
          add(change, units.get(j), 4 * cosine);
        }
      }
      add(change, unit, -dot(change, unit));
      gradients.add(norms[i] == 0 ? change : scaled(product(weights.get(i), change), 1 / norms[i]));
    }
    return new Evaluation(sum, gradients);
  }

  private static double[] product(double[] weights, double[] values) {
    double[] product = new double[values.length];
    for (int t = 0; t < product.length; t++) {
      product[t] = weights[t] == 0 ? 0 : weights[t] * values[t];
    }
    return product;
  }

  private static double[] scaled(double[] values, double factor) {
    double[] scaled = new double[values.length];
    add(scaled, values, factor);
    return scaled;
  }

  /** Rows of different lengths have zeros behind their ends. */
  private static void add(double[] to, double[] values, double factor) {
    for (int t = 0; t < Math.min(to.length, values.length); t++) {
      to[t] += factor * values[t];
    }
  }

  private static double dot(double[] one, double[] other) {
    double sum = 0;
    for (int t = 0; t < Math.min(one.length, other.length); t++) {
      sum += one[t] * other[t];
    }
    return sum;
  }
}

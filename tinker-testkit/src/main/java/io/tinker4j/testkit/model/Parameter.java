package io.tinker4j.testkit.model;

import java.util.Arrays;

/**
 * One trained matrix with its gradient and its moments of AdamW.
 *
 * <p>In memory, both halves of an adapter are [rank][n], the form the kernels want; {@code
 * transposed} says that the matrix is named and stored the other way round, as [n, rank].
 */
final class Parameter {
  private final String name;
  private final boolean transposed;
  private final double[][] values;
  private final double[][] gradient;
  private final double[][] firstMoment;
  private final double[][] secondMoment;

  /** Takes ownership of the values. */
  Parameter(String name, boolean transposed, double[][] values) {
    this.name = name;
    this.transposed = transposed;
    this.values = values;
    gradient = new double[values.length][values[0].length];
    firstMoment = new double[values.length][values[0].length];
    secondMoment = new double[values.length][values[0].length];
  }

  String name() {
    return name;
  }

  double[][] values() {
    return values;
  }

  double[][] gradient() {
    return gradient;
  }

  void clearGradient() {
    clear(gradient);
  }

  void clearMoments() {
    clear(firstMoment);
    clear(secondMoment);
  }

  double squaredGradientNorm() {
    double sum = 0;
    for (double[] row : gradient) {
      for (double value : row) {
        sum += value * value;
      }
    }
    return sum;
  }

  /**
   * Moves the values by AdamW with decoupled decay.
   *
   * @param gradientScale factor that brings the gradient within its norm; 1 for no clipping
   * @param step number of this step, counted from 1
   */
  void step(AdamSettings adam, double gradientScale, long step) {
    double correction1 = 1 - StrictMath.pow(adam.beta1(), (double) step);
    double correction2 = 1 - StrictMath.pow(adam.beta2(), (double) step);
    for (int i = 0; i < values.length; i++) {
      double[] row = values[i];
      double[] m = firstMoment[i];
      double[] v = secondMoment[i];
      for (int j = 0; j < row.length; j++) {
        double g = gradient[i][j] * gradientScale;
        m[j] = adam.beta1() * m[j] + (1 - adam.beta1()) * g;
        v[j] = adam.beta2() * v[j] + (1 - adam.beta2()) * g * g;
        double update = m[j] / correction1 / (Math.sqrt(v[j] / correction2) + adam.eps());
        row[j] -= adam.learningRate() * (update + adam.weightDecay() * row[j]);
      }
    }
  }

  /** The values as a tensor, in the stored orientation. */
  NamedMatrix valuesTensor() {
    return tensor(name, values);
  }

  NamedMatrix firstMomentTensor() {
    return tensor(name + ".exp_avg", firstMoment);
  }

  NamedMatrix secondMomentTensor() {
    return tensor(name + ".exp_avg_sq", secondMoment);
  }

  void setValues(NamedMatrix tensor) {
    copy(tensor, values);
  }

  void setMoments(NamedMatrix first, NamedMatrix second) {
    copy(first, firstMoment);
    copy(second, secondMoment);
  }

  private NamedMatrix tensor(String tensorName, double[][] source) {
    double[][] stored = transposed ? Kernels.transpose(source) : source;
    double[] flat = new double[stored.length * stored[0].length];
    for (int i = 0; i < stored.length; i++) {
      System.arraycopy(stored[i], 0, flat, i * stored[0].length, stored[0].length);
    }
    return new NamedMatrix(tensorName, stored.length, stored[0].length, flat);
  }

  private void copy(NamedMatrix tensor, double[][] target) {
    for (int i = 0; i < target.length; i++) {
      for (int j = 0; j < target[i].length; j++) {
        target[i][j] = transposed ? tensor.value(j, i) : tensor.value(i, j);
      }
    }
  }

  private static void clear(double[][] matrix) {
    for (double[] row : matrix) {
      Arrays.fill(row, 0.0);
    }
  }
}

package io.tinker4j.testkit.model;

import java.util.Arrays;

/**
 * The arithmetic that takes the time.
 *
 * <p>Every loop adds multiples of whole rows to a row, with one index for all arrays: the form that
 * the JIT compiler turns into vector instructions without changing a bit of the result. Sums over
 * one array (dot products) would stay scalar, because their order may not be changed.
 */
final class Kernels {
  private static final double LEAST_EXPONENT = -708;
  private static final int MANTISSA_BITS = 52;
  private static final double INVERSE_LN_2 = 1.4426950408889634;

  /** The logarithm of 2 in two parts; products of the first one with small integers are exact. */
  private static final double LN_2_HIGH = 0.6931471803691238;

  private static final double LN_2_LOW = 1.9082149292705877e-10;

  /**
   * How much of long rows is computed at a time, so that the matrix stays in the cache from one
   * position to the next. A multiple of four: it does not change a bit of any sum.
   */
  static final int TILE = 1024;

  private Kernels() {}

  /** Adds {@code sum over i of x[i] * matrix[i]} to the first {@code width} values of a row. */
  static void addProduct(double[] row, int width, double[] x, double[][] matrix) {
    addProduct(row, 0, width, x, matrix);
  }

  private static void addProduct(double[] row, int from, int to, double[] x, double[][] matrix) {
    int i = 0;
    for (; i + 4 <= matrix.length; i += 4) {
      addRows(
          row,
          from,
          to,
          x[i],
          matrix[i],
          x[i + 1],
          matrix[i + 1],
          x[i + 2],
          matrix[i + 2],
          x[i + 3],
          matrix[i + 3]);
    }
    for (; i < matrix.length; i++) {
      addRow(row, from, to, x[i], matrix[i]);
    }
  }

  /** Sets the first {@code count} rows: {@code rows[t] = sum over i of x[t][i] * matrix[i]}. */
  static void products(double[][] rows, double[][] x, double[][] matrix, int count) {
    int width = matrix[0].length;
    for (int from = 0; from < width; from += TILE) {
      int to = Math.min(width, from + TILE);
      for (int t = 0; t < count; t++) {
        Arrays.fill(rows[t], from, to, 0.0);
        addProduct(rows[t], from, to, x[t], matrix);
      }
    }
  }

  /**
   * Sets the first {@code count} rows to products with the transposed matrix, {@code rows[t][i] =
   * sum over j of x[t][j] * matrix[i][j]}, in the order in which {@link #addProduct} adds.
   */
  static void rowProducts(double[][] rows, double[][] x, double[][] matrix, int count) {
    int width = matrix[0].length;
    for (int t = 0; t < count; t++) {
      Arrays.fill(rows[t], 0.0);
    }
    for (int from = 0; from < width; from += TILE) {
      int to = Math.min(width, from + TILE);
      for (int t = 0; t < count; t++) {
        for (int i = 0; i < rows[t].length; i++) {
          rows[t][i] = addDot(rows[t][i], x[t], matrix[i], from, to);
        }
      }
    }
  }

  private static double addDot(double start, double[] x, double[] y, int from, int to) {
    double sum = start;
    int j = from;
    for (; j + 4 <= to; j += 4) {
      sum += x[j] * y[j] + x[j + 1] * y[j + 1] + x[j + 2] * y[j + 2] + x[j + 3] * y[j + 3];
    }
    for (; j < to; j++) {
      sum += x[j] * y[j];
    }
    return sum;
  }

  /**
   * Adds the outer products of the first {@code count} pairs (x, y): {@code m[i] += x[t][i] y[t]}.
   */
  static void addOuterProducts(double[][] matrix, double[][] x, double[][] y, int count) {
    int width = matrix[0].length;
    for (int from = 0; from < width; from += TILE) {
      addOuterProducts(matrix, x, y, count, from, Math.min(width, from + TILE));
    }
  }

  private static void addOuterProducts(
      double[][] matrix, double[][] x, double[][] y, int count, int from, int to) {
    for (int i = 0; i < matrix.length; i++) {
      double[] row = matrix[i];
      int t = 0;
      for (; t + 4 <= count; t += 4) {
        addRows(
            row,
            from,
            to,
            x[t][i],
            y[t],
            x[t + 1][i],
            y[t + 1],
            x[t + 2][i],
            y[t + 2],
            x[t + 3][i],
            y[t + 3]);
      }
      for (; t < count; t++) {
        addRow(row, from, to, x[t][i], y[t]);
      }
    }
  }

  static void addRow(double[] row, int from, int to, double a, double[] x) {
    for (int j = from; j < to; j++) {
      row[j] += a * x[j];
    }
  }

  private static void addRows(
      double[] row,
      int from,
      int to,
      double a,
      double[] x,
      double b,
      double[] y,
      double c,
      double[] z,
      double d,
      double[] w) {
    for (int j = from; j < to; j++) {
      row[j] += a * x[j] + b * y[j] + c * z[j] + d * w[j];
    }
  }

  static double[][] transpose(double[][] matrix) {
    double[][] transposed = new double[matrix[0].length][matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < transposed.length; j++) {
        transposed[j][i] = matrix[i][j];
      }
    }
    return transposed;
  }

  /** Replaces each of the first {@code width} values x by x / (1 + |x|). */
  static void softsign(double[] row, int width) {
    for (int j = 0; j < width; j++) {
      row[j] = row[j] / (1 + Math.abs(row[j]));
    }
  }

  /** Multiplies a gradient by the slope of softsign, (1 - |y|)^2 in terms of its output y. */
  static void softsignGradient(double[] gradient, int width, double[] output) {
    for (int j = 0; j < width; j++) {
      double slope = 1 - Math.abs(output[j]);
      gradient[j] *= slope * slope;
    }
  }

  /**
   * Returns e to the power of a number from -708 to 0, and 0 below. Within a few units in the last
   * place, in a quarter of the time that {@code StrictMath} takes, and the same bits everywhere:
   * {@code Math.exp} may differ from machine to machine.
   */
  static double exp(double x) {
    if (!(x > LEAST_EXPONENT)) {
      return Double.isNaN(x) ? x : 0.0;
    }
    double n = Math.rint(x * INVERSE_LN_2);
    double r = x - n * LN_2_HIGH - n * LN_2_LOW;
    // The Taylor series up to r^13 / 13!, of which only numbers below 0.35 come here.
    double sum = 1 / 6227020800.0;
    sum = sum * r + 1 / 479001600.0;
    sum = sum * r + 1 / 39916800.0;
    sum = sum * r + 1 / 3628800.0;
    sum = sum * r + 1 / 362880.0;
    sum = sum * r + 1 / 40320.0;
    sum = sum * r + 1 / 5040.0;
    sum = sum * r + 1 / 720.0;
    sum = sum * r + 1 / 120.0;
    sum = sum * r + 1 / 24.0;
    sum = sum * r + 1 / 6.0;
    sum = sum * r + 1 / 2.0;
    sum = sum * r + 1;
    sum = sum * r + 1;
    return sum * Double.longBitsToDouble(((long) n + Double.MAX_EXPONENT) << MANTISSA_BITS);
  }

  /** Writes the softmax of the logits and returns the logarithm of its normaliser. */
  static double softmax(double[] logits, double[] probabilities) {
    double max = logits[0];
    for (double logit : logits) {
      max = Math.max(max, logit);
    }
    double sum = 0;
    for (int v = 0; v < logits.length; v++) {
      probabilities[v] = exp(logits[v] - max);
      sum += probabilities[v];
    }
    for (int v = 0; v < logits.length; v++) {
      probabilities[v] /= sum;
    }
    return max + StrictMath.log(sum);
  }
}

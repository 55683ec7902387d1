package io.tinker4j.recipes.evaluation;

import io.tinker4j.types.internal.Checks;

/**
 * Where the true value probably is.
 *
 * @param low the lower end
 * @param high the upper end
 * @param confidence in which part of such measurements it is there, as 0.95
 */
public record ConfidenceInterval(double low, double high, double confidence) {
  private static final int HALVINGS = 80;
  private static final double LARGEST = 8;

  /**
   * Returns the interval of a proportion, by E. B. Wilson, "Probable Inference, the Law of
   * Succession, and Statistical Inference" (1927). It holds for few trials too, and near 0 and 1.
   *
   * @param successes from 0 to {@code trials}
   * @param trials at least 1
   * @param confidence above 0 and below 1
   * @throws IllegalArgumentException when a number is out of its range
   */
  public static ConfidenceInterval wilson(long successes, long trials, double confidence) {
    Checks.atLeast("trials", trials, 1);
    Checks.range("successes", successes, 0, trials);
    double z = quantile(confidence);
    double part = (double) successes / trials;
    double square = z * z / trials;
    double center = (part + square / 2) / (1 + square);
    double half = z / (1 + square) * Math.sqrt(part * (1 - part) / trials + square / (4 * trials));
    return new ConfidenceInterval(
        successes == 0 ? 0 : center - half, successes == trials ? 1 : center + half, confidence);
  }

  /**
   * Returns the interval of a mean, by the central limit theorem: the mean and so many standard
   * errors to both sides. For fewer than about 30 values it is too narrow.
   *
   * @param values at least 2, finite
   * @param confidence above 0 and below 1
   * @throws IllegalArgumentException when there are too few values or a number is out of its range
   */
  public static ConfidenceInterval ofMean(double[] values, double confidence) {
    Checks.atLeast("the number of values", values.length, 2);
    double sum = 0;
    for (double value : values) {
      Checks.range("a value", value, -Double.MAX_VALUE, Double.MAX_VALUE);
      sum += value;
    }
    double mean = sum / values.length;
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    double error = Math.sqrt(squares / (values.length - 1) / values.length);
    double half = quantile(confidence) * error;
    return new ConfidenceInterval(mean - half, mean + half, confidence);
  }

  /** Returns whether a value is in the interval. */
  public boolean contains(double value) {
    return low <= value && value <= high;
  }

  /** How many standard deviations to both sides have this part of a normal distribution. */
  private static double quantile(double confidence) {
    if (!(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException(
          "confidence is " + confidence + "; it must be above 0 and below 1, as 0.95");
    }
    double low = 0;
    double high = LARGEST;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (within(middle) < confidence) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The part of a normal distribution from −x to x, by its series: G. Marsaglia (2004). */
  private static double within(double x) {
    double term = x;
    double sum = x;
    for (int i = 3; term > sum * 1e-17; i += 2) {
      term *= x * x / i;
      sum += term;
    }
    return 2 * sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }
}

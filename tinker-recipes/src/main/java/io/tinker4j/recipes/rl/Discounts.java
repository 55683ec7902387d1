package io.tinker4j.recipes.rl;

/** Discounting of what is still to come. */
public final class Discounts {
  private Discounts() {}

  /**
   * Returns for each position i the sum of γᵏ·values[i + k] over all k from 0 to the end, in single
   * precision.
   *
   * @param values not changed; any, NaN and infinity too
   * @param discount γ, from 0 (only the position itself) to 1 (everything counts the same)
   * @throws IllegalArgumentException when the discount is not from 0 to 1
   */
  public static float[] futureSums(float[] values, double discount) {
    if (!(discount >= 0 && discount <= 1)) {
      throw new IllegalArgumentException("discount is " + discount + "; it must be from 0 to 1");
    }
    float factor = (float) discount;
    float[] sums = new float[values.length];
    float sum = 0;
    for (int i = values.length - 1; i >= 0; i--) {
      sum = values[i] + factor * sum;
      sums[i] = sum;
    }
    return sums;
  }
}

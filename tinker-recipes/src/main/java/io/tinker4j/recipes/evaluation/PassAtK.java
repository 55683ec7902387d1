package io.tinker4j.recipes.evaluation;

import io.tinker4j.types.internal.Checks;

/** How probable it is that at least one of k answers is right. */
public final class PassAtK {
  private PassAtK() {}

  /**
   * Returns the estimate without bias, 1 − C(n − c, k) / C(n, k), of M. Chen et al., "Evaluating
   * Large Language Models Trained on Code" (2021).
   *
   * @param samples n, how many answers there are
   * @param correct c, how many of them are right
   * @param k from 1 to n
   * @throws IllegalArgumentException when a number is out of its range
   */
  public static double estimate(int samples, int correct, int k) {
    Checks.atLeast("samples", samples, 1);
    Checks.range("correct", correct, 0, samples);
    Checks.range("k", k, 1, samples);
    if (samples - correct < k) {
      return 1;
    }
    double allWrong = 1;
    for (int i = samples - correct + 1; i <= samples; i++) {
      allWrong *= 1 - (double) k / i;
    }
    return 1 - allWrong;
  }
}

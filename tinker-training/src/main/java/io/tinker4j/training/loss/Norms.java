package io.tinker4j.training.loss;

import java.util.List;

/** Lengths of gradients. */
final class Norms {
  private Norms() {}

  /** Returns the Euclidean norm of all the arrays as one vector. */
  static double of(List<double[]> gradients) {
    double squares = 0;
    for (double[] gradient : gradients) {
      for (double each : gradient) {
        squares += each * each;
      }
    }
    return Math.sqrt(squares);
  }
}

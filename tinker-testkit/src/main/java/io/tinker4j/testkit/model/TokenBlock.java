package io.tinker4j.testkit.model;

/**
 * Working memory for a run of neighbouring positions: what one pass through the network computes
 * for each of them. One row per position; belongs to one thread at a time.
 */
final class TokenBlock {
  /** Inputs of each layer, the last one of each row being the constant 1. */
  final double[][] features;

  final double[][] mixed;
  final double[][] hidden;
  final double[][] logits;

  /** First the softmax of the logits, then, going backward, the gradient of the logits. */
  final double[][] probabilities;

  /** Gradients of what the two hidden layers compute, before their activation. */
  final double[][] mixedGradient;

  final double[][] hiddenGradient;

  TokenBlock(Dimensions dimensions, int positions) {
    features = withConstant(positions, dimensions.inputs(Layer.ATTN));
    mixed = withConstant(positions, dimensions.inputs(Layer.MLP));
    hidden = withConstant(positions, dimensions.inputs(Layer.UNEMBED));
    logits = new double[positions][dimensions.vocabulary()];
    probabilities = new double[positions][dimensions.vocabulary()];
    mixedGradient = new double[positions][dimensions.hidden()];
    hiddenGradient = new double[positions][dimensions.hidden()];
  }

  /** How many positions there is room for. */
  int size() {
    return logits.length;
  }

  private static double[][] withConstant(int positions, int inputs) {
    double[][] rows = new double[positions][inputs];
    for (double[] row : rows) {
      row[inputs - 1] = 1.0;
    }
    return rows;
  }
}

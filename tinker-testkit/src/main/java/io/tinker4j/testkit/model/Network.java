package io.tinker4j.testkit.model;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The model with its adapters merged in: what both training and sampling run.
 *
 * <p>Immutable, so a sampler keeps the one it started with while training moves on. The value at a
 * position depends on that position's window alone, never on the block it is computed in.
 */
final class Network {
  private final Dimensions dimensions;
  private final double[][] embedding;
  private final Map<Layer, double[][]> weights = new EnumMap<>(Layer.class);
  private final double[][] mlpTransposed;
  private final double[][] unembedTransposed;

  /** Takes ownership of the weights, [inputs][outputs] each. */
  Network(BaseModel base, Map<Layer, double[][]> merged) {
    dimensions = base.dimensions();
    embedding = base.embedding();
    for (Layer layer : Layer.values()) {
      weights.put(layer, Objects.requireNonNull(merged.get(layer)));
    }
    mlpTransposed = Kernels.transpose(weights(Layer.MLP));
    unembedTransposed = Kernels.transpose(weights(Layer.UNEMBED));
  }

  /** Working memory for as many positions. */
  TokenBlock block(int positions) {
    return new TokenBlock(dimensions, positions);
  }

  /** How many weights there are. */
  long size() {
    return dimensions.weights();
  }

  double[][] weights(Layer layer) {
    return Objects.requireNonNull(weights.get(layer));
  }

  /** Computes the logits after each of {@code count} positions from {@code start} on. */
  void forward(TokenBlock block, int[] tokens, int start, int count) {
    for (int t = 0; t < count; t++) {
      embedWindow(tokens, start + t, block.features[t]);
      product(Layer.ATTN, block.features[t], block.mixed[t]);
      Kernels.softsign(block.mixed[t], dimensions.hidden());
      product(Layer.MLP, block.mixed[t], block.hidden[t]);
      Kernels.softsign(block.hidden[t], dimensions.hidden());
      product(Layer.UNEMBED, block.hidden[t], block.logits[t]);
    }
  }

  /**
   * Adds the gradients of the merged weights, given the gradients of the logits in {@code
   * block.probabilities} after a forward pass over the same positions.
   */
  void backward(TokenBlock block, int count, Gradients gradients) {
    gradients.addOuterProducts(Layer.UNEMBED, block.hidden, block.probabilities, count);
    Set<Layer> trained = gradients.layers();
    if (!trained.contains(Layer.MLP) && !trained.contains(Layer.ATTN)) {
      return;
    }
    for (int t = 0; t < count; t++) {
      inputGradient(
          unembedTransposed, block.probabilities[t], block.hidden[t], block.hiddenGradient[t]);
    }
    gradients.addOuterProducts(Layer.MLP, block.mixed, block.hiddenGradient, count);
    if (!trained.contains(Layer.ATTN)) {
      return;
    }
    for (int t = 0; t < count; t++) {
      inputGradient(mlpTransposed, block.hiddenGradient[t], block.mixed[t], block.mixedGradient[t]);
    }
    gradients.addOuterProducts(Layer.ATTN, block.features, block.mixedGradient, count);
  }

  private void embedWindow(int[] tokens, int position, double[] features) {
    for (int slot = 0; slot < dimensions.window(); slot++) {
      int index = position - dimensions.window() + 1 + slot;
      double[] row = embedding[index < 0 ? BaseModel.PADDING : tokens[index]];
      System.arraycopy(row, 0, features, slot * dimensions.embedding(), dimensions.embedding());
    }
  }

  private void product(Layer layer, double[] inputs, double[] outputs) {
    Arrays.fill(outputs, 0, dimensions.outputs(layer), 0.0);
    Kernels.addProduct(outputs, dimensions.outputs(layer), inputs, weights(layer));
  }

  private static void inputGradient(
      double[][] transposed, double[] outputGradient, double[] activation, double[] gradient) {
    Arrays.fill(gradient, 0.0);
    Kernels.addProduct(gradient, gradient.length, outputGradient, transposed);
    Kernels.softsignGradient(gradient, gradient.length, activation);
  }
}

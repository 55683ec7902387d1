package io.tinker4j.testkit.model;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The model with its adapters merged in: what both training and sampling run.
 *
 * <p>Immutable, so a sampler keeps the one it started with while training moves on. The value at a
 * position depends on that position's window alone, never on the block it is computed in.
 */
final class Network {
  private final Vocabulary vocabulary;
  private final Dimensions dimensions;
  private final double[][] embedding;
  private final Map<Layer, double[][]> weights = new EnumMap<>(Layer.class);
  private final double[][] mlpTransposed;

  /** Null for a vocabulary whose rows are better read as they are. */
  private final double @Nullable [][] unembedTransposed;

  /** Takes ownership of the weights, [inputs][outputs] each. */
  Network(BaseModel base, Map<Layer, double[][]> merged) {
    vocabulary = base.vocabulary();
    dimensions = base.dimensions();
    embedding = base.embedding();
    for (Layer layer : Layer.values()) {
      weights.put(layer, Objects.requireNonNull(merged.get(layer)));
    }
    mlpTransposed = Kernels.transpose(weights(Layer.MLP));
    unembedTransposed =
        vocabulary.size() > Kernels.TILE ? null : Kernels.transpose(weights(Layer.UNEMBED));
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Working memory for this many positions, or for as many as are best computed at once. */
  TokenBlock block(int positions) {
    return new TokenBlock(dimensions, Math.min(positions, dimensions.block()));
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
    }
    Kernels.products(block.logits, block.hidden, weights(Layer.UNEMBED), count);
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
    unembedGradient(block, count);
    gradients.addOuterProducts(Layer.MLP, block.mixed, block.hiddenGradient, count);
    if (!trained.contains(Layer.ATTN)) {
      return;
    }
    for (int t = 0; t < count; t++) {
      inputGradient(mlpTransposed, block.hiddenGradient[t], block.mixedGradient[t]);
      Kernels.softsignGradient(block.mixedGradient[t], dimensions.hidden(), block.mixed[t]);
    }
    gradients.addOuterProducts(Layer.ATTN, block.features, block.mixedGradient, count);
  }

  private void unembedGradient(TokenBlock block, int count) {
    if (unembedTransposed == null) {
      double[][] weights = weights(Layer.UNEMBED);
      Kernels.rowProducts(block.hiddenGradient, block.probabilities, weights, count);
    } else {
      for (int t = 0; t < count; t++) {
        inputGradient(unembedTransposed, block.probabilities[t], block.hiddenGradient[t]);
      }
    }
    for (int t = 0; t < count; t++) {
      Kernels.softsignGradient(block.hiddenGradient[t], dimensions.hidden(), block.hidden[t]);
    }
  }

  private void embedWindow(int[] tokens, int position, double[] features) {
    for (int slot = 0; slot < dimensions.window(); slot++) {
      int index = position - dimensions.window() + 1 + slot;
      double[] row = embedding[index < 0 ? vocabulary.size() : row(tokens[index])];
      System.arraycopy(row, 0, features, slot * dimensions.embedding(), dimensions.embedding());
    }
  }

  private int row(int token) {
    return token == Vocabulary.UNKNOWN ? vocabulary.size() + 1 : token;
  }

  private void product(Layer layer, double[] inputs, double[] outputs) {
    Arrays.fill(outputs, 0, dimensions.outputs(layer), 0.0);
    Kernels.addProduct(outputs, dimensions.outputs(layer), inputs, weights(layer));
  }

  private static void inputGradient(
      double[][] transposed, double[] outputGradient, double[] gradient) {
    Arrays.fill(gradient, 0.0);
    Kernels.addProduct(gradient, gradient.length, outputGradient, transposed);
  }
}

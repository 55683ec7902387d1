package io.tinker4j.testkit.model;

import java.util.EnumSet;
import java.util.Set;

/**
 * What is adapted and how: the rank, the seed of the adapters' first values, and one switch per
 * matrix of the model.
 *
 * <p>The adapters' scale is {@code alpha / rank} with alpha fixed at {@value #ALPHA}.
 *
 * @param rank rank of every adapter, a power of two from 1 to {@value #MAX_RANK}
 * @param seed determines the random half of every adapter
 * @param trainAttn whether the window-mixing matrix gets an adapter
 * @param trainMlp whether the hidden matrix gets an adapter
 * @param trainUnembed whether the matrix to the logits gets an adapter
 */
public record LoraSettings(
    int rank, long seed, boolean trainAttn, boolean trainMlp, boolean trainUnembed) {
  /** Numerator of every adapter's scale. */
  public static final int ALPHA = 32;

  /** Largest rank. */
  public static final int MAX_RANK = 256;

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if the rank is not a power of two in range or no matrix is
   *     trained
   */
  public LoraSettings {
    if (rank < 1 || rank > MAX_RANK || Integer.bitCount(rank) != 1) {
      throw new IllegalArgumentException(
          "rank is " + rank + "; it must be a power of two from 1 to " + MAX_RANK);
    }
    if (!trainAttn && !trainMlp && !trainUnembed) {
      throw new IllegalArgumentException(
          "train_attn, train_mlp and train_unembed are all false; at least one must be true");
    }
  }

  /** Settings that train every matrix. */
  public static LoraSettings of(int rank, long seed) {
    return new LoraSettings(rank, seed, true, true, true);
  }

  boolean trains(Layer layer) {
    return switch (layer) {
      case ATTN -> trainAttn;
      case MLP -> trainMlp;
      case UNEMBED -> trainUnembed;
    };
  }

  Set<Layer> trainedLayers() {
    Set<Layer> layers = EnumSet.noneOf(Layer.class);
    for (Layer layer : Layer.values()) {
      if (trains(layer)) {
        layers.add(layer);
      }
    }
    return layers;
  }

  double scale() {
    return (double) ALPHA / rank;
  }
}

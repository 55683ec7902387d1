package io.tinker4j.testkit.model;

/**
 * How large a model is.
 *
 * @param window how many tokens it sees at a position
 * @param embedding how many numbers stand for a token
 * @param hidden width of both hidden layers
 * @param vocabulary how many tokens it knows
 */
record Dimensions(int window, int embedding, int hidden, int vocabulary) {
  private static final String NANO_PREFIX = "tinker4j/nano-";

  /** Most positions that are computed at once, so that they stay in the cache. */
  private static final int MAX_BLOCK = 64;

  /** Fewest: sums over positions are taken four at a time, whatever the block. */
  private static final int LEAST_BLOCK = 4;

  /** About how many logits a block has at most: 8 MiB. */
  private static final int BLOCK_LOGITS = 1 << 20;

  /** The dimensions of the base model of a name. */
  static Dimensions of(String name) {
    Vocabulary vocabulary = Vocabulary.of(name);
    boolean isNano =
        name.equals(BaseModel.NANO) || (!vocabulary.isBytes() && name.startsWith(NANO_PREFIX));
    return isNano
        ? new Dimensions(4, 4, 8, vocabulary.size())
        : new Dimensions(8, 16, 96, vocabulary.size());
  }

  /** Number of positions that are computed at once, a multiple of four. */
  int block() {
    int fitting = BLOCK_LOGITS / vocabulary / LEAST_BLOCK * LEAST_BLOCK;
    return Math.clamp(fitting, LEAST_BLOCK, MAX_BLOCK);
  }

  /** Number of inputs of a layer; the last one is the constant 1. */
  int inputs(Layer layer) {
    return switch (layer) {
      case ATTN -> window * embedding + 1;
      case MLP, UNEMBED -> hidden + 1;
    };
  }

  /** Number of weights of all layers. */
  long weights() {
    long weights = 0;
    for (Layer layer : Layer.values()) {
      weights += (long) inputs(layer) * outputs(layer);
    }
    return weights;
  }

  /** Number of outputs of a layer. */
  int outputs(Layer layer) {
    return switch (layer) {
      case ATTN, MLP -> hidden;
      case UNEMBED -> vocabulary;
    };
  }
}

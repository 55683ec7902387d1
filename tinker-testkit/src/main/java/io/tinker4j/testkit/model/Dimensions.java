package io.tinker4j.testkit.model;

/**
 * How large a model is.
 *
 * @param window how many tokens it sees at a position
 * @param embedding how many numbers stand for a token
 * @param hidden width of both hidden layers
 */
record Dimensions(int window, int embedding, int hidden) {
  private static final Dimensions TINY = new Dimensions(8, 16, 96);
  private static final Dimensions NANO = new Dimensions(4, 4, 8);

  /** The dimensions of the base model of a name. */
  static Dimensions of(String name) {
    return name.equals(BaseModel.NANO) ? NANO : TINY;
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
      case UNEMBED -> BaseModel.VOCABULARY_SIZE;
    };
  }
}

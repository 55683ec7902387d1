package io.tinker4j.testkit.model;

/**
 * The three matrices that adapters can change, in the order in which the forward pass uses them.
 */
enum Layer {
  /** Mixes the embedded window of tokens; the last input is the constant 1. */
  ATTN(
      "attn",
      "model.attn.window_mix",
      BaseModel.WINDOW * BaseModel.EMBEDDING + 1,
      BaseModel.HIDDEN),
  /** Hidden to hidden; the last input is the constant 1. */
  MLP("mlp", "model.mlp.dense", BaseModel.HIDDEN + 1, BaseModel.HIDDEN),
  /** Hidden to logits; the last input is the constant 1. */
  UNEMBED("unembed", "unembed", BaseModel.HIDDEN + 1, BaseModel.VOCABULARY_SIZE);

  private final String flag;
  private final String module;
  private final int inputs;
  private final int outputs;

  Layer(String flag, String module, int inputs, int outputs) {
    this.flag = flag;
    this.module = module;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** The name of the API's switch for this matrix, such as {@code train_attn}. */
  String trainFlag() {
    return "train_" + flag;
  }

  /** The module's name in an adapter's {@code target_modules}. */
  String module() {
    return module;
  }

  int inputs() {
    return inputs;
  }

  int outputs() {
    return outputs;
  }
}

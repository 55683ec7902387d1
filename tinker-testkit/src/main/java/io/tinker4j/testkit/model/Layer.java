package io.tinker4j.testkit.model;

/**
 * The three matrices that adapters can change, in the order in which the forward pass uses them.
 */
enum Layer {
  /** Mixes the embedded window of tokens; the last input is the constant 1. */
  ATTN("attn", "model.attn.window_mix"),
  /** Hidden to hidden; the last input is the constant 1. */
  MLP("mlp", "model.mlp.dense"),
  /** Hidden to logits; the last input is the constant 1. */
  UNEMBED("unembed", "unembed");

  private final String flag;
  private final String module;

  Layer(String flag, String module) {
    this.flag = flag;
    this.module = module;
  }

  /** The name of the API's switch for this matrix, such as {@code train_attn}. */
  String trainFlag() {
    return "train_" + flag;
  }

  /** The module's name in an adapter's {@code target_modules}. */
  String module() {
    return module;
  }
}

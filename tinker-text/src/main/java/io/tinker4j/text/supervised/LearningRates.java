package io.tinker4j.text.supervised;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Learning rates to begin with, by the formula of the Tinker cookbook ({@code get_lr}): {@code 5e-5
 * × (2000 / hidden size) ^ k}, ten times that for an adapter, where {@code k} was measured for
 * Llama (0.781) and Qwen (0.0775) and for no other family.
 */
public final class LearningRates {
  private static final double FULL_FINE_TUNING = 5e-5;
  private static final double ADAPTER_FACTOR = 10;

  private LearningRates() {}

  /**
   * Returns the peak learning rate for training an adapter on a base model; empty when the formula
   * was not measured for its family, or its hidden size is not known.
   *
   * @param baseModel as the server names it, for example {@code Qwen/Qwen3-8B}
   */
  public static OptionalDouble forAdapter(String baseModel) {
    OptionalDouble full = forFullFineTuning(baseModel);
    return full.isEmpty() ? full : OptionalDouble.of(full.getAsDouble() * ADAPTER_FACTOR);
  }

  /** Returns the peak learning rate for training all weights of a base model, if it is known. */
  public static OptionalDouble forFullFineTuning(String baseModel) {
    OptionalDouble exponent = exponent(baseModel.toLowerCase(Locale.ROOT));
    return exponent.isEmpty()
        ? exponent
        : ModelTable.hiddenSize(baseModel).stream()
            .mapToDouble(size -> FULL_FINE_TUNING * Math.pow(2000.0 / size, exponent.getAsDouble()))
            .findFirst();
  }

  /**
   * Returns by how much the learning rate of an adapter is larger than that of all weights,
   * whatever the model: 10, see <a href="https://thinkingmachines.ai/blog/lora/">LoRA without
   * regret</a>.
   */
  public static double adapterFactor() {
    return ADAPTER_FACTOR;
  }

  private static OptionalDouble exponent(String model) {
    if (model.contains("llama")) {
      return OptionalDouble.of(0.781);
    }
    return model.contains("qwen") ? OptionalDouble.of(0.0775) : OptionalDouble.empty();
  }
}

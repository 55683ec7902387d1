package io.tinker4j.text.supervised;

import io.tinker4j.text.supervised.ModelTable.AdapterPart;
import io.tinker4j.types.LoraConfig;
import java.util.EnumSet;
import java.util.OptionalLong;
import java.util.Set;

/** How many parameters an adapter has. */
public final class AdapterSize {
  private AdapterSize() {}

  /**
   * Returns the number of parameters that a LoRA adapter trains; empty when the base model is not
   * known here. For experts, the factor at the hidden dimension is shared and counted once.
   *
   * @param baseModel as the server names it, for example {@code Qwen/Qwen3-8B}
   * @throws IllegalArgumentException when the configuration trains no part of the model
   */
  public static OptionalLong parameters(String baseModel, LoraConfig config) {
    Set<AdapterPart> parts = EnumSet.noneOf(AdapterPart.class);
    if (config.trainMlp()) {
      parts.add(AdapterPart.MLP);
    }
    if (config.trainAttn()) {
      parts.add(AdapterPart.ATTENTION);
    }
    if (config.trainUnembed()) {
      parts.add(AdapterPart.UNEMBEDDING);
    }
    if (parts.isEmpty()) {
      throw new IllegalArgumentException(
          "trainMlp, trainAttn and trainUnembed are all false; an adapter needs one of them");
    }
    long perRank = 0;
    for (AdapterPart part : parts) {
      OptionalLong parameters = ModelTable.adapterParameters(baseModel, part);
      if (parameters.isEmpty()) {
        return parameters;
      }
      perRank += parameters.getAsLong();
    }
    return OptionalLong.of(perRank * config.rank());
  }
}

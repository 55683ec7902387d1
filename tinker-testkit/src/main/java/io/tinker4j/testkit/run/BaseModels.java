package io.tinker4j.testkit.run;

import io.tinker4j.testkit.http.ContentHash;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.model.BaseModel;
import io.tinker4j.testkit.model.LoraModel;
import io.tinker4j.testkit.model.LoraSettings;
import io.tinker4j.testkit.model.Sampler;
import io.tinker4j.types.LoraConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The base models that the server offers, made when first used. Safe for use by many threads. */
public final class BaseModels {
  private static final int DEFAULT_RANK = 32;

  private final List<String> names;
  private final Map<String, BaseModel> models = new ConcurrentHashMap<>();
  private final Map<String, Sampler> samplers = new ConcurrentHashMap<>();

  public BaseModels(List<String> names) {
    this.names = names;
  }

  List<String> names() {
    return names;
  }

  /** Throws 400 unless the server offers the model. */
  public void require(String name) {
    if (!names.contains(name)) {
      throw RefusedException.badRequest(
          "base_model is \"" + name + "\"; this server offers " + names);
    }
  }

  public BaseModel model(String name) {
    return models.computeIfAbsent(name, BaseModel::of);
  }

  /** A sampler of the model without adapters. */
  Sampler sampler(String name) {
    return samplers.computeIfAbsent(
        name, key -> LoraModel.create(model(key), LoraSettings.of(1, 0)).frozenSampler());
  }

  /**
   * Returns the settings of an adapter. A seed that is not given follows from the base model and
   * the rank, so that two servers give the same weights.
   *
   * @throws RefusedException 400 when the rank or the flags cannot be
   */
  public static LoraSettings settings(String baseModel, LoraConfig config) {
    long seed = config.seed().orElse(ContentHash.seed("lora\n" + baseModel + "\n" + config.rank()));
    try {
      return new LoraSettings(
          config.rank(), seed, config.trainAttn(), config.trainMlp(), config.trainUnembed());
    } catch (IllegalArgumentException e) {
      throw RefusedException.badRequest("lora_config: " + e.getMessage());
    }
  }

  /** What a request without settings means. */
  public static LoraConfig defaultConfig() {
    return LoraConfig.builder().rank(DEFAULT_RANK).build();
  }
}

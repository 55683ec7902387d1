package io.tinker4j.testkit.run;

import io.tinker4j.testkit.http.ContentHash;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.model.BaseModel;
import io.tinker4j.testkit.model.LoraModel;
import io.tinker4j.testkit.model.LoraSettings;
import io.tinker4j.testkit.model.Sampler;
import io.tinker4j.testkit.model.Vocabulary;
import io.tinker4j.types.LoraConfig;
import java.lang.ref.SoftReference;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The base models that the server offers, made when first used and again when memory was short in
 * between. Safe for use by many threads.
 */
public final class BaseModels {
  private static final int DEFAULT_RANK = 32;

  /** Most numbers of an adapter's largest matrix: so that no file of it exceeds 2 GiB. */
  private static final long MOST_NUMBERS = 130_000_000;

  private final List<String> names;
  private final boolean takesVocabularies;
  private final Map<String, SoftReference<BaseModel>> models = new ConcurrentHashMap<>();
  private final Map<String, SoftReference<Sampler>> samplers = new ConcurrentHashMap<>();

  /**
   * Creates an offer.
   *
   * @param takesVocabularies whether models with a number of tokens in their names are on offer too
   */
  public BaseModels(List<String> names, boolean takesVocabularies) {
    this.names = names;
    this.takesVocabularies = takesVocabularies;
  }

  List<String> names() {
    return names;
  }

  /** Throws 400 unless the server offers the model. */
  public void require(String name) {
    boolean isOffered =
        names.contains(name) || (takesVocabularies && !Vocabulary.of(name).isBytes());
    if (!isOffered) {
      throw RefusedException.badRequest(
          "base_model is \"%s\"; this server offers %s%s"
              .formatted(
                  name,
                  names,
                  takesVocabularies
                      ? ", tinker4j/tiny-N and tinker4j/nano-N with N tokens from %d to %d"
                          .formatted(Vocabulary.LEAST, Vocabulary.MOST)
                      : ""));
    }
  }

  public BaseModel model(String name) {
    return cached(models, name, () -> BaseModel.of(name));
  }

  /** A sampler of the model without adapters. */
  Sampler sampler(String name) {
    return cached(
        samplers, name, () -> LoraModel.create(model(name), LoraSettings.of(1, 0)).frozenSampler());
  }

  /** Two threads may both make a value; it is the same. */
  private static <T> T cached(
      Map<String, SoftReference<T>> cache, String name, Supplier<T> creation) {
    SoftReference<T> reference = cache.get(name);
    T value = reference == null ? null : reference.get();
    if (value == null) {
      value = creation.get();
      cache.put(name, new SoftReference<>(value));
    }
    return value;
  }

  /**
   * Returns the settings of an adapter. A seed that is not given follows from the base model and
   * the rank, so that two servers give the same weights.
   *
   * @throws RefusedException 400 when the rank or the flags cannot be, or are too much for the
   *     vocabulary
   */
  public static LoraSettings settings(String baseModel, LoraConfig config) {
    long seed = config.seed().orElse(ContentHash.seed("lora\n" + baseModel + "\n" + config.rank()));
    try {
      LoraSettings settings =
          new LoraSettings(
              config.rank(), seed, config.trainAttn(), config.trainMlp(), config.trainUnembed());
      requireFits(settings, Vocabulary.of(baseModel).size());
      return settings;
    } catch (IllegalArgumentException e) {
      throw RefusedException.badRequest("lora_config: " + e.getMessage());
    }
  }

  private static void requireFits(LoraSettings settings, int tokens) {
    if ((long) settings.rank() * tokens > MOST_NUMBERS) {
      throw new IllegalArgumentException(
          "rank is %d; a model of %d tokens takes up to %d"
              .formatted(settings.rank(), tokens, Long.highestOneBit(MOST_NUMBERS / tokens)));
    }
  }

  /** What a request without settings means. */
  public static LoraConfig defaultConfig() {
    return LoraConfig.builder().rank(DEFAULT_RANK).build();
  }
}

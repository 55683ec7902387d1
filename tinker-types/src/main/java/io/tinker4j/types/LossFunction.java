package io.tinker4j.types;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The loss of a training pass, by name, with its settings. Immutable.
 *
 * <p>Losses are sums over tokens and datums, computed by the server. The constants are those that
 * every server is expected to know; {@link #of} names those of known servers, {@link #unchecked}
 * any other. Settings that are not given keep the server's defaults, which differ between servers:
 * give them when it matters.
 */
public final class LossFunction {
  /** Weighted negative log-likelihood; reads {@code target_tokens} and {@code weights}. */
  public static final LossFunction CROSS_ENTROPY = of("cross_entropy");

  /**
   * Importance-weighted policy gradient; reads {@code target_tokens}, {@code logprobs} and {@code
   * advantages}, as do the constants below.
   */
  public static final LossFunction IMPORTANCE_SAMPLING = of("importance_sampling");

  /** Proximal policy optimization with the server's clip thresholds. */
  public static final LossFunction PPO = of("ppo");

  /** Clipped importance sampling with the server's clip thresholds. */
  public static final LossFunction CISPO = of("cispo");

  /** Direct reward optimization with the server's beta. */
  public static final LossFunction DRO = of("dro");

  private final String name;
  private final Map<String, Double> config;
  private final Map<String, String> textConfig;

  private final boolean isChecked;

  private LossFunction(
      String name, Map<String, Double> config, Map<String, String> textConfig, boolean isChecked) {
    this.name = name;
    this.config = config;
    this.textConfig = textConfig;
    this.isChecked = isChecked;
  }

  /**
   * Returns the loss of that name with the server's settings. Clients refuse a name, and a number
   * as a setting, that no known server has.
   */
  public static LossFunction of(String name) {
    return new LossFunction(Objects.requireNonNull(name, "name"), Map.of(), Map.of(), true);
  }

  /** Returns the loss of that name, which clients send to the server whatever it is. */
  public static LossFunction unchecked(String name) {
    return new LossFunction(Objects.requireNonNull(name, "name"), Map.of(), Map.of(), false);
  }

  /** Returns proximal policy optimization; the thresholds bound the ratio, for example 0.8, 1.2. */
  public static LossFunction ppo(double clipLowThreshold, double clipHighThreshold) {
    return clipped(PPO, clipLowThreshold, clipHighThreshold);
  }

  /** Returns clipped importance sampling; the thresholds bound the ratio, for example 0.0, 4.0. */
  public static LossFunction cispo(double clipLowThreshold, double clipHighThreshold) {
    return clipped(CISPO, clipLowThreshold, clipHighThreshold);
  }

  /** Returns direct reward optimization with this weight of its quadratic term. */
  public static LossFunction dro(double beta) {
    return DRO.with("beta", beta);
  }

  private static LossFunction clipped(LossFunction loss, double low, double high) {
    return loss.with("clip_low_threshold", low).with("clip_high_threshold", high);
  }

  /** Returns this loss with one more setting. */
  public LossFunction with(String setting, double value) {
    Map<String, Double> more = new LinkedHashMap<>(config);
    more.put(Objects.requireNonNull(setting, "setting"), value);
    return new LossFunction(name, Collections.unmodifiableMap(more), textConfig, isChecked);
  }

  /** Returns this loss with one more setting that is a text; servers from 0.26 on read those. */
  public LossFunction with(String setting, String value) {
    Map<String, String> more = new LinkedHashMap<>(textConfig);
    more.put(Objects.requireNonNull(setting, "setting"), Objects.requireNonNull(value, "value"));
    return new LossFunction(name, config, Collections.unmodifiableMap(more), isChecked);
  }

  /** Returns whether clients compare name and settings with those of known servers. */
  public boolean isChecked() {
    return isChecked;
  }

  /** Returns the name on the wire. */
  public String name() {
    return name;
  }

  /** Returns the settings that are numbers, empty for the server's. */
  public Map<String, Double> config() {
    return config;
  }

  /** Returns the settings that are texts. */
  public Map<String, String> textConfig() {
    return textConfig;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LossFunction that
        && name.equals(that.name)
        && config.equals(that.config)
        && textConfig.equals(that.textConfig);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + config.hashCode();
  }

  @Override
  public String toString() {
    return name + (config.isEmpty() ? "" : config) + (textConfig.isEmpty() ? "" : textConfig);
  }
}

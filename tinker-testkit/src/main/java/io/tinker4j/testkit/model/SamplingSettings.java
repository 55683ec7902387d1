package io.tinker4j.testkit.model;

import java.util.Objects;

/** How to generate. Immutable. */
public final class SamplingSettings {
  private final int maxTokens;
  private final double temperature;
  private final int topK;
  private final double topP;
  private final long seed;
  private final int sampleIndex;
  private final StopRule stop;

  private SamplingSettings(Builder builder) {
    maxTokens = builder.maxTokens;
    temperature = builder.temperature;
    topK = builder.topK;
    topP = builder.topP;
    seed = builder.seed;
    sampleIndex = builder.sampleIndex;
    stop = builder.stop;
    require("max_tokens", maxTokens, maxTokens >= 1, "at least 1");
    require(
        "temperature",
        temperature,
        temperature >= 0 && Double.isFinite(temperature),
        "finite and not negative");
    require("top_k", topK, topK == -1 || topK >= 1, "-1 for no limit, or at least 1");
    require("top_p", topP, topP > 0 && topP <= 1, "in (0, 1]");
    require("sample index", sampleIndex, sampleIndex >= 0, "not negative");
  }

  private static void require(String name, Number value, boolean valid, String range) {
    if (!valid) {
      throw new IllegalArgumentException(name + " is " + value + "; it must be " + range);
    }
  }

  /** Starts settings with the most tokens to generate, at least 1. */
  public static Builder builder(int maxTokens) {
    return new Builder(maxTokens);
  }

  int maxTokens() {
    return maxTokens;
  }

  double temperature() {
    return temperature;
  }

  int topK() {
    return topK;
  }

  double topP() {
    return topP;
  }

  long seed() {
    return seed;
  }

  int sampleIndex() {
    return sampleIndex;
  }

  StopRule stop() {
    return stop;
  }

  /** Collects settings; not safe for use by many threads. */
  public static final class Builder {
    private final int maxTokens;
    private double temperature = 1.0;
    private int topK = -1;
    private double topP = 1.0;
    private long seed;
    private int sampleIndex;
    private StopRule stop = StopRule.endOfText();

    private Builder(int maxTokens) {
      this.maxTokens = maxTokens;
    }

    /** Divides the logits; 0 takes the likeliest token, of equals the lowest id. Default: 1. */
    public Builder temperature(double temperature) {
      this.temperature = temperature;
      return this;
    }

    /** Draws from this many likeliest tokens only; -1, the default, from all. */
    public Builder topK(int topK) {
      this.topK = topK;
      return this;
    }

    /** Draws from the fewest likeliest tokens with this share of probability. Default: 1: all. */
    public Builder topP(double topP) {
      this.topP = topP;
      return this;
    }

    /** Determines the draws. Default: 0. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** Tells the samples of one request apart: each index draws differently. Default: 0. */
    public Builder sampleIndex(int sampleIndex) {
      this.sampleIndex = sampleIndex;
      return this;
    }

    /** When to stop early. Default: {@link StopRule#endOfText()}. */
    public Builder stop(StopRule stop) {
      this.stop = Objects.requireNonNull(stop, "stop");
      return this;
    }

    /**
     * Returns the settings.
     *
     * @throws IllegalArgumentException naming the setting that is out of range
     */
    public SamplingSettings build() {
      return new SamplingSettings(this);
    }
  }
}

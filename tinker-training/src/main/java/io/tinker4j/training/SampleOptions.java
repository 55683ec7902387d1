package io.tinker4j.training;

import org.immutables.value.Value;

/** What a sample returns besides the generated tokens. */
@TinkerStyle
@Value.Immutable
public interface SampleOptions {
  /** Whether the log-probabilities of the prompt's tokens are returned. Default false. */
  @Value.Default
  default boolean promptLogprobs() {
    return false;
  }

  /** How many of the likeliest tokens are returned per position of the prompt. Default 0. */
  @Value.Default
  default int topkPromptLogprobs() {
    return 0;
  }

  /** Refuses a negative k. */
  @Value.Check
  default void check() {
    if (topkPromptLogprobs() < 0) {
      throw new IllegalArgumentException(
          "topkPromptLogprobs is " + topkPromptLogprobs() + "; it must not be negative");
    }
  }

  /** Starts new settings. */
  static Builder builder() {
    return new Builder();
  }

  /** Builds settings; not thread-safe. */
  final class Builder extends ImmutableSampleOptions.Builder {
    Builder() {}
  }
}

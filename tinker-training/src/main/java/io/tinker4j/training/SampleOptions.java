package io.tinker4j.training;

import io.tinker4j.types.TensorData;
import io.tinker4j.types.TensorDtype;
import io.tinker4j.types.internal.TinkerStyle;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.immutables.value.Value;

/**
 * What a sample returns besides the generated tokens. Servers refuse what they do not know; what is
 * left at its default is not sent to them.
 */
@TinkerStyle
@Value.Immutable
public interface SampleOptions {
  /** Whether the log-probabilities of the prompt's tokens are returned. Default: false. */
  @Value.Default
  default boolean promptLogprobs() {
    return false;
  }

  /** How many of the likeliest tokens are returned per position of the prompt. Default: 0. */
  @Value.Default
  default int topkPromptLogprobs() {
    return 0;
  }

  /** How many of the likeliest tokens are returned per generated token. Default: 0. */
  @Value.Default
  default int topkSampleLogprobs() {
    return 0;
  }

  /**
   * Tokens whose log-probabilities are returned: int64, of shape [prompt length - 1, k]; row i is
   * for position i + 1 of the prompt, and -1 asks for nothing. Default: none.
   */
  Optional<TensorData> targetPromptLogprobs();

  /**
   * How many alternatives are drawn, with replacement and at the request's temperature, at each
   * position of the prompt after the first. Default: 0.
   */
  @Value.Default
  default int promptAltTokensK() {
    return 0;
  }

  /** Scores only that many last positions of the prompt; the others are NaN. Default: all. */
  OptionalInt promptLogprobsLastN();

  /** Refuses negative counts, and targets that are no matrix of token ids. */
  private void check() {
    notBelow(0, "topkPromptLogprobs", topkPromptLogprobs());
    notBelow(0, "topkSampleLogprobs", topkSampleLogprobs());
    notBelow(0, "promptAltTokensK", promptAltTokensK());
    promptLogprobsLastN().ifPresent(n -> notBelow(1, "promptLogprobsLastN", n));
    targetPromptLogprobs()
        .filter(targets -> targets.dtype() != TensorDtype.INT64 || targets.shape().length != 2)
        .ifPresent(targets -> {
          throw new IllegalArgumentException(
              "targetPromptLogprobs is %s of shape %s; it must be int64 with two dimensions"
                  .formatted(targets.dtype(), Arrays.toString(targets.shape())));
        });
  }

  /** Starts new settings. */
  static Builder builder() {
    return new Builder();
  }

  /** Builds settings; not thread-safe. */
  final class Builder {
    private final ImmutableSampleOptions.Builder fields = ImmutableSampleOptions.builder();

    private Builder() {}

    /** Takes all settings over from a value. */
    public Builder from(SampleOptions value) {
      fields.from(value);
      return this;
    }

    /** Whether the log-probabilities of the prompt's tokens are returned. Default: false. */
    public Builder promptLogprobs(boolean promptLogprobs) {
      fields.promptLogprobs(promptLogprobs);
      return this;
    }

    /** How many of the likeliest tokens are returned per position of the prompt. Default: 0. */
    public Builder topkPromptLogprobs(int topkPromptLogprobs) {
      fields.topkPromptLogprobs(topkPromptLogprobs);
      return this;
    }

    /** How many of the likeliest tokens are returned per generated token. Default: 0. */
    public Builder topkSampleLogprobs(int topkSampleLogprobs) {
      fields.topkSampleLogprobs(topkSampleLogprobs);
      return this;
    }

    /**
     * Tokens whose log-probabilities are returned: int64, of shape [prompt length - 1, k]; row i is
     * for position i + 1 of the prompt, and -1 asks for nothing. Default: none.
     */
    public Builder targetPromptLogprobs(TensorData targetPromptLogprobs) {
      fields.targetPromptLogprobs(targetPromptLogprobs);
      return this;
    }

    /**
     * How many alternatives are drawn, with replacement and at the request's temperature, at each
     * position of the prompt after the first. Default: 0.
     */
    public Builder promptAltTokensK(int promptAltTokensK) {
      fields.promptAltTokensK(promptAltTokensK);
      return this;
    }

    /** Scores only that many last positions of the prompt; the others are NaN. Default: all. */
    public Builder promptLogprobsLastN(int promptLogprobsLastN) {
      fields.promptLogprobsLastN(promptLogprobsLastN);
      return this;
    }

    /**
     * Builds the value.
     *
     * @throws IllegalArgumentException when a setting is out of its range; it is named
     */
    public SampleOptions build() {
      SampleOptions value = fields.build();
      value.check();
      return value;
    }
  }

  private static void notBelow(int least, String name, int value) {
    if (value < least) {
      throw new IllegalArgumentException(name + " is " + value + "; it must be at least " + least);
    }
  }
}

package io.tinker4j.types;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;

/**
 * Tokens drawn in place of those of a prompt: two dense matrices of one row per position after the
 * first and one column per draw.
 *
 * @param tokens the drawn tokens, int64
 * @param logprobs the model's natural-log probabilities of them, float32
 */
public record PromptAltTokens(
    @JsonProperty(value = "tokens", required = true) TensorData tokens,
    @JsonProperty(value = "logprobs", required = true) TensorData logprobs) {
  /** Refuses matrices of different shapes or other element types. */
  public PromptAltTokens {
    if (tokens.dtype() != TensorDtype.INT64
        || logprobs.dtype() != TensorDtype.FLOAT32
        || !Arrays.equals(tokens.shape(), logprobs.shape())) {
      throw new IllegalArgumentException(
          "alternatives need tokens (int64) and logprobs (float32) of one shape, not %s and %s"
              .formatted(tokens, logprobs));
    }
  }
}

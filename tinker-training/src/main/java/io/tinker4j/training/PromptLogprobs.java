package io.tinker4j.training;

import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * The log-probabilities of a prompt's tokens, one for each. Some servers leave the first token out,
 * which has none; the others are aligned to the prompt's end.
 */
final class PromptLogprobs {
  private PromptLogprobs() {}

  /** Returns the response with as many values as the prompt has tokens, NaN in front. */
  static SampleResponse aligned(SampleResponse response, ModelInput prompt) {
    FloatBuffer values = response.promptLogprobs().orElse(null);
    int length = values == null ? 0 : knownLength(prompt);
    return values == null || values.remaining() >= length
        ? response
        : response.withPromptLogprobs(padded(values, length));
  }

  /** 0 when only the server knows how many tokens an image has. */
  private static int knownLength(ModelInput prompt) {
    try {
      return prompt.length();
    } catch (IllegalStateException e) {
      return 0;
    }
  }

  /**
   * Returns the values of a response that must have them, unless there is only a first token.
   *
   * @throws RequestFailedException when it has none
   */
  static float[] of(SampleResponse response, ModelInput prompt) {
    FloatBuffer values = response.promptLogprobs().orElse(null);
    if (values == null && prompt.length() > 1) {
      throw new RequestFailedException(
          "Sample",
          "unknown",
          "the answer has no prompt log-probabilities",
          RequestFailedException.Category.SERVER);
    }
    return padded(values == null ? FloatBuffer.allocate(0) : values, prompt.length());
  }

  private static float[] padded(FloatBuffer values, int length) {
    int missing = Math.max(0, length - values.remaining());
    float[] padded = new float[missing + values.remaining()];
    Arrays.fill(padded, 0, missing, Float.NaN);
    values.duplicate().get(padded, missing, values.remaining());
    return padded;
  }
}

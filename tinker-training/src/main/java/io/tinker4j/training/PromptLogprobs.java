package io.tinker4j.training;

import io.tinker4j.training.internal.ResultType;
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

  /**
   * Returns the response with as many values as the prompt has tokens, NaN in front.
   *
   * @throws RequestFailedException when there are others than were asked for
   */
  static SampleResponse aligned(SampleResponse response, ModelInput prompt, SampleOptions options) {
    FloatBuffer values = response.promptLogprobs().orElse(null);
    int length = values == null || !options.promptLogprobs() ? 0 : knownLength(prompt);
    if (values == null || length == 0) {
      return response;
    }
    checkCount(values.remaining(), length, options);
    return values.remaining() == length
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
   * @throws RequestFailedException when it has none, or others than were asked for
   */
  static float[] of(SampleResponse response, ModelInput prompt, SampleOptions options) {
    FloatBuffer values = response.promptLogprobs().orElse(null);
    if (values == null && prompt.length() > 1) {
      throw failure("the answer has no prompt log-probabilities");
    }
    if (values != null) {
      checkCount(values.remaining(), prompt.length(), options);
    }
    return padded(values == null ? FloatBuffer.allocate(0) : values, prompt.length());
  }

  /** Of the last tokens there are as many as were asked for, or as many as of all. */
  private static void checkCount(int count, int length, SampleOptions options) {
    int fewest =
        Math.min(length - 1, Math.max(0, options.promptLogprobsLastN().orElse(length) - 1));
    if (count > length || count < fewest) {
      throw failure(
          "the answer has %d prompt log-probabilities for %d tokens".formatted(count, length));
    }
  }

  private static RequestFailedException failure(String what) {
    return new RequestFailedException(
        ResultType.SAMPLE.requestType(), "unknown", what, RequestFailedException.Category.SERVER);
  }

  private static float[] padded(FloatBuffer values, int length) {
    int missing = Math.max(0, length - values.remaining());
    float[] padded = new float[missing + values.remaining()];
    Arrays.fill(padded, 0, missing, Float.NaN);
    values.duplicate().get(padded, missing, values.remaining());
    return padded;
  }
}

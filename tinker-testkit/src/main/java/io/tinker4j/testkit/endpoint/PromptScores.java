package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.model.Sampler;
import io.tinker4j.testkit.model.SamplingSettings;
import io.tinker4j.testkit.model.TopTokens;
import io.tinker4j.testkit.model.Vocabulary;
import io.tinker4j.types.PromptAltTokens;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.TensorDtype;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;

/** What else than its own log-probabilities a request for a sample can want to know of a prompt. */
final class PromptScores {
  /** A cell of the targets that asks for nothing. */
  private static final long NOTHING = -1;

  private PromptScores() {}

  /**
   * Checks targets: for each position after the first a row of tokens.
   *
   * @throws IllegalArgumentException when they are not such
   */
  static void checkTargets(TensorData targets, int promptLength, Vocabulary vocabulary) {
    long[] shape = targets.shape();
    if (targets.dtype() != TensorDtype.INT64
        || shape.length != 2
        || shape[0] != promptLength - 1L) {
      throw new IllegalArgumentException(
          "target_prompt_logprobs is %s of shape %s; it must be int64 of shape [%d, K]"
              .formatted(targets.dtype(), Arrays.toString(shape), promptLength - 1));
    }
    LongBuffer tokens = targets.longs();
    while (tokens.hasRemaining()) {
      long token = tokens.get();
      if (token < NOTHING || token >= vocabulary.size()) {
        throw new IllegalArgumentException(
            "target_prompt_logprobs asks for token %d; tokens are from 0 to %d, or -1 for none"
                .formatted(token, vocabulary.size() - 1));
      }
    }
  }

  /** The log-probabilities of the targets, in their layout; 0 where nothing is asked for. */
  static TensorData targets(Sampler sampler, int[] prompt, TensorData targets) {
    LongBuffer tokens = targets.longs();
    long[] shape = targets.shape();
    float[] found = new float[tokens.remaining()];
    long[] rows = targets.isSparse() ? longs(targets.sparseCrowIndices()) : rows(shape);
    sampler.predictions(
        prompt,
        (position, logprobs) -> {
          for (int cell = (int) rows[position - 1]; cell < rows[position]; cell++) {
            long token = tokens.get(tokens.position() + cell);
            found[cell] = token == NOTHING ? 0 : logprobs.of((int) token);
          }
        });
    return targets.isSparse()
        ? TensorData.of(found).asCsr(rows, longs(targets.sparseColIndices()), shape[0], shape[1])
        : TensorData.ofFloats(found, shape);
  }

  /** Where the rows of a dense matrix begin. */
  private static long[] rows(long[] shape) {
    long[] rows = new long[(int) shape[0] + 1];
    Arrays.setAll(rows, row -> row * shape[1]);
    return rows;
  }

  private static long[] longs(LongBuffer buffer) {
    long[] longs = new long[buffer.remaining()];
    buffer.get(longs);
    return longs;
  }

  /** Draws tokens for each position after the first. */
  static PromptAltTokens alternatives(
      Sampler sampler, int[] prompt, int k, SamplingSettings settings) {
    List<TopTokens> drawn = sampler.alternatives(prompt, k, settings);
    int positions = prompt.length - 1;
    long[] tokens = new long[positions * k];
    float[] logprobs = new float[positions * k];
    for (int row = 0; row < positions; row++) {
      TopTokens draws = drawn.get(row + 1);
      for (int i = 0; i < k; i++) {
        tokens[row * k + i] = draws.ids()[i];
        logprobs[row * k + i] = draws.logprobs()[i];
      }
    }
    return new PromptAltTokens(
        TensorData.ofLongs(tokens, positions, k), TensorData.ofFloats(logprobs, positions, k));
  }
}

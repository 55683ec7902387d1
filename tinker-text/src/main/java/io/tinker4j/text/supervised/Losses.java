package io.tinker4j.text.supervised;

import io.tinker4j.text.tokenizer.DecodeOptions;
import io.tinker4j.text.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/** Losses over several examples, from the log-probabilities that a forward pass gives. */
public final class Losses {
  private Losses() {}

  /**
   * Returns the mean negative log-likelihood in nats per token: minus the sum of weighted
   * log-probabilities by the sum of weights, over all examples. Empty when all weights are 0.
   *
   * @param logprobs per example, one for each target token
   * @param weights per example, one for each target token
   * @throws IllegalArgumentException when the two do not have the same lengths
   */
  public static OptionalDouble meanNll(List<float[]> logprobs, List<float[]> weights) {
    if (logprobs.size() != weights.size()) {
      throw new IllegalArgumentException(
          "there are log-probabilities of %d examples and weights of %d"
              .formatted(logprobs.size(), weights.size()));
    }
    double weighted = 0;
    double total = 0;
    for (int example = 0; example < logprobs.size(); example++) {
      float[] values = logprobs.get(example);
      float[] factors = weights.get(example);
      if (values.length != factors.length) {
        throw new IllegalArgumentException(
            "example %d has %d log-probabilities and %d weights"
                .formatted(example, values.length, factors.length));
      }
      for (int i = 0; i < values.length; i++) {
        weighted += (double) values[i] * factors[i];
        total += factors[i];
      }
    }
    return total == 0 ? OptionalDouble.empty() : OptionalDouble.of(-weighted / total);
  }

  /**
   * Returns the loss in bits per byte of UTF-8, which models with different tokenizers can be
   * compared by: the bits of all tokens that are counted, by the bytes of their text. Counted are
   * tokens with a weight above 0, however large, that are no special tokens: those carry no text.
   * Empty when no byte is counted.
   *
   * @param logprobs per example, one for each target token, in nats
   * @param weights per example, one for each target token
   * @param targets per example, the target tokens
   * @param tokenizer of the targets
   * @throws IllegalArgumentException when the three do not have the same lengths
   */
  public static OptionalDouble bitsPerByte(
      List<float[]> logprobs, List<float[]> weights, List<int[]> targets, Tokenizer tokenizer) {
    if (logprobs.size() != weights.size() || logprobs.size() != targets.size()) {
      throw new IllegalArgumentException(
          "there are log-probabilities of %d examples, weights of %d and targets of %d"
              .formatted(logprobs.size(), weights.size(), targets.size()));
    }
    Set<Integer> special = specialTokens(tokenizer);
    double nats = 0;
    long bytes = 0;
    for (int example = 0; example < logprobs.size(); example++) {
      float[] values = logprobs.get(example);
      float[] factors = weights.get(example);
      int[] tokens = targets.get(example);
      if (values.length != factors.length || values.length != tokens.length) {
        throw new IllegalArgumentException(
            "example %d has %d log-probabilities, %d weights and %d targets"
                .formatted(example, values.length, factors.length, tokens.length));
      }
      int begin = 0;
      for (int i = 0; i <= tokens.length; i++) {
        if (i < tokens.length && factors[i] > 0 && !special.contains(tokens[i])) {
          nats -= values[i];
        } else {
          // What stands apart is decoded apart.
          bytes += bytes(tokenizer.decode(Arrays.copyOfRange(tokens, begin, i)));
          begin = i + 1;
        }
      }
    }
    return bytes == 0 ? OptionalDouble.empty() : OptionalDouble.of(nats / (Math.log(2) * bytes));
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Those of the added tokens that decoding can leave out. */
  private static Set<Integer> specialTokens(Tokenizer tokenizer) {
    Set<Integer> special = new HashSet<>();
    for (int token : tokenizer.specialTokens().values()) {
      if (tokenizer.decode(new int[] {token}, DecodeOptions.SKIP_SPECIAL_TOKENS).isEmpty()) {
        special.add(token);
      }
    }
    return special;
  }
}

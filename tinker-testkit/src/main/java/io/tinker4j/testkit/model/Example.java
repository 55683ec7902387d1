package io.tinker4j.testkit.model;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One training example: N tokens and, for each position, what the loss needs to know.
 *
 * <p>Immutable; arrays are copied in. Inputs with K targets per position are row-major arrays of
 * N*K values.
 */
public final class Example {
  private final Vocabulary vocabulary;
  private final int[] tokens;
  private final int[] targets;
  private final int targetsPerPosition;
  private final float @Nullable [] weights;
  private final float @Nullable [] logprobs;
  private final float @Nullable [] advantages;

  private Example(Builder builder) {
    vocabulary = builder.vocabulary;
    tokens = builder.anyTokens ? known(builder.tokens) : builder.tokens;
    targetsPerPosition = builder.targetsPerPosition;
    weights = builder.weights;
    logprobs = builder.logprobs;
    advantages = builder.advantages;
    if (tokens.length == 0) {
      throw new IllegalArgumentException("model_input is empty; an example needs a token");
    }
    if (tokens.length > BaseModel.MAX_CONTEXT_LENGTH) {
      throw new IllegalArgumentException(
          "model_input has "
              + tokens.length
              + " tokens; the context holds "
              + BaseModel.MAX_CONTEXT_LENGTH);
    }
    if (!builder.anyTokens) {
      vocabulary.requireTokens(tokens, "model_input");
    }
    if (builder.targets == null) {
      throw new IllegalArgumentException("target_tokens is missing");
    }
    targets = builder.anyTokens ? known(builder.targets) : builder.targets;
    requireLength("target_tokens", targets.length, tokens.length * targetsPerPosition);
    if (!builder.anyTokens) {
      vocabulary.requireTokens(targets, "target_tokens");
    }
    requireNumbers("weights", weights, targets.length);
    requireNumbers("logprobs", logprobs, tokens.length);
    requireNumbers("advantages", advantages, tokens.length);
  }

  private int[] known(int[] tokens) {
    return Arrays.stream(tokens)
        .map(id -> vocabulary.isToken(id) ? id : Vocabulary.UNKNOWN)
        .toArray();
  }

  /** Starts an example with its input tokens. */
  public static Builder builder(int... tokens) {
    return new Builder(tokens.clone());
  }

  /** Number of positions, N. */
  public int length() {
    return tokens.length;
  }

  /** Number of targets of each position, K. */
  public int targetsPerPosition() {
    return targetsPerPosition;
  }

  /** The vocabulary that the tokens are of. */
  Vocabulary vocabulary() {
    return vocabulary;
  }

  boolean hasLogprobs() {
    return logprobs != null;
  }

  boolean hasAdvantages() {
    return advantages != null;
  }

  /** The input tokens, {@link Vocabulary#UNKNOWN} for what is none; not to be written to. */
  int[] tokens() {
    return tokens;
  }

  /** Target {@code k} of a position; {@link Vocabulary#UNKNOWN} when it is no token. */
  int target(int position, int k) {
    return targets[position * targetsPerPosition + k];
  }

  /** What a loss sees of target {@code k} of a position. */
  TargetToken term(int position, int k, double logprob) {
    return new TargetToken(
        logprob,
        weights == null ? 1.0 : weights[position * targetsPerPosition + k],
        logprobs == null ? 0.0 : logprobs[position],
        advantages == null ? 0.0 : advantages[position]);
  }

  private static void requireNumbers(String key, float @Nullable [] values, int length) {
    if (values == null) {
      return;
    }
    requireLength(key, values.length, length);
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(key + "[" + i + "] is " + values[i] + ", not finite");
      }
    }
  }

  private static void requireLength(String key, int actual, int expected) {
    if (actual != expected) {
      throw new IllegalArgumentException(
          key + " has " + actual + " values; the example needs " + expected);
    }
  }

  /** Collects an example's inputs; not safe for use by many threads. */
  public static final class Builder {
    private final int[] tokens;
    private Vocabulary vocabulary = Vocabulary.BYTES;
    private int targetsPerPosition = 1;
    private boolean anyTokens;
    private int @Nullable [] targets;
    private float @Nullable [] weights;
    private float @Nullable [] logprobs;
    private float @Nullable [] advantages;

    private Builder(int[] tokens) {
      this.tokens = tokens;
    }

    /** Sets the vocabulary of the model that it is for. Default: {@link Vocabulary#BYTES}. */
    public Builder vocabulary(Vocabulary vocabulary) {
      this.vocabulary = Objects.requireNonNull(vocabulary, "vocabulary");
      return this;
    }

    /**
     * Takes tokens and targets outside the vocabulary; what is computed of them is NaN. Default:
     * false.
     */
    public Builder anyTokens(boolean anyTokens) {
      this.anyTokens = anyTokens;
      return this;
    }

    /** Sets the N target tokens, one per position ({@code target_tokens}). Required. */
    public Builder targets(int... targets) {
      return targets(targets, 1);
    }

    /**
     * Sets N*K target tokens, row-major.
     *
     * @throws IllegalArgumentException if {@code perPosition} (K) is less than 1
     */
    public Builder targets(int[] targets, int perPosition) {
      if (perPosition < 1) {
        throw new IllegalArgumentException(
            "target_tokens has " + perPosition + " targets per position; it needs at least 1");
      }
      this.targets = targets.clone();
      this.targetsPerPosition = perPosition;
      return this;
    }

    /** Sets the N*K weights of cross_entropy ({@code weights}). Default: all 1. */
    public Builder weights(float... weights) {
      this.weights = weights.clone();
      return this;
    }

    /** Sets the N log-probabilities under the sampler ({@code logprobs}). */
    public Builder logprobs(float... logprobs) {
      this.logprobs = logprobs.clone();
      return this;
    }

    /** Sets the N advantages ({@code advantages}). */
    public Builder advantages(float... advantages) {
      this.advantages = advantages.clone();
      return this;
    }

    /**
     * Returns the example.
     *
     * @throws IllegalArgumentException if the targets are missing, a length is wrong, a token is
     *     outside the vocabulary, a number is not finite, or the tokens exceed the context; the
     *     message names the input as on the wire and the place
     */
    public Example build() {
      return new Example(this);
    }
  }

  @Override
  public String toString() {
    return "Example[" + tokens.length + " tokens]";
  }
}

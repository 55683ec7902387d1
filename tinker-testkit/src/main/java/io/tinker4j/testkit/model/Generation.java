package io.tinker4j.testkit.model;

import java.util.Arrays;

/** One generated continuation. Immutable. */
public final class Generation {
  /** Why generation ended. */
  public enum StopReason {
    /** The stop rule applied. */
    STOP,
    /** The limit of tokens was reached. */
    LENGTH
  }

  private final int[] tokens;
  private final float[] logprobs;
  private final StopReason stopReason;

  /** Keeps the first {@code length} values of both arrays. */
  Generation(int[] tokens, float[] logprobs, int length, StopReason stopReason) {
    this.tokens = Arrays.copyOf(tokens, length);
    this.logprobs = Arrays.copyOf(logprobs, length);
    this.stopReason = stopReason;
  }

  /** Returns a copy of the generated tokens, including what stopped them. */
  public int[] tokens() {
    return tokens.clone();
  }

  /**
   * Returns a copy of each token's log-probability under the model at temperature 1, whatever the
   * settings it was drawn with.
   */
  public float[] logprobs() {
    return logprobs.clone();
  }

  /** Why generation ended. */
  public StopReason stopReason() {
    return stopReason;
  }
}

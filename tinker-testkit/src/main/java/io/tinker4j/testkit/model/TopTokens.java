package io.tinker4j.testkit.model;

import java.util.Arrays;

/** The likeliest tokens of one position, likeliest first; of equals the lowest id. Immutable. */
public final class TopTokens {
  static final TopTokens NONE = new TopTokens(new int[0], new float[0]);

  private final int[] ids;
  private final float[] logprobs;

  private TopTokens(int[] ids, float[] logprobs) {
    this.ids = ids;
    this.logprobs = logprobs;
  }

  /** The {@code k} likeliest tokens, or all if there are fewer. */
  static TopTokens of(double[] logits, double normaliser, int k) {
    int[] ids = Arrays.copyOf(Choice.ranked(logits), Math.min(k, logits.length));
    float[] logprobs = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      logprobs[i] = (float) (logits[ids[i]] - normaliser);
    }
    return new TopTokens(ids, logprobs);
  }

  /** Number of tokens; 0 for the first position of a prompt, which nothing predicts. */
  public int size() {
    return ids.length;
  }

  /** Returns a copy of the token ids. */
  public int[] ids() {
    return ids.clone();
  }

  /** Returns a copy of the log-probabilities, falling. */
  public float[] logprobs() {
    return logprobs.clone();
  }
}

package io.tinker4j.testkit.model;

/**
 * Some tokens of one position: the likeliest, likeliest first and of equals the lowest id, or such
 * as were drawn. Immutable.
 */
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
    int[] ids = Ranking.first(logits, k);
    float[] logprobs = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      logprobs[i] = (float) (logits[ids[i]] - normaliser);
    }
    return new TopTokens(ids, logprobs);
  }

  /** As many tokens as asked for, each drawn anew; in the order of the draws. */
  static TopTokens drawn(
      double[] logits, double normaliser, int k, SamplingSettings settings, CounterRandom random) {
    int[] ids = new int[k];
    float[] logprobs = new float[k];
    for (int i = 0; i < k; i++) {
      ids[i] = Choice.draw(logits, settings, random);
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

  /** Returns a copy of the log-probabilities. */
  public float[] logprobs() {
    return logprobs.clone();
  }
}

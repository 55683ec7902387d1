package io.tinker4j.testkit.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A model at one moment, for inference. Immutable and safe for use by many threads; later training
 * of the model it came from does not change it.
 */
public final class Sampler {
  private final Network network;

  Sampler(Network network) {
    this.network = network;
  }

  /**
   * Generates a continuation. Equal prompts and settings give equal results.
   *
   * @throws IllegalArgumentException if a prompt token is outside the vocabulary or the prompt and
   *     the tokens to generate do not fit the context
   */
  public Generation generate(int[] prompt, SamplingSettings settings) {
    requireFits(prompt, settings.maxTokens());
    CounterRandom random = CounterRandom.of(settings.seed()).stream(settings.sampleIndex());
    TokenBlock block = network.block(1);
    int[] context = Arrays.copyOf(prompt, prompt.length + settings.maxTokens());
    int[] tokens = new int[settings.maxTokens()];
    float[] logprobs = new float[settings.maxTokens()];
    for (int n = 0; n < tokens.length; n++) {
      network.forward(block, context, prompt.length + n - 1, 1);
      double[] logits = block.logits[0];
      int token = Choice.draw(logits, settings, random);
      logprobs[n] = (float) (logits[token] - Kernels.softmax(logits, block.probabilities[0]));
      tokens[n] = token;
      context[prompt.length + n] = token;
      if (settings.stop().stopsAfter(tokens, n + 1, network.vocabulary())) {
        return new Generation(tokens, logprobs, n + 1, Generation.StopReason.STOP);
      }
    }
    return new Generation(tokens, logprobs, tokens.length, Generation.StopReason.LENGTH);
  }

  /**
   * Returns the log-probability of each token given those before it; NaN for the first one, which
   * nothing precedes.
   *
   * @throws IllegalArgumentException if a token is outside the vocabulary or the prompt does not
   *     fit the context
   */
  public float[] promptLogprobs(int[] prompt) {
    float[] logprobs = new float[prompt.length];
    Arrays.fill(logprobs, Float.NaN);
    score(
        prompt,
        (position, logits, normaliser) ->
            logprobs[position] = (float) (logits[prompt[position]] - normaliser));
    return logprobs;
  }

  /**
   * Returns the {@code k} likeliest tokens of each position given those before it; none for the
   * first one.
   *
   * @throws IllegalArgumentException if {@code k} is less than 1, a token is outside the vocabulary
   *     or the prompt does not fit the context
   */
  public List<TopTokens> topkPromptLogprobs(int[] prompt, int k) {
    if (k < 1) {
      throw new IllegalArgumentException(
          "topk_prompt_logprobs is " + k + "; it must be at least 1");
    }
    List<TopTokens> top = new ArrayList<>();
    if (prompt.length > 0) {
      top.add(TopTokens.NONE);
    }
    score(prompt, (position, logits, normaliser) -> top.add(TopTokens.of(logits, normaliser, k)));
    return List.copyOf(top);
  }

  /**
   * Draws {@code k} tokens for each position given those before it; none for the first one.
   *
   * @throws IllegalArgumentException if a token is outside the vocabulary or the prompt does not
   *     fit the context
   */
  public List<TopTokens> alternatives(int[] prompt, int k, SamplingSettings settings) {
    CounterRandom seeded = CounterRandom.of(settings.seed());
    List<TopTokens> drawn = new ArrayList<>();
    if (prompt.length > 0) {
      drawn.add(TopTokens.NONE);
    }
    score(
        prompt,
        (position, logits, normaliser) ->
            drawn.add(TopTokens.drawn(logits, normaliser, k, settings, seeded.stream(position))));
    return List.copyOf(drawn);
  }

  /**
   * Shows the log-probabilities of all tokens at each position but the first, given those before
   * it, in order.
   *
   * @throws IllegalArgumentException if a token is outside the vocabulary or the prompt does not
   *     fit the context
   */
  public void predictions(int[] prompt, PredictionReader reader) {
    score(
        prompt,
        (position, logits, normaliser) ->
            reader.read(position, id -> (float) (logits[id] - normaliser)));
  }

  /** Reads what the model predicts at a position. */
  @FunctionalInterface
  public interface PredictionReader {
    /** Reads log-probabilities by token; they can be asked for during the call only. */
    void read(int position, Logprobs logprobs);
  }

  /** Log-probabilities by token. */
  @FunctionalInterface
  public interface Logprobs {
    float of(int token);
  }

  /** Receives what the model predicts at a position; the logits are valid during the call only. */
  @FunctionalInterface
  private interface PredictionVisitor {
    void visit(int position, double[] logits, double normaliser);
  }

  private void score(int[] prompt, PredictionVisitor visitor) {
    requireFits(prompt, 0);
    TokenBlock block = network.block(Integer.MAX_VALUE);
    for (int start = 0; start < prompt.length - 1; start += block.size()) {
      int count = Math.min(block.size(), prompt.length - 1 - start);
      network.forward(block, prompt, start, count);
      for (int t = 0; t < count; t++) {
        double[] logits = block.logits[t];
        visitor.visit(start + t + 1, logits, Kernels.softmax(logits, block.probabilities[t]));
      }
    }
  }

  private void requireFits(int[] prompt, int maxTokens) {
    network.vocabulary().requireTokens(prompt, "prompt");
    if ((long) prompt.length + maxTokens > BaseModel.MAX_CONTEXT_LENGTH) {
      throw new IllegalArgumentException(
          "prompt has "
              + prompt.length
              + " tokens and max_tokens is "
              + maxTokens
              + "; together they exceed the context of "
              + BaseModel.MAX_CONTEXT_LENGTH);
    }
  }
}

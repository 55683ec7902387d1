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
      if (settings.stop().stopsAfter(tokens, n + 1)) {
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
   * Returns the log-probability of every token of the vocabulary, by its id, at each position given
   * the tokens before it; no values for the first one.
   *
   * @throws IllegalArgumentException if a token is outside the vocabulary or the prompt does not
   *     fit the context
   */
  public List<float[]> allLogprobs(int[] prompt) {
    List<float[]> all = new ArrayList<>();
    if (prompt.length > 0) {
      all.add(new float[0]);
    }
    score(
        prompt,
        (position, logits, normaliser) -> {
          float[] logprobs = new float[logits.length];
          for (int id = 0; id < logprobs.length; id++) {
            logprobs[id] = (float) (logits[id] - normaliser);
          }
          all.add(logprobs);
        });
    return all;
  }

  /** Receives what the model predicts at a position; the logits are valid during the call only. */
  @FunctionalInterface
  private interface PredictionVisitor {
    void visit(int position, double[] logits, double normaliser);
  }

  private void score(int[] prompt, PredictionVisitor visitor) {
    requireFits(prompt, 0);
    TokenBlock block = network.block(TokenBlock.SIZE);
    for (int start = 0; start < prompt.length - 1; start += TokenBlock.SIZE) {
      int count = Math.min(TokenBlock.SIZE, prompt.length - 1 - start);
      network.forward(block, prompt, start, count);
      for (int t = 0; t < count; t++) {
        double[] logits = block.logits[t];
        visitor.visit(start + t + 1, logits, Kernels.softmax(logits, block.probabilities[t]));
      }
    }
  }

  private static void requireFits(int[] prompt, int maxTokens) {
    BaseModel.requireTokens(prompt, "prompt");
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

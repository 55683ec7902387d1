package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.http.ContentHash;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.model.BaseModel;
import io.tinker4j.testkit.model.Generation;
import io.tinker4j.testkit.model.Sampler;
import io.tinker4j.testkit.model.SamplingSettings;
import io.tinker4j.testkit.model.StopRule;
import io.tinker4j.testkit.model.TopTokens;
import io.tinker4j.testkit.model.Vocabulary;
import io.tinker4j.testkit.run.Behaviour;
import io.tinker4j.testkit.run.BoundSampler;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.StopCondition;
import io.tinker4j.types.StopReason;
import io.tinker4j.types.TopkLogprobs;
import io.tinker4j.types.wire.SampleRequest;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One sampling request, checked and ready to run. Its result depends on the request and the sampler
 * alone, not on what else the server does.
 */
public final class SampleTask {
  private static final int DEFAULT_MAX_TOKENS = 256;
  private static final int MAX_SAMPLES = 1024;

  private final SampleRequest request;
  private final ModelInput prompt;
  private final Vocabulary vocabulary;
  private final long seed;
  private final Behaviour behaviour;

  private SampleTask(SampleRequest request, Vocabulary vocabulary, long seed, Behaviour behaviour) {
    this.request = request;
    this.prompt = request.prompt();
    this.vocabulary = vocabulary;
    this.seed = seed;
    this.behaviour = behaviour;
  }

  /**
   * Checks a request. A seed that is not given follows from the sampler's position in its session
   * and the request's position in its sampler.
   *
   * @throws RefusedException 400 for what is out of range, 422 for chunks that cannot be read
   */
  public static SampleTask of(SampleRequest request, BoundSampler sampler, Behaviour behaviour) {
    if (request.numSamples() < 1 || request.numSamples() > MAX_SAMPLES) {
      throw RefusedException.badRequest(
          "num_samples is " + request.numSamples() + "; it must be from 1 to " + MAX_SAMPLES);
    }
    Vocabulary vocabulary = Vocabulary.of(sampler.source().baseModel());
    requireAtMostAll("topk_prompt_logprobs", request.topkPromptLogprobs(), vocabulary);
    requireAtMostAll("topk_sample_logprobs", request.topkSampleLogprobs().orElse(0), vocabulary);
    requireAtMostAll("prompt_alt_tokens_k", request.promptAltTokensK().orElse(0), vocabulary);
    long seed =
        request
            .samplingParams()
            .seed()
            .map(BigInteger::longValue)
            .orElse(
                ContentHash.seed("sample\n" + sampler.seqId() + "\n" + request.seqId().orElse(0)));
    InputTokens.requireKnown(request.prompt(), List.of("body", "prompt"));
    SampleTask task = new SampleTask(request, vocabulary, seed, behaviour);
    task.check();
    return task;
  }

  private static void requireAtMostAll(String name, int k, Vocabulary vocabulary) {
    if (k < 0 || k > vocabulary.size()) {
      throw RefusedException.badRequest(
          name + " is " + k + "; it must be from 0 to " + vocabulary.size());
    }
  }

  private void check() {
    try {
      int[] tokens = InputTokens.of(prompt);
      if (tokens.length == 0 && behaviour.checksValues()) {
        throw new IllegalArgumentException("prompt is empty");
      }
      long total = (long) tokens.length + maxTokens(tokens.length);
      if (total > BaseModel.MAX_CONTEXT_LENGTH) {
        throw new IllegalArgumentException(
            "PromptTooLong: prompt has "
                + tokens.length
                + " tokens and max_tokens is "
                + maxTokens(tokens.length)
                + "; together they exceed the context of "
                + BaseModel.MAX_CONTEXT_LENGTH);
      }
      settings(tokens.length, 0);
      checkLastPositions(tokens.length);
      int length = tokens.length;
      request
          .targetPromptLogprobs()
          .ifPresent(targets -> PromptScores.checkTargets(targets, length, vocabulary));
    } catch (IllegalArgumentException e) {
      throw RefusedException.badRequest(String.valueOf(e.getMessage()));
    }
  }

  private void checkLastPositions(int promptLength) {
    if (request.promptLogprobsLastN().isEmpty()) {
      return;
    }
    int last = request.promptLogprobsLastN().getAsInt();
    if (!request.promptLogprobs().orElse(false)) {
      throw new IllegalArgumentException("prompt_logprobs_last_n needs prompt_logprobs");
    }
    if (last < 1 || last > promptLength - 1) {
      throw new IllegalArgumentException(
          "prompt_logprobs_last_n is " + last + "; it must be from 1 to " + (promptLength - 1));
    }
  }

  /**
   * Samples.
   *
   * @throws IllegalArgumentException when a token is outside the vocabulary
   */
  public SampleResponse run(Sampler sampler) {
    int[] tokens = InputTokens.of(prompt);
    int topk = request.topkSampleLogprobs().orElse(0);
    List<SampledSequence> sequences = new ArrayList<>();
    for (int i = 0; i < request.numSamples(); i++) {
      Generation generation = sampler.generate(tokens, settings(tokens.length, i));
      StopReason reason =
          switch (generation.stopReason()) {
            case STOP -> StopReason.STOP;
            case LENGTH -> StopReason.LENGTH;
          };
      SampledSequence sequence =
          SampledSequence.of(reason, generation.tokens(), generation.logprobs());
      sequences.add(topk > 0 ? withTopk(sequence, sampler, tokens, topk) : sequence);
    }
    return withScores(SampleResponse.of(sequences), sampler, tokens);
  }

  /** The likeliest tokens where those of the sample were drawn. */
  private static SampledSequence withTopk(
      SampledSequence sequence, Sampler sampler, int[] prompt, int k) {
    int[] sampled = sequence.toInts();
    int[] all = Arrays.copyOf(prompt, prompt.length + sampled.length);
    System.arraycopy(sampled, 0, all, prompt.length, sampled.length);
    List<TopTokens> rows = sampler.topkPromptLogprobs(all, k);
    return sequence.withTopkLogprobs(matrix(rows.subList(prompt.length, all.length), 0, k));
  }

  private SampleResponse withScores(SampleResponse samples, Sampler sampler, int[] tokens) {
    SampleResponse response = samples;
    // The first position is never scored, so all the others are the most that can be wanted.
    int scored = request.promptLogprobsLastN().orElse(Math.max(0, tokens.length - 1));
    if (request.promptLogprobs().orElse(false)) {
      float[] logprobs = sampler.promptLogprobs(tokens);
      Arrays.fill(logprobs, 0, tokens.length - scored, Float.NaN);
      response = response.withPromptLogprobs(logprobs);
    }
    int k = request.topkPromptLogprobs();
    if (k > 0) {
      List<TopTokens> rows = sampler.topkPromptLogprobs(tokens, k);
      response = response.withTopkPromptLogprobs(matrix(rows, tokens.length - scored, k));
    }
    if (request.targetPromptLogprobs().isPresent()) {
      response =
          response.withTargetPromptLogprobs(
              PromptScores.targets(sampler, tokens, request.targetPromptLogprobs().get()));
    }
    int draws = request.promptAltTokensK().orElse(0);
    if (draws > 0) {
      response =
          response.withPromptAltTokens(
              PromptScores.alternatives(sampler, tokens, draws, settings(tokens.length, 0)));
    }
    return response;
  }

  /** Number of tokens that are read. */
  public int promptLength() {
    return InputTokens.of(prompt).length;
  }

  /** Number of tokens that were generated. */
  public static long generated(SampleResponse response) {
    return response.sequences().stream().mapToLong(sequence -> sequence.tokens().remaining()).sum();
  }

  private int maxTokens(int promptLength) {
    int room = Math.max(1, BaseModel.MAX_CONTEXT_LENGTH - promptLength);
    return request.samplingParams().maxTokens().orElse(Math.min(DEFAULT_MAX_TOKENS, room));
  }

  private SamplingSettings settings(int promptLength, int sampleIndex) {
    SamplingParams params = request.samplingParams();
    return SamplingSettings.builder(maxTokens(promptLength))
        .temperature(params.temperature())
        .topK(params.topK())
        .topP(params.topP())
        .seed(seed)
        .sampleIndex(sampleIndex)
        .stop(stopRule())
        .build();
  }

  private StopRule stopRule() {
    StopRule rule =
        request.samplingParams().stop().map(this::stopRule).orElseGet(StopRule::endOfText);
    return behaviour.stopsAtEndOfText() ? rule : rule.withoutEndOfText();
  }

  private StopRule stopRule(StopCondition stop) {
    return switch (stop) {
      case StopCondition.Texts texts ->
          texts.texts().isEmpty() ? StopRule.never() : StopRule.texts(vocabulary, texts.texts());
      case StopCondition.Tokens tokens -> {
        int[] ids = new int[tokens.tokens().remaining()];
        tokens.tokens().get(ids);
        yield StopRule.tokens(vocabulary, ids);
      }
    };
  }

  /** The rows from {@code first} on; those before it have no cells. */
  private static TopkLogprobs matrix(List<TopTokens> rows, int first, int k) {
    int[] ids = new int[rows.size() * k];
    float[] logprobs = new float[rows.size() * k];
    Arrays.fill(logprobs, TopkLogprobs.UNUSED);
    for (int row = first; row < rows.size(); row++) {
      TopTokens top = rows.get(row);
      System.arraycopy(top.ids(), 0, ids, row * k, top.size());
      System.arraycopy(top.logprobs(), 0, logprobs, row * k, top.size());
    }
    return TopkLogprobs.of(ids, logprobs, k, rows.size());
  }
}

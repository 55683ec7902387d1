package io.tinker4j.testkit;

import io.tinker4j.testkit.model.BaseModel;
import io.tinker4j.testkit.model.Generation;
import io.tinker4j.testkit.model.Sampler;
import io.tinker4j.testkit.model.SamplingSettings;
import io.tinker4j.testkit.model.StopRule;
import io.tinker4j.testkit.model.TopTokens;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleRequest;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.StopCondition;
import io.tinker4j.types.StopReason;
import io.tinker4j.types.TopkLogprobs;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One sampling request, checked and ready to run. Its result depends on the request and the sampler
 * alone, not on what else the server does.
 */
final class SampleTask {
  private static final int DEFAULT_MAX_TOKENS = 256;
  private static final int MAX_SAMPLES = 1024;

  private final SampleRequest request;
  private final ModelInput prompt;
  private final long seed;

  private SampleTask(SampleRequest request, ModelInput prompt, long seed) {
    this.request = request;
    this.prompt = prompt;
    this.seed = seed;
  }

  /**
   * Checks a request. A seed that is not given follows from the sampler's position in its session
   * and the request's position in its sampler.
   *
   * @throws RefusedException 400 for what is out of range, 422 for chunks that cannot be read
   */
  static SampleTask of(SampleRequest request, int samplerSeqId) {
    if (request.numSamples() < 1 || request.numSamples() > MAX_SAMPLES) {
      throw RefusedException.badRequest(
          "num_samples is " + request.numSamples() + "; it must be from 1 to " + MAX_SAMPLES);
    }
    int topk = request.topkPromptLogprobs();
    if (topk < 0 || topk > BaseModel.VOCABULARY_SIZE) {
      throw RefusedException.badRequest(
          "topk_prompt_logprobs is "
              + topk
              + "; it must be from 0 to "
              + BaseModel.VOCABULARY_SIZE);
    }
    long seed =
        request
            .samplingParams()
            .seed()
            .map(BigInteger::longValue)
            .orElse(ContentHash.seed("sample\n" + samplerSeqId + "\n" + request.seqId().orElse(0)));
    ModelInput prompt = request.prompt();
    InputTokens.requireKnown(prompt, List.of("body", "prompt"));
    SampleTask task = new SampleTask(request, prompt, seed);
    task.check();
    return task;
  }

  private void check() {
    try {
      int[] tokens = InputTokens.of(prompt);
      if (tokens.length == 0) {
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
    } catch (IllegalArgumentException e) {
      throw RefusedException.badRequest(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Samples.
   *
   * @throws IllegalArgumentException when a token is outside the vocabulary
   */
  SampleResponse run(Sampler sampler) {
    int[] tokens = InputTokens.of(prompt);
    List<SampledSequence> sequences = new ArrayList<>();
    for (int i = 0; i < request.numSamples(); i++) {
      Generation generation = sampler.generate(tokens, settings(tokens.length, i));
      StopReason reason =
          switch (generation.stopReason()) {
            case STOP -> StopReason.STOP;
            case LENGTH -> StopReason.LENGTH;
          };
      sequences.add(SampledSequence.of(reason, generation.tokens(), generation.logprobs()));
    }
    SampleResponse response = SampleResponse.of(sequences);
    if (request.promptLogprobs().orElse(false)) {
      response = response.withPromptLogprobs(sampler.promptLogprobs(tokens));
    }
    int k = request.topkPromptLogprobs();
    if (k > 0) {
      response = response.withTopkPromptLogprobs(matrix(sampler.topkPromptLogprobs(tokens, k), k));
    }
    return response;
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
        .stop(params.stop().map(SampleTask::stopRule).orElseGet(StopRule::endOfText))
        .build();
  }

  private static StopRule stopRule(StopCondition stop) {
    return switch (stop) {
      case StopCondition.Text text -> StopRule.texts(List.of(text.text()));
      case StopCondition.Texts texts ->
          texts.texts().isEmpty() ? StopRule.never() : StopRule.texts(texts.texts());
      case StopCondition.Tokens tokens -> {
        int[] ids = new int[tokens.tokens().remaining()];
        tokens.tokens().get(ids);
        yield StopRule.tokens(ids);
      }
    };
  }

  private static TopkLogprobs matrix(List<TopTokens> rows, int k) {
    int[] ids = new int[rows.size() * k];
    float[] logprobs = new float[rows.size() * k];
    Arrays.fill(logprobs, TopkLogprobs.UNUSED);
    for (int row = 0; row < rows.size(); row++) {
      TopTokens top = rows.get(row);
      System.arraycopy(top.ids(), 0, ids, row * k, top.size());
      System.arraycopy(top.logprobs(), 0, logprobs, row * k, top.size());
    }
    return TopkLogprobs.of(ids, logprobs, k, rows.size());
  }
}

package io.tinker4j.training;

import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleRequest;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.UntypedFuture;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Samples from one version of a model's weights: a base model, a checkpoint, or the weights a
 * training client had when this client was made. Thread-safe; samples do not wait for each other.
 *
 * <p>Cancelling a future, or its time-out, ends the waiting only.
 */
public final class SamplingClient {
  private static final SampleOptions DEFAULTS = SampleOptions.builder().build();
  private static final SampleOptions WITH_LOGPROBS =
      SampleOptions.builder().promptLogprobs(true).build();
  private static final SamplingParams ONE_TOKEN = SamplingParams.builder().maxTokens(1).build();

  private final ClientScope scope;
  private final String samplingSessionId;
  private final AtomicLong next = new AtomicLong();

  SamplingClient(ClientScope scope, String samplingSessionId) {
    this.scope = scope;
    this.samplingSessionId = samplingSessionId;
  }

  /** Returns the id of the sampling session on the server. */
  public String samplingSessionId() {
    return samplingSessionId;
  }

  /** Generates continuations of a prompt. */
  public CompletableFuture<SampleResponse> sample(
      ModelInput prompt, int numSamples, SamplingParams params) {
    return sample(prompt, numSamples, params, DEFAULTS);
  }

  /**
   * Generates continuations of a prompt and returns what the options ask for besides.
   *
   * @throws IllegalArgumentException when {@code numSamples} is not positive
   */
  public CompletableFuture<SampleResponse> sample(
      ModelInput prompt, int numSamples, SamplingParams params, SampleOptions options) {
    Objects.requireNonNull(prompt, "prompt");
    if (numSamples < 1) {
      throw new IllegalArgumentException("numSamples is " + numSamples + "; it must be positive");
    }
    SampleRequest request =
        SampleRequest.builder()
            .numSamples(numSamples)
            .prompt(prompt)
            .samplingParams(params)
            .samplingSessionId(samplingSessionId)
            .seqId(next.getAndIncrement())
            .promptLogprobs(options.promptLogprobs())
            .topkPromptLogprobs(options.topkPromptLogprobs())
            .build();
    CompletableFuture<SampleResponse> future = new CompletableFuture<>();
    scope.threads().start("sample", () -> ClientScope.complete(future, () -> run(request, future)));
    return future;
  }

  /**
   * Returns the natural-log probability of each prompt token given those before it; NaN for the
   * first.
   */
  public CompletableFuture<float[]> computeLogprobs(ModelInput prompt) {
    return sample(prompt, 1, ONE_TOKEN, WITH_LOGPROBS)
        .thenApply(response -> {
          FloatBuffer logprobs =
              response
                  .promptLogprobs()
                  .orElseThrow(() ->
                      new RequestFailedException(
                          "Sample",
                          "unknown",
                          "the answer has no prompt log-probabilities",
                          RequestFailedException.Category.SERVER));
          float[] values = new float[logprobs.remaining()];
          logprobs.get(values);
          return values;
        });
  }

  private SampleResponse run(SampleRequest request, CompletableFuture<SampleResponse> future)
      throws InterruptedException {
    UntypedFuture promise = scope.samples().submit(request);
    SampleResponse response =
        scope
            .awaiter()
            .await(promise.requestId(), ResultType.SAMPLE, Duration.ZERO, future::isDone);
    return promise.sampleSequenceIds().isEmpty() ? response : named(response, promise);
  }

  /** The ids of the samples come with the promise and not with the result. */
  private static SampleResponse named(SampleResponse response, UntypedFuture promise) {
    try {
      return response.withSequenceIds(promise.sampleSequenceIds());
    } catch (IllegalArgumentException e) {
      throw new RequestFailedException(
          ResultType.SAMPLE.requestType(),
          promise.requestId(),
          String.valueOf(e.getMessage()),
          RequestFailedException.Category.SERVER);
    }
  }

  @Override
  public String toString() {
    return "SamplingClient{" + samplingSessionId + "}";
  }
}

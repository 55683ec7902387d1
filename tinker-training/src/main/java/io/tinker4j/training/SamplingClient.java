package io.tinker4j.training;

import io.tinker4j.training.internal.ResultType;
import io.tinker4j.training.internal.StartQueue;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.Backoff;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.wire.GetSamplerRequest;
import io.tinker4j.types.wire.SampleRequest;
import io.tinker4j.types.wire.UntypedFuture;
import java.math.BigInteger;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Samples from one version of a model's weights: a base model, a checkpoint, or the weights a
 * training client had when this client was made. Thread-safe; samples do not wait for each other.
 *
 * <p>At most as many samples are with the server at once as its configuration says (2,000), in a
 * heap of less than 512 MiB one for each 256 KiB of it, and at most 400 are being submitted; more
 * wait in the order of their calls, and take about a kilobyte besides their prompts. While the
 * server says that it is overloaded, all samplers of a service client submit less.
 *
 * <p>A sample whose submission or result is lost is tried again, with jittered waits of 0.5 to 10
 * seconds, until no sample of this client has shown progress for the progress timeout; unless the
 * server's configuration says that samples are not to be retried. What the server says about the
 * operation itself is final.
 *
 * <p>Cancelling a future, or its time-out, ends the waiting and gives its place to others.
 */
public final class SamplingClient {
  private static final SampleOptions DEFAULTS = SampleOptions.builder().build();
  private static final SampleOptions WITH_LOGPROBS =
      SampleOptions.builder().promptLogprobs(true).build();
  private static final SamplingParams ONE_TOKEN = SamplingParams.builder().maxTokens(1).build();
  private static final long HEAP_PER_PLACE = 256 << 10;
  private static final int FEWEST_PLACES = 16;
  private static final Backoff RETRIES =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(10), 0.25);

  private final ApiClient api;
  private final Session session;
  private final String samplingSessionId;
  private final Rules rules;
  private final ResultWaiter results;
  private final AtomicLong next;
  private final StartQueue outstanding;

  /** What the samplers of a service client have in common. */
  record Rules(
      ClientConfigResponse config,
      ServerFeatures features,
      SampleDispatcher dispatcher,
      RandomGenerator random,
      MeteredTokens tokens) {}

  SamplingClient(
      ApiClient api, Session session, String samplingSessionId, Rules rules, ResultWaiter results) {
    this(
        api,
        session,
        samplingSessionId,
        rules,
        limited(rules, results),
        new AtomicLong(),
        new StartQueue(places(rules.config().sampleMaxConcurrentRequests())));
  }

  /** The server's configuration says whether samples may be stuck. */
  private static ResultWaiter limited(Rules rules, ResultWaiter results) {
    return rules.config().sampleEnableStuckDetection()
        ? results
        : results.exactly(
            ResultTimeouts.builder()
                .from(results.timeouts())
                .progressTimeout(ChronoUnit.FOREVER.getDuration())
                .build());
  }

  /** A sample that is with the server has a thread, requests and, when it is asked for, buffers. */
  private static int places(int configured) {
    long affordable = Runtime.getRuntime().maxMemory() / HEAP_PER_PLACE;
    return (int) Math.min(configured, Math.max(FEWEST_PLACES, affordable));
  }

  private SamplingClient(
      ApiClient api,
      Session session,
      String samplingSessionId,
      Rules rules,
      ResultWaiter results,
      AtomicLong next,
      StartQueue outstanding) {
    this.api = api;
    this.session = session;
    this.samplingSessionId = samplingSessionId;
    this.rules = rules;
    this.results = results;
    this.next = next;
    this.outstanding = outstanding;
  }

  /** Returns the id of the sampling session on the server. */
  public String samplingSessionId() {
    return samplingSessionId;
  }

  /** Returns a client of the same sampler whose calls wait for their results as the options say. */
  public SamplingClient withTimeouts(ResultTimeouts timeouts) {
    return new SamplingClient(
        api,
        session,
        samplingSessionId,
        rules,
        limited(rules, results.with(timeouts)),
        next,
        outstanding);
  }

  /** Generates continuations of a prompt. */
  public CompletableFuture<SampleResponse> sample(
      ModelInput prompt, int numSamples, SamplingParams params) {
    return sample(prompt, numSamples, params, DEFAULTS);
  }

  /**
   * Generates continuations of a prompt and returns what the options ask for besides. The future
   * fails with {@link IllegalArgumentException} when {@code numSamples} is not positive or a token
   * of the prompt is negative.
   */
  public CompletableFuture<SampleResponse> sample(
      ModelInput prompt, int numSamples, SamplingParams params, SampleOptions options) {
    Objects.requireNonNull(prompt, "prompt");
    Objects.requireNonNull(params, "params");
    return start(
        () -> request(prompt, numSamples, params, options),
        new Wanted<>(
            numSamples,
            !rules.config().sampleNoRetries(),
            rules.tokens().sample(),
            response -> PromptLogprobs.aligned(response, prompt, options)));
  }

  /**
   * Generates continuations of a prompt one by one and returns them as they finish, in the order in
   * which they do. Each is a request of its own; with a seed in the parameters, the n-th has the
   * seed plus n. Reading blocks. Closing the stream cancels those that are not finished.
   *
   * @throws IllegalArgumentException when {@code numSamples} is not positive
   */
  public Stream<SampledSequence> sampleStream(
      ModelInput prompt, int numSamples, SamplingParams params) {
    checkPositive("numSamples", numSamples);
    return new SampleStream(
            Collections.nCopies(numSamples, prompt).iterator(),
            numSamples,
            (index, each) -> sample(each, 1, numbered(params, index)))
        .stream().map(finished -> finished.response().sequences().get(0));
  }

  private static SamplingParams numbered(SamplingParams params, long index) {
    return params
        .seed()
        .map(seed ->
            SamplingParams.builder().from(params).seed(seed.add(BigInteger.valueOf(index))).build())
        .orElse(params);
  }

  /**
   * Samples all prompts of a source and returns the results as they finish, in the order in which
   * they do; each tells its prompt's place. A failed sample does not end the others. Reading
   * blocks.
   *
   * <p>The source is read lazily: at most {@code concurrency} prompts are under way or finished and
   * not yet read, so that memory is bounded. Closing the stream cancels those under way. Not for
   * parallel streams.
   *
   * @throws IllegalArgumentException when {@code numSamples} or {@code concurrency} is not positive
   */
  public Stream<SampleResult> sampleAll(
      Iterator<ModelInput> prompts,
      int numSamples,
      SamplingParams params,
      SampleOptions options,
      int concurrency) {
    checkPositive("numSamples", numSamples);
    checkPositive("concurrency", concurrency);
    return new SampleStream(
            Objects.requireNonNull(prompts, "prompts"),
            concurrency,
            (index, prompt) -> sample(prompt, numSamples, params, options))
        .stream();
  }

  /**
   * Returns the natural-log probability of each prompt token given those before it; NaN for the
   * first, and for those that the server does not score. The future fails with {@link
   * IllegalArgumentException}, and nothing is sent, when the prompt has no tokens or an image of it
   * does not say how many tokens it is.
   */
  public CompletableFuture<float[]> computeLogprobs(ModelInput prompt) {
    return computeLogprobs(prompt, WITH_LOGPROBS);
  }

  /** The same with options; {@link SampleOptions#promptLogprobs} is always on. */
  public CompletableFuture<float[]> computeLogprobs(ModelInput prompt, SampleOptions options) {
    SampleOptions all = SampleOptions.builder().from(options).promptLogprobs(true).build();
    return start(
        () -> {
          SubmissionChecks.scored("prompt", prompt);
          return request(prompt, 1, ONE_TOKEN, all);
        },
        new Wanted<>(
            0,
            true,
            rules.tokens().sample(),
            response -> PromptLogprobs.of(response, prompt, all)));
  }

  /** Returns the base model; blocks, at most until the deadline of the client's waits. */
  public String baseModel() {
    GetSamplerRequest request = GetSamplerRequest.builder().samplerId(samplingSessionId).build();
    return results.await("GetSampler", () -> api.call(Operations.GET_SAMPLER, request)).baseModel();
  }

  /** Returns where the model's tokenizer is found; blocks. */
  public TokenizerId tokenizerId() {
    return TokenizerId.resolve(baseModel(), null);
  }

  private SampleRequest.Builder request(
      ModelInput prompt, int numSamples, SamplingParams params, SampleOptions options) {
    checkPositive("numSamples", numSamples);
    SubmissionChecks.tokens("prompt", prompt);
    rules.features().checkSampling(params);
    SampleRequest.Builder request =
        SampleRequest.builder()
            .numSamples(numSamples)
            .prompt(prompt)
            .samplingParams(params)
            .samplingSessionId(samplingSessionId)
            .seqId(next.getAndIncrement())
            .promptLogprobs(options.promptLogprobs())
            .topkPromptLogprobs(options.topkPromptLogprobs());
    options.targetPromptLogprobs().ifPresent(request::targetPromptLogprobs);
    options.promptLogprobsLastN().ifPresent(request::promptLogprobsLastN);
    if (options.topkSampleLogprobs() > 0) {
      request.topkSampleLogprobs(options.topkSampleLogprobs());
    }
    if (options.promptAltTokensK() > 0) {
      request.promptAltTokensK(options.promptAltTokensK());
    }
    return request;
  }

  private static void checkPositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + "; it must be positive");
    }
  }

  /**
   * How many sequences the caller counts on, whether a lost sample is asked for again, what its
   * tokens are counted by, and what is made of the answer.
   */
  private record Wanted<T>(
      int sequences,
      boolean isRetried,
      MeteredTokens.Sample tokens,
      Function<SampleResponse, T> finish) {}

  private <T> CompletableFuture<T> start(
      Supplier<SampleRequest.Builder> preparation, Wanted<T> wanted) {
    SampleRequest.Builder request;
    try {
      session.checkAlive();
      request = preparation.get();
    } catch (SessionLostException | IllegalArgumentException e) {
      return CompletableFuture.failedFuture(e);
    }
    PendingCall<T> call = results.begin(ResultType.SAMPLE.requestType());
    return results
        .runner()
        .launchInTurn(
            outstanding,
            "sample",
            call,
            ignored -> wanted.finish().apply(run(request, wanted, call)));
  }

  private SampleResponse run(SampleRequest.Builder request, Wanted<?> wanted, PendingCall<?> call)
      throws InterruptedException {
    try (PendingCall.Wait wait = call.interruptible()) {
      return wanted.isRetried()
          ? untilAnswered(request, wanted, call)
          : attempt(request, wanted, call);
    }
  }

  private SampleResponse untilAnswered(
      SampleRequest.Builder request, Wanted<?> wanted, PendingCall<?> call)
      throws InterruptedException {
    for (int retry = 0; ; retry++) {
      try {
        return attempt(request, wanted, call);
      } catch (TinkerException e) {
        if (!isLost(e)) {
          throw e;
        }
        if (e instanceof PromiseExpiredException) {
          request.seqId(next.getAndIncrement());
        }
        call.checkWanted(e.requestId().orElse("unknown"));
        results.time().sleep(RETRIES.plusMinusJitter(retry, rules.random().nextDouble()));
      }
    }
  }

  private static boolean isLost(TinkerException e) {
    return e instanceof PromiseExpiredException
        || (e instanceof ConnectionException lost && lost.isRetryable())
        || (e instanceof ApiStatusException status && status.isRetryable());
  }

  private SampleResponse attempt(
      SampleRequest.Builder request, Wanted<?> wanted, PendingCall<?> call)
      throws InterruptedException {
    long begin = results.time().nanoTime();
    SampleRequest sent = request.build();
    UntypedFuture promise = rules.dispatcher().submit(sent);
    wanted.tokens().accepted(sent);
    Duration roundtrip = Duration.ofNanos(results.time().nanoTime() - begin);
    SampleResponse response =
        results.await(promise.requestId(), ResultType.SAMPLE, roundtrip, call);
    wanted.tokens().answered(response);
    checkComplete(response, wanted.sequences(), promise.requestId());
    return promise.sampleSequenceIds().isEmpty() ? response : named(response, promise);
  }

  /** A caller who counts on what was asked for must not find out by an index out of bounds. */
  private static void checkComplete(SampleResponse response, int asked, String requestId) {
    List<SampledSequence> sequences = response.sequences();
    if (sequences.size() < asked) {
      throw incomplete(
          requestId,
          "the answer has %d sequences where %d were asked for".formatted(sequences.size(), asked));
    }
    for (int i = 0; i < sequences.size(); i++) {
      int tokens = sequences.get(i).tokens().remaining();
      int logprobs = sequences.get(i).logprobs().map(FloatBuffer::remaining).orElse(tokens);
      if (logprobs != tokens) {
        throw incomplete(
            requestId,
            "sequence %d of the answer has %d log-probabilities for %d tokens"
                .formatted(i, logprobs, tokens));
      }
    }
  }

  private static RequestFailedException incomplete(String requestId, String what) {
    return new RequestFailedException(
        ResultType.SAMPLE.requestType(), requestId, what, RequestFailedException.Category.SERVER);
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

  /** How many samples more could be with the server now. */
  int freePlaces() {
    return outstanding.free();
  }

  @Override
  public String toString() {
    return "SamplingClient{" + samplingSessionId + "}";
  }
}

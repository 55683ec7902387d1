package io.tinker4j.training;

import io.tinker4j.training.internal.ByteBudget;
import io.tinker4j.training.internal.ByteEstimate;
import io.tinker4j.training.internal.Chunker;
import io.tinker4j.training.internal.LossWarnings;
import io.tinker4j.training.telemetry.Telemetry;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.Datum;
import io.tinker4j.types.wire.ClientConfigRequest;
import io.tinker4j.types.wire.UntypedFuture;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/** What all clients of one service client share: connection, runner, limits and budgets. */
final class ClientScope {
  /**
   * How requests are submitted that a server may have half seen: they are tried for five minutes,
   * because giving one up ends the model's order of requests. A conflict is about the number or the
   * name and stays one.
   */
  static final CallOptions SUBMISSION = submission().finalStatus(409).build();

  private static final int PROBE_TOKENS = 16;

  private final ApiClient api;
  private final Runner runner;
  private final RandomGenerator random;
  private final ClientConfigResponse config;
  private final QueueStateListener queueStates;
  private final ResultTimeouts waits;
  private final PromiseAwaiter awaiter;
  private final Chunker<Datum> chunker;
  private final ByteBudget trainingBytes;
  private final BodyFormats passFormats;
  private final SampleDispatcher samples;
  private final ServerFeatures features;
  private final LossWarnings lossWarnings = new LossWarnings();
  private final Map<String, SubmissionLane> lanes = new ConcurrentHashMap<>();

  ClientScope(
      ApiClient api,
      Runner runner,
      RandomGenerator random,
      ClientConfigResponse config,
      ServerFeatures features,
      QueueStateListener queueStates,
      ResultTimeouts waits,
      Telemetry telemetry) {
    this.api = api;
    this.runner = runner;
    this.random = random;
    this.config = config;
    this.features = features;
    this.queueStates = queueStates;
    this.waits = waits;
    this.awaiter =
        new PromiseAwaiter(
            api,
            runner.time(),
            random,
            new ByteBudget(config.inflightResponseBytesSemaphoreSize()),
            telemetry);
    this.chunker =
        new Chunker<>(
            config.fwdbwdMaxChunkLen(), config.fwdbwdMaxChunkBytesCount(), ByteEstimate::of);
    this.passFormats = new BodyFormats(config.protoCompressFwdbwd(), features);
    this.trainingBytes = new ByteBudget(config.fwdbwdDispatchBytesSemaphoreSize());
    this.samples =
        new SampleDispatcher(
            api, runner.time(), new ByteBudget(config.sampleDispatchBytesSemaphoreSize()));
  }

  static ClientConfigRequest configRequest(ApiClient api) {
    return ClientConfigRequest.builder().sdkVersion(api.sdkVersion()).build();
  }

  static CallOptions.Builder submission() {
    return CallOptions.builder().maxRetries(40).deadline(Duration.ofMinutes(5)).waitsForCircuit();
  }

  ApiClient api() {
    return api;
  }

  Runner runner() {
    return runner;
  }

  Time time() {
    return runner.time();
  }

  RandomGenerator random() {
    return random;
  }

  ClientConfigResponse config() {
    return config;
  }

  /** The waits of clients that set none of their own. */
  ResultTimeouts waits() {
    return waits;
  }

  /** Returns the options with what they leave open from those of the service client. */
  ResultTimeouts completed(ResultTimeouts own) {
    ResultTimeouts.Builder completed = ResultTimeouts.builder();
    own.deadline().or(waits::deadline).ifPresent(completed::deadline);
    own.progressTimeout().or(waits::progressTimeout).ifPresent(completed::progressTimeout);
    return completed.build();
  }

  PromiseAwaiter awaiter() {
    return awaiter;
  }

  Chunker<Datum> chunker() {
    return chunker;
  }

  ByteBudget trainingBytes() {
    return trainingBytes;
  }

  BodyFormats passFormats() {
    return passFormats;
  }

  ServerFeatures features() {
    return features;
  }

  LossWarnings lossWarnings() {
    return lossWarnings;
  }

  SampleDispatcher samples() {
    return samples;
  }

  /** Returns the order of a model that was just created. */
  SubmissionLane newLane(String modelId) {
    SubmissionLane lane = new SubmissionLane(modelId, 1);
    lanes.put(modelId, lane);
    return lane;
  }

  /**
   * Returns the order of a model that lives: that of its clients if they go on; else one that goes
   * on behind what is known of it.
   */
  SubmissionLane attachedLane(String modelId) {
    return Objects.requireNonNull(
        lanes.compute(
            modelId,
            (id, known) ->
                known == null
                    ? SubmissionLane.ofUnknown(
                        id, features.isSkyrl() ? highNumber() : 1, placeProbe(id))
                    : known.usable()));
  }

  /** A forward pass over a text that nobody has passed before. */
  private SubmissionLane.Numbered<UntypedFuture> placeProbe(String modelId) {
    int[] tokens = new SecureRandom().ints(PROBE_TOKENS, 1, 100).toArray();
    return number -> ForwardBackwardCall.probe(this, modelId, Datum.supervised(tokens), number);
  }

  /**
   * A number that no client has come to: this server takes any, and answers a known one as before.
   */
  private long highNumber() {
    return random.nextLong(1 << 29, 1 << 30);
  }

  /** Forgets the order of a model that is not on the server any more. */
  void forgetLane(String modelId) {
    lanes.remove(modelId);
  }

  ProgressTracker activity(ProgressTracker.Kind kind, String subject) {
    return new ProgressTracker(time(), queueStates, kind, subject);
  }
}

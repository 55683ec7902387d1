package io.tinker4j.training;

import io.tinker4j.training.cost.TokenMeter;
import io.tinker4j.training.internal.ByteBudget;
import io.tinker4j.training.internal.ByteEstimate;
import io.tinker4j.training.internal.Chunker;
import io.tinker4j.training.internal.LossWarnings;
import io.tinker4j.training.telemetry.Telemetry;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.TinkerPath;
import io.tinker4j.types.wire.CreateSamplingSessionRequest;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes the clients of models and samplers. What all of them share, limits and budgets by the
 * server's configuration, is made here once.
 */
final class ClientFactory {
  private final Runner runner;
  private final RandomGenerator random;
  private final ClientConfigResponse config;
  private final QueueStateListener queueStates;
  private final ResultTimeouts timeouts;
  private final ServerFeatures features;
  private final PromiseAwaiter awaiter;
  private final PassContext passes;
  private final ModelLanes lanes;
  private final SampleDispatcher samples;

  ClientFactory(
      ApiClient api,
      Runner runner,
      RandomGenerator random,
      ClientConfigResponse config,
      ServerFeatures features,
      QueueStateListener queueStates,
      ResultTimeouts timeouts,
      Telemetry telemetry,
      TokenMeter meter) {
    this.runner = runner;
    this.random = random;
    this.config = config;
    this.queueStates = queueStates;
    this.timeouts = timeouts;
    this.features = features;
    this.awaiter =
        new PromiseAwaiter(
            api,
            runner.time(),
            random,
            new ByteBudget(config.inflightResponseBytesSemaphoreSize()),
            telemetry);
    this.passes =
        new PassContext(
            api,
            runner,
            awaiter,
            new Chunker<>(
                config.fwdbwdMaxChunkLen(), config.fwdbwdMaxChunkBytesCount(), ByteEstimate::of),
            new ByteBudget(config.fwdbwdDispatchBytesSemaphoreSize()),
            new BodyFormats(config.protoCompressFwdbwd(), features),
            features,
            new LossWarnings(),
            meter,
            config.parallelFwdbwdChunks());
    this.lanes = new ModelLanes(passes, random);
    this.samples =
        new SampleDispatcher(
            api, runner.time(), new ByteBudget(config.sampleDispatchBytesSemaphoreSize()));
  }

  ApiClient api() {
    return passes.api();
  }

  Runner runner() {
    return runner;
  }

  ClientConfigResponse config() {
    return config;
  }

  ServerFeatures features() {
    return features;
  }

  SampleDispatcher samples() {
    return samples;
  }

  PromiseAwaiter awaiter() {
    return awaiter;
  }

  /**
   * Returns the client of a model that was just created.
   *
   * @param baseModel null when only the server knows it
   */
  TrainingClient created(Session session, String modelId, @Nullable String baseModel) {
    if (baseModel != null) {
      passes.meter().identify(modelId, baseModel);
    }
    return trainingClient(session, modelId, lanes.created(modelId));
  }

  /** Returns a client of a model that lives. */
  TrainingClient attached(Session session, String modelId) {
    return trainingClient(session, modelId, lanes.attached(modelId));
  }

  private TrainingClient trainingClient(Session session, String modelId, SubmissionLane lane) {
    features.noteTraining(modelId);
    return new TrainingClient(
        session,
        modelId,
        lane,
        passes,
        results(ProgressTracker.Kind.TRAINING, modelId),
        id -> samplingClient(session, id, modelId),
        () -> lanes.forget(modelId));
  }

  /** Creates a sampler of a base model, whose tokens are counted by its name. */
  SamplingClient samplerOfBaseModel(Session session, String baseModel) {
    passes.meter().identify(baseModel, baseModel);
    return createSampler(
        session, CreateSamplingSessionRequest.builder().baseModel(baseModel), baseModel);
  }

  /** Creates a sampler of a checkpoint; a path that is none is the server's to refuse. */
  SamplingClient samplerOfCheckpoint(Session session, String path) {
    String run;
    try {
      run = TinkerPath.parse(path).trainingRunId();
    } catch (IllegalArgumentException e) {
      run = path;
    }
    return createSampler(session, CreateSamplingSessionRequest.builder().modelPath(path), run);
  }

  private SamplingClient createSampler(
      Session session, CreateSamplingSessionRequest.Builder request, String run) {
    String id =
        passes
            .api()
            .call(
                Operations.CREATE_SAMPLING_SESSION,
                request.sessionId(session.id()).samplingSessionSeqId(session.nextSampler()).build())
            .samplingSessionId();
    return samplingClient(session, id, run);
  }

  /**
   * Returns a sampler.
   *
   * @param run what its tokens are counted for: a training run, or a base model
   */
  private SamplingClient samplingClient(Session session, String samplingSessionId, String run) {
    return new SamplingClient(
        passes.api(),
        session,
        samplingSessionId,
        new SamplingClient.Rules(
            config, features, samples, random, new MeteredTokens(passes.meter(), run)),
        results(ProgressTracker.Kind.SAMPLING, samplingSessionId));
  }

  /** How the creation of a client waits, whose deadline is that of the whole, which interrupts. */
  ResultWaiter creation(String subject) {
    ResultTimeouts.Builder progress = ResultTimeouts.builder();
    timeouts.progressTimeout().ifPresent(progress::progressTimeout);
    return results(ProgressTracker.Kind.CREATION, subject).exactly(progress.build());
  }

  private ResultWaiter results(ProgressTracker.Kind kind, String subject) {
    return new ResultWaiter(
        runner, awaiter, new ProgressTracker(runner.time(), queueStates, kind, subject), timeouts);
  }
}

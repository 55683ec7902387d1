package io.tinker4j.testkit;

import io.tinker4j.testkit.model.LoraModel;
import io.tinker4j.types.LoadWeightsRequest;
import io.tinker4j.types.LoadWeightsResponse;
import io.tinker4j.types.SaveWeightsForSamplerRequest;
import io.tinker4j.types.SaveWeightsForSamplerResponse;
import io.tinker4j.types.SaveWeightsRequest;
import io.tinker4j.types.SaveWeightsResponse;
import io.tinker4j.types.WeightsInfoRequest;
import io.tinker4j.types.WeightsInfoResponse;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Saving and loading checkpoints. */
final class WeightsEndpoints {
  /** Longest time to live, ten years: the service's own limit for what it keeps. */
  private static final long MAX_TTL_SECONDS = 315_360_000;

  private final Registry registry;
  private final CheckpointStore checkpoints;
  private final ModelEndpoints models;

  WeightsEndpoints(Registry registry, CheckpointStore checkpoints, ModelEndpoints models) {
    this.registry = registry;
    this.checkpoints = checkpoints;
    this.models = models;
  }

  void addTo(Router router) {
    router
        .add("POST", "save_weights", this::saveWeights)
        .add("POST", "load_weights", this::loadWeights)
        .add("POST", "save_weights_for_sampler", this::saveWeightsForSampler)
        .add("POST", "weights_info", this::weightsInfo);
  }

  private Answer saveWeights(HttpCall call) {
    SaveWeightsRequest request = JsonBodies.read(call.body(), SaveWeightsRequest.class);
    TrainedModel model = registry.model(call.owner(), request.modelId());
    long seqId = request.seqId().orElse(0);
    // A name that follows from the number is the same when the request is sent again.
    String name = request.path().orElseGet(() -> "%04d".formatted(seqId));
    TinkerPath.requireName(name);
    Duration ttl = ttl(request.ttlSeconds());
    TinkerPath path = new TinkerPath(model.id(), CheckpointKind.TRAINING, name);
    Promise promise =
        model.submit(
            seqId,
            OperationKind.SAVE_WEIGHTS,
            JsonBodies.fingerprint("save_weights", request),
            engine -> {
              checkpoints.save(
                  model.run(), path, request.overwrite(), ttl, dir -> engine.saveState(dir, true));
              return SaveWeightsResponse.builder().path(path.toString()).build();
            });
    return ModelEndpoints.promised(promise, model.id());
  }

  private Answer saveWeightsForSampler(HttpCall call) {
    SaveWeightsForSamplerRequest request =
        JsonBodies.read(call.body(), SaveWeightsForSamplerRequest.class);
    TrainedModel model = registry.model(call.owner(), request.modelId());
    if (request.path().isPresent() == request.samplingSessionSeqId().isPresent()) {
      throw RefusedException.badRequest("one of path and sampling_session_seq_id must be set");
    }
    Promise promise =
        request.path().isPresent()
            ? saveNamed(model, request, request.path().get())
            : saveUnnamed(model, request, request.samplingSessionSeqId().getAsInt());
    return ModelEndpoints.promised(promise, model.id());
  }

  private Promise saveNamed(TrainedModel model, SaveWeightsForSamplerRequest request, String name) {
    TinkerPath.requireName(name);
    Duration ttl = ttl(request.ttlSeconds());
    TinkerPath path = new TinkerPath(model.id(), CheckpointKind.SAMPLER, name);
    return model.submit(
        request.seqId().orElse(0),
        OperationKind.SAVE_WEIGHTS_FOR_SAMPLER,
        JsonBodies.fingerprint("save_weights_for_sampler", request),
        engine -> {
          checkpoints.save(model.run(), path, false, ttl, dir -> engine.saveState(dir, false));
          return SaveWeightsForSamplerResponse.builder().path(path.toString()).build();
        });
  }

  /**
   * Keeps the weights in memory only. A client that retries takes a new sampling session number
   * under the old sequence number, so the former does not count for telling requests apart.
   */
  private Promise saveUnnamed(
      TrainedModel model, SaveWeightsForSamplerRequest request, int samplingSeqId) {
    if (samplingSeqId < 0) {
      throw RefusedException.badRequest(
          "sampling_session_seq_id is " + samplingSeqId + "; samplers count from 0");
    }
    String fingerprint = ContentHash.fingerprint("save_weights_for_sampler", new byte[0]);
    return model.submit(
        request.seqId().orElse(0),
        OperationKind.SAVE_WEIGHTS_FOR_SAMPLER,
        fingerprint,
        engine -> bind(model, samplingSeqId, engine));
  }

  private SaveWeightsForSamplerResponse bind(
      TrainedModel model, int samplingSeqId, LoraModel engine) {
    String id = model.session().samplerId(samplingSeqId);
    BoundSampler sampler =
        new BoundSampler(
            id,
            model.session().owner(),
            samplingSeqId,
            new BoundSampler.Source(model.run().baseModel(), null, "save:" + model.id()),
            engine.frozenSampler());
    if (registry.addSampler(sampler).isPresent()) {
      throw new OperationException("ResourceAlreadyExists: sampler " + id + " exists");
    }
    return SaveWeightsForSamplerResponse.builder().samplingSessionId(id).build();
  }

  private Answer loadWeights(HttpCall call) {
    LoadWeightsRequest request = JsonBodies.read(call.body(), LoadWeightsRequest.class);
    if (request.modelId().isPresent() == request.sessionId().isPresent()) {
      throw RefusedException.badRequest("one of model_id and session_id must be set");
    }
    if (request.sessionId().isPresent()) {
      return models.createFromCheckpoint(call, request);
    }
    TrainedModel model = registry.model(call.owner(), request.modelId().orElseThrow());
    TinkerPath path = trainingPath(request.path());
    String owner = checkpointOwner(call, request);
    checkpoints.runOf(owner, path);
    Promise promise =
        model.submit(
            request.seqId().orElse(0),
            OperationKind.LOAD_WEIGHTS,
            JsonBodies.fingerprint("load_weights", request),
            engine -> {
              checkpoints.load(
                  owner,
                  path,
                  dir -> {
                    engine.loadState(dir, request.optimizer() && !call.losesOptimizer());
                    return dir;
                  });
              return LoadWeightsResponse.builder()
                  .modelId(model.id())
                  .path(path.toString())
                  .build();
            });
    return ModelEndpoints.promised(promise, model.id());
  }

  private Answer weightsInfo(HttpCall call) {
    WeightsInfoRequest request = JsonBodies.read(call.body(), WeightsInfoRequest.class);
    TrainingRunEntry run = checkpoints.runOf(call.owner(), TinkerPath.parse(request.tinkerPath()));
    return JsonBodies.ok(
        WeightsInfoResponse.builder()
            .baseModel(run.baseModel())
            .isLora(true)
            .loraRank(run.settings().rank())
            .trainUnembed(run.settings().trainUnembed())
            .trainMlp(run.settings().trainMlp())
            .trainAttn(run.settings().trainAttn())
            .build());
  }

  /** Reads the path of a checkpoint that can be trained on. */
  static TinkerPath trainingPath(String text) {
    TinkerPath path = TinkerPath.parse(text);
    if (path.kind() != CheckpointKind.TRAINING) {
      throw RefusedException.badRequest(
          "path is " + path + "; only tinker://RUN/weights/NAME can be loaded for training");
    }
    return path;
  }

  /** Whose checkpoint a request may load: that of the caller, or of the key it brings along. */
  static String checkpointOwner(HttpCall call, LoadWeightsRequest request) {
    return request.weightsAccessToken().map(ContentHash::owner).orElse(call.owner());
  }

  private static @Nullable Duration ttl(OptionalLong seconds) {
    if (seconds.isEmpty()) {
      return null;
    }
    long value = seconds.getAsLong();
    if (value < 1 || value > MAX_TTL_SECONDS) {
      throw RefusedException.badRequest(
          "ttl_seconds is " + value + "; it must be from 1 to " + MAX_TTL_SECONDS);
    }
    return Duration.ofSeconds(value);
  }
}

package io.tinker4j.testkit;

import io.tinker4j.testkit.model.LoraModel;
import io.tinker4j.testkit.model.LoraSettings;
import io.tinker4j.types.CreateModelRequest;
import io.tinker4j.types.CreateModelResponse;
import io.tinker4j.types.GetInfoRequest;
import io.tinker4j.types.GetInfoResponse;
import io.tinker4j.types.LoadWeightsRequest;
import io.tinker4j.types.LoadWeightsResponse;
import io.tinker4j.types.ModelData;
import io.tinker4j.types.UnloadModelRequest;
import io.tinker4j.types.UnloadModelResponse;
import io.tinker4j.types.UntypedFuture;
import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Creating, describing and unloading models, also creation from a checkpoint. */
final class ModelEndpoints {
  private final Registry registry;
  private final FutureStore futures;
  private final CheckpointStore checkpoints;
  private final BaseModels baseModels;
  private final ComputePool compute;
  private final InstantSource clock;

  ModelEndpoints(
      Registry registry,
      FutureStore futures,
      CheckpointStore checkpoints,
      BaseModels baseModels,
      ComputePool compute,
      InstantSource clock) {
    this.registry = registry;
    this.futures = futures;
    this.checkpoints = checkpoints;
    this.baseModels = baseModels;
    this.compute = compute;
    this.clock = clock;
  }

  void addTo(Router router) {
    router
        .add("POST", "create_model", this::createModel)
        .add("POST", "get_info", this::getInfo)
        .add("POST", "unload_model", this::unloadModel);
  }

  private Answer createModel(HttpCall call) {
    CreateModelRequest request = JsonBodies.read(call.body(), CreateModelRequest.class);
    Session session = registry.session(call.owner(), request.sessionId());
    requireSeqId(request.modelSeqId());
    baseModels.require(request.baseModel());
    LoraSettings settings =
        BaseModels.settings(
            request.baseModel(), request.loraConfig().orElseGet(BaseModels::defaultConfig));
    String id = session.modelId(request.modelSeqId());
    TrainingRunEntry run =
        newRun(id, session, request.baseModel(), settings, request.userMetadata());
    return create(
        session,
        run,
        JsonBodies.fingerprint("create_model", request),
        () -> LoraModel.create(baseModels.model(request.baseModel()), settings),
        CreateModelResponse.builder().modelId(id).build());
  }

  /**
   * Answers the form of {@code load_weights} that names a session: creates a model to load into.
   */
  Answer createFromCheckpoint(HttpCall call, LoadWeightsRequest request) {
    Session session = registry.session(call.owner(), request.sessionId().orElse(""));
    int modelSeqId = request.modelSeqId().orElse(-1);
    requireSeqId(modelSeqId);
    TinkerPath path = WeightsEndpoints.trainingPath(request.path());
    String owner = WeightsEndpoints.checkpointOwner(call, request);
    TrainingRunEntry source = checkpoints.runOf(owner, path);
    String baseModel = request.baseModel().orElse(source.baseModel());
    if (!baseModel.equals(source.baseModel())) {
      throw RefusedException.badRequest(
          "base_model is \"" + baseModel + "\", but the checkpoint is of " + source.baseModel());
    }
    String id = session.modelId(modelSeqId);
    return create(
        session,
        newRun(id, session, baseModel, source.settings(), request.userMetadata()),
        JsonBodies.fingerprint("load_weights", request),
        () ->
            checkpoints.load(
                owner,
                path,
                dir -> LoraModel.restore(dir, request.optimizer() && !call.losesOptimizer())),
        LoadWeightsResponse.builder().modelId(id).path(path.toString()).build());
  }

  /** Makes the engine of a new model. */
  @FunctionalInterface
  private interface EngineFactory {
    LoraModel create() throws IOException;
  }

  private Answer create(
      Session session,
      TrainingRunEntry run,
      String fingerprint,
      EngineFactory engine,
      Object result) {
    Promise promise =
        registry.addModel(
            run.id(),
            fingerprint,
            () -> {
              TrainedModel model = new TrainedModel(run.id(), session, run, compute, futures);
              Promise created = futures.create();
              model.create(
                  created,
                  () -> {
                    LoraModel made = engine.create();
                    checkpoints.register(run);
                    return made;
                  },
                  result);
              return new Registry.Entry(model, fingerprint, created);
            });
    return promised(promise, run.id());
  }

  private TrainingRunEntry newRun(
      String id,
      Session session,
      String baseModel,
      LoraSettings settings,
      @Nullable Map<String, @Nullable Object> userMetadata) {
    Map<String, String> texts = new LinkedHashMap<>();
    if (userMetadata != null) {
      userMetadata.forEach((key, value) -> texts.put(key, String.valueOf(value)));
    }
    return new TrainingRunEntry(id, session.owner(), baseModel, settings, texts, clock.instant());
  }

  private Answer getInfo(HttpCall call) {
    GetInfoRequest request = JsonBodies.read(call.body(), GetInfoRequest.class);
    TrainingRunEntry run = registry.model(call.owner(), request.modelId()).run();
    ModelData data =
        ModelData.builder()
            .arch("tiny-byte-lm")
            .modelName(run.baseModel())
            .tokenizerId("tinker4j/bytes")
            .build();
    return JsonBodies.ok(
        GetInfoResponse.builder()
            .modelId(run.id())
            .modelData(data)
            .isLora(true)
            .loraRank(run.settings().rank())
            .modelName(run.baseModel())
            .build());
  }

  private Answer unloadModel(HttpCall call) {
    UnloadModelRequest request = JsonBodies.read(call.body(), UnloadModelRequest.class);
    TrainedModel model = registry.anyModel(call.owner(), request.modelId());
    return promised(
        model.unload(UnloadModelResponse.builder().modelId(model.id()).build()), model.id());
  }

  /** The answer to a request whose result comes later. */
  static Answer promised(Promise promise, String modelId) {
    return JsonBodies.ok(
        UntypedFuture.builder().requestId(promise.requestId()).modelId(modelId).build());
  }

  private static void requireSeqId(int modelSeqId) {
    if (modelSeqId < 0) {
      throw RefusedException.badRequest("model_seq_id is missing or negative; models count from 0");
    }
  }
}

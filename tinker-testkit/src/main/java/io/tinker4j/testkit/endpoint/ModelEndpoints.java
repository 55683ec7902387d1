package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.checkpoint.CheckpointStore;
import io.tinker4j.testkit.checkpoint.StoredPath;
import io.tinker4j.testkit.checkpoint.TrainingRunEntry;
import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.HttpCall;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.KeyCheck;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import io.tinker4j.testkit.model.LoraModel;
import io.tinker4j.testkit.model.LoraSettings;
import io.tinker4j.testkit.model.Vocabulary;
import io.tinker4j.testkit.run.AdapterSlots;
import io.tinker4j.testkit.run.BaseModels;
import io.tinker4j.testkit.run.Behaviour;
import io.tinker4j.testkit.run.Chronicle;
import io.tinker4j.testkit.run.ModelHistory;
import io.tinker4j.testkit.run.Outcome;
import io.tinker4j.testkit.run.Promise;
import io.tinker4j.testkit.run.Registry;
import io.tinker4j.testkit.run.ServerSession;
import io.tinker4j.testkit.run.StoredRequest;
import io.tinker4j.testkit.run.TrainedModel;
import io.tinker4j.testkit.run.Workshop;
import io.tinker4j.types.GetInfoResponse;
import io.tinker4j.types.LoadWeightsResponse;
import io.tinker4j.types.LoraConfig;
import io.tinker4j.types.ModelData;
import io.tinker4j.types.wire.CreateModelRequest;
import io.tinker4j.types.wire.CreateModelResponse;
import io.tinker4j.types.wire.GetInfoRequest;
import io.tinker4j.types.wire.LoadWeightsRequest;
import io.tinker4j.types.wire.UnloadModelRequest;
import io.tinker4j.types.wire.UntypedFuture;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Creating, describing and unloading models, also creation from a checkpoint. */
public final class ModelEndpoints {
  private final Registry registry;
  private final CheckpointStore checkpoints;
  private final BaseModels baseModels;
  private final Workshop workshop;
  private final KeyCheck credentials;
  private final Behaviour behaviour;
  private final AdapterSlots slots;
  private final InstantSource clock;

  public ModelEndpoints(
      Registry registry,
      CheckpointStore checkpoints,
      BaseModels baseModels,
      Workshop workshop,
      KeyCheck credentials,
      AdapterSlots slots,
      InstantSource clock) {
    this.registry = registry;
    this.checkpoints = checkpoints;
    this.baseModels = baseModels;
    this.workshop = workshop;
    this.credentials = credentials;
    this.behaviour = workshop.behaviour();
    this.slots = slots;
    this.clock = clock;
  }

  public void addTo(Router router) {
    router
        .add("POST", "create_model", call -> create(StoredRequest.of("create_model", call)))
        .add("POST", "get_info", this::getInfo)
        .add("POST", "unload_model", this::unloadModel);
  }

  /** A model that is to be made, as a request describes it. */
  private record Creation(
      ServerSession session,
      TrainingRunEntry run,
      String fingerprint,
      EngineFactory engine,
      Object result) {}

  /** Makes the engine of a new model. */
  @FunctionalInterface
  private interface EngineFactory {
    LoraModel create() throws IOException;
  }

  /** Answers a request for a model, be it {@code create_model} or {@code load_weights}. */
  Answer create(StoredRequest request) {
    Creation creation = read(request, null);
    TrainingRunEntry run = creation.run();
    Registry.Entry entry =
        registry.addModel(run.id(), creation.fingerprint(), () -> add(creation, request));
    workshop.chronicle().sync(entry.journalEntry());
    return promised(entry.requestId(), run.id());
  }

  private Registry.Entry add(Creation creation, StoredRequest request) {
    String id = creation.run().id();
    if (checkpoints.hasRun(id)) {
      throw RefusedException.conflict("training run " + id + " exists");
    }
    Promise created = workshop.futures().create(creation.session().owner());
    long entry = workshop.chronicle().create(created.requestId(), id, request);
    return new Registry.Entry(
        start(creation, request, created), creation.fingerprint(), created.requestId(), entry);
  }

  private TrainedModel start(Creation creation, StoredRequest request, Promise created) {
    TrainingRunEntry run = creation.run();
    TrainedModel model = new TrainedModel(run.id(), creation.session(), run, workshop, 0);
    model.create(
        created, () -> createEngine(model, creation), creation.result(), isFromScratch(request));
    return model;
  }

  private LoraModel createEngine(TrainedModel model, Creation creation) throws IOException {
    slots.take(model);
    boolean isMade = false;
    try {
      LoraModel made = creation.engine().create();
      checkpoints.register(creation.run());
      isMade = true;
      return made;
    } finally {
      if (!isMade) {
        slots.giveBack(model);
      }
    }
  }

  private static boolean isFromScratch(StoredRequest request) {
    return request.endpoint().equals("create_model");
  }

  /** Makes a model of former times again; its requests are read by {@code operations}. */
  void restore(ModelHistory history, ModelOperations operations) {
    StoredRequest request = Chronicle.request(history.creation());
    TrainedModel model;
    try {
      Creation creation = restorable(history, request);
      model =
          history.created().isDone()
              ? restart(history, creation, operations)
              : start(creation, request, history.created());
    } catch (RefusedException e) {
      fail(history, e);
      return;
    }
    model.resume(history, operations::read);
    if (history.created().isDone() && checkpoints.hasRun(model.id())) { // else it was never made
      slots.keep(model);
    }
    registry.restoreModel(
        new Registry.Entry(
            model,
            fingerprint(request),
            history.created().requestId(),
            history.creation().address()));
  }

  /** What made a model; of one from a checkpoint, which may be gone, no more than the run. */
  private Creation restorable(ModelHistory history, StoredRequest request) {
    String id = history.creation().text(Chronicle.MODEL);
    Optional<TrainingRunEntry> run = checkpoints.findRun(id);
    if (run.isEmpty() || isFromScratch(request) || !history.created().isDone()) {
      return read(request, id);
    }
    LoadWeightsRequest load = JsonBodies.read(request.body(), LoadWeightsRequest.class);
    return new Creation(
        registry.anySession(request.owner(), load.sessionId().orElse("")),
        run.get(),
        fingerprint(request),
        () -> {
          throw new IOException("the model has no snapshot");
        },
        Map.of());
  }

  private TrainedModel restart(
      ModelHistory history, Creation creation, ModelOperations operations) {
    TrainingRunEntry run = creation.run();
    TrainedModel model =
        new TrainedModel(run.id(), creation.session(), run, workshop, history.last());
    model.restore(history, creation.engine()::create, operations::read);
    return model;
  }

  /** Gives up a model of former times, for a server that loses them. */
  void forget(ModelHistory history) {
    String id = history.creation().text(Chronicle.MODEL);
    fail(history, behaviour.notLoaded(id));
  }

  /** A model that is not there any more: all its promises fail. */
  private void fail(ModelHistory history, RefusedException cause) {
    List<Promise> promises = new ArrayList<>();
    promises.add(history.created());
    history.accepted().forEach(accepted -> promises.add(accepted.promise()));
    for (Promise promise : promises) {
      if (!promise.isDone()) {
        promise.complete(
            workshop
                .chronicle()
                .finish(workshop.chronicle().done(promise.requestId()), Outcome.Failed.of(cause)));
      }
    }
  }

  private static String fingerprint(StoredRequest request) {
    return isFromScratch(request)
        ? JsonBodies.fingerprint(
            request.endpoint(), JsonBodies.read(request.body(), CreateModelRequest.class))
        : JsonBodies.fingerprint(
            request.endpoint(), JsonBodies.read(request.body(), LoadWeightsRequest.class));
  }

  /** Reads a request; of a model of former times, whose session may be over, the id is known. */
  private Creation read(StoredRequest request, @Nullable String id) {
    return isFromScratch(request)
        ? readCreateModel(request, id)
        : readCreateFromCheckpoint(request, id);
  }

  private Creation readCreateModel(StoredRequest stored, @Nullable String knownId) {
    CreateModelRequest request = JsonBodies.read(stored.body(), CreateModelRequest.class);
    ServerSession session = session(stored, request.sessionId(), knownId != null);
    requireSeqId(request.modelSeqId());
    if (behaviour.checksValues()) {
      baseModels.require(request.baseModel());
    }
    LoraConfig config = request.loraConfig().orElseGet(BaseModels::defaultConfig);
    LoraSettings settings = BaseModels.settings(request.baseModel(), behaviour.loraConfig(config));
    requireAdamW(request.optimizerConfig());
    String id = knownId == null ? behaviour.modelId(session, request.modelSeqId()) : knownId;
    TrainingRunEntry run =
        newRun(id, session, request.baseModel(), settings, config.rank(), request.userMetadata());
    return new Creation(
        session,
        run,
        JsonBodies.fingerprint("create_model", request),
        () -> LoraModel.create(baseModels.model(request.baseModel()), settings),
        CreateModelResponse.builder().modelId(run.id()).build());
  }

  private static void requireAdamW(Map<String, @Nullable Object> optimizer) {
    if (!optimizer.isEmpty() && !"adamw".equals(optimizer.get("type"))) {
      throw RefusedException.badRequest(
          "optimizer_config has type " + optimizer.get("type") + "; this server has adamw only");
    }
  }

  /** Reads the form of {@code load_weights} that names a session: a model to load into. */
  private Creation readCreateFromCheckpoint(StoredRequest stored, @Nullable String knownId) {
    LoadWeightsRequest request = JsonBodies.read(stored.body(), LoadWeightsRequest.class);
    ServerSession session = session(stored, request.sessionId().orElse(""), knownId != null);
    int modelSeqId = request.modelSeqId().orElse(-1);
    requireSeqId(modelSeqId);
    StoredPath path = WeightsEndpoints.trainingPath(request.path());
    String owner =
        WeightsEndpoints.checkpointOwner(
            credentials, stored.owner(), request.weightsAccessToken().orElse(null));
    TrainingRunEntry source = checkpoints.runOf(owner, path);
    String baseModel = request.baseModel().orElse(source.baseModel());
    if (!baseModel.equals(source.baseModel())) {
      throw RefusedException.badRequest(
          "base_model is \"" + baseModel + "\", but the checkpoint is of " + source.baseModel());
    }
    String id = knownId == null ? behaviour.modelId(session, modelSeqId) : knownId;
    return new Creation(
        session,
        newRun(id, session, baseModel, source.settings(), source.rank(), request.userMetadata()),
        JsonBodies.fingerprint("load_weights", request),
        () ->
            checkpoints.load(
                owner,
                path,
                dir ->
                    LoraModel.restore(
                        dir, request.optimizer() && !stored.losesOptimizer(), baseModels::model)),
        LoadWeightsResponse.builder().modelId(id).path(path.toString()).build());
  }

  private ServerSession session(StoredRequest request, String id, boolean again) {
    return again ? registry.anySession(request.owner(), id) : registry.session(request.owner(), id);
  }

  private TrainingRunEntry newRun(
      String id,
      ServerSession session,
      String baseModel,
      LoraSettings settings,
      int rank,
      @Nullable Map<String, @Nullable Object> userMetadata) {
    Map<String, String> texts = new LinkedHashMap<>();
    if (userMetadata != null) {
      userMetadata.forEach((key, value) -> texts.put(key, String.valueOf(value)));
    }
    return checkpoints
        .findRun(id)
        .filter(run -> registry.findModel(id) == null && run.baseModel().equals(baseModel))
        .orElseGet(() ->
            new TrainingRunEntry(
                id, session.owner(), baseModel, settings, rank, texts, clock.instant()));
  }

  private Answer getInfo(HttpCall call) {
    GetInfoRequest request = JsonBodies.read(call.body(), GetInfoRequest.class);
    TrainedModel model =
        behaviour.describesUnloadedModels()
            ? registry.anyModel(call.owner(), request.modelId())
            : registry.model(call.owner(), request.modelId());
    TrainingRunEntry run = model.run();
    ModelData.Builder data = ModelData.builder().modelName(run.baseModel());
    if (Vocabulary.of(run.baseModel()).isBytes()) {
      data.arch("tiny-byte-lm").tokenizerId("tinker4j/bytes");
    } else {
      data.arch("tiny-token-lm"); // whose tokens it has is for whoever trains it to know
    }
    return JsonBodies.tagged(
        GetInfoResponse.builder()
            .modelId(run.id())
            .modelData(data.build())
            .isLora(true)
            .loraRank(run.rank())
            .modelName(run.baseModel())
            .build(),
        "get_info");
  }

  private Answer unloadModel(HttpCall call) {
    UnloadModelRequest request = JsonBodies.read(call.body(), UnloadModelRequest.class);
    TrainedModel model = registry.anyModel(call.owner(), request.modelId());
    return promised(model.unload().requestId(), model.id());
  }

  /** The answer to a request whose result comes later. */
  static Answer promised(String requestId, String modelId) {
    return JsonBodies.ok(UntypedFuture.builder().requestId(requestId).modelId(modelId).build());
  }

  private static void requireSeqId(int modelSeqId) {
    if (modelSeqId < 0) {
      throw RefusedException.badRequest("model_seq_id is missing or negative; models count from 0");
    }
  }
}

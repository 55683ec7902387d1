package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.checkpoint.CheckpointKind;
import io.tinker4j.testkit.checkpoint.CheckpointStore;
import io.tinker4j.testkit.checkpoint.SaveCommand;
import io.tinker4j.testkit.checkpoint.StoredCheckpoint;
import io.tinker4j.testkit.checkpoint.StoredPath;
import io.tinker4j.testkit.checkpoint.TrainingRunEntry;
import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.ContentHash;
import io.tinker4j.testkit.http.HttpCall;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.KeyCheck;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import io.tinker4j.testkit.run.Behaviour;
import io.tinker4j.testkit.run.ModelOperation;
import io.tinker4j.testkit.run.OperationKind;
import io.tinker4j.testkit.run.Samplers;
import io.tinker4j.testkit.run.StoredRequest;
import io.tinker4j.testkit.run.TrainedModel;
import io.tinker4j.types.LoadWeightsResponse;
import io.tinker4j.types.SaveWeightsExternalResponse;
import io.tinker4j.types.SaveWeightsResponse;
import io.tinker4j.types.WeightsInfoResponse;
import io.tinker4j.types.wire.LoadWeightsRequest;
import io.tinker4j.types.wire.SaveWeightsExternalRequest;
import io.tinker4j.types.wire.SaveWeightsForSamplerRequest;
import io.tinker4j.types.wire.SaveWeightsForSamplerResponse;
import io.tinker4j.types.wire.SaveWeightsRequest;
import io.tinker4j.types.wire.WeightsInfoRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Saving and loading checkpoints. */
public final class WeightsEndpoints {
  private static final long MIN_EXTERNAL_TTL = 3600;

  private final CheckpointStore checkpoints;
  private final KeyCheck credentials;
  private final ModelEndpoints models;
  private final Samplers samplers;
  private final ModelOperations operations;
  private final Behaviour behaviour;

  /** Accepted saves that have not ended, where it matters. */
  private final Set<StoredPath> writing = ConcurrentHashMap.newKeySet();

  public WeightsEndpoints(
      CheckpointStore checkpoints,
      KeyCheck credentials,
      ModelEndpoints models,
      Samplers samplers,
      ModelOperations operations,
      Behaviour behaviour) {
    this.checkpoints = checkpoints;
    this.credentials = credentials;
    this.models = models;
    this.samplers = samplers;
    this.operations = operations;
    this.behaviour = behaviour;
  }

  public void addTo(Router router) {
    operations
        .add("save_weights", this::saveWeights)
        .add("save_weights_for_sampler", this::saveWeightsForSampler)
        .add("save_weights_external", this::saveWeightsExternal)
        .add("load_weights", this::loadWeights);
    router
        .add("POST", "weights_info", this::weightsInfo)
        .add("POST", "load_weights", this::loadOrCreate);
  }

  private ModelOperation saveWeights(StoredRequest stored) {
    SaveWeightsRequest request = JsonBodies.read(stored.body(), SaveWeightsRequest.class);
    long seqId = request.seqId().orElse(0);
    // A name that follows from the number is the same when the request is sent again.
    String name = request.path().orElseGet(() -> "%04d".formatted(seqId));
    StoredPath.requireName(name);
    Duration ttl = SaveCommand.ttl(boxed(request.ttlSeconds()), 1);
    StoredPath path = new StoredPath(request.modelId(), CheckpointKind.TRAINING, name);
    SaveCommand options = options(seqId, request.overwrite(), ttl, request.userMetadata());
    return new ModelOperation(
            request.modelId(),
            seqId,
            OperationKind.SAVE_WEIGHTS,
            JsonBodies.fingerprint(
                "save_weights",
                SaveWeightsRequest.builder().from(request).modelId("").seqId(0).build()),
            (model, engine) -> {
              save(model, path, options, dir -> engine.saveState(dir, true));
              return SaveWeightsResponse.builder().path(path.toString()).build();
            })
        .withUsage(1)
        .withCheck(() -> checkName(path));
  }

  private void save(
      TrainedModel model, StoredPath path, SaveCommand options, CheckpointStore.ModelWriter writer)
      throws IOException {
    try {
      checkpoints.save(model.run(), path, options, writer);
    } finally {
      writing.remove(path);
    }
  }

  private void checkName(StoredPath path) {
    if (behaviour.refusesTakenNames()
        && (checkpoints.findRun(path.runId()).flatMap(run -> run.checkpoint(path)).isPresent()
            || !writing.add(path))) {
      throw RefusedException.conflict("checkpoint " + path + " exists");
    }
  }

  private static SaveCommand options(
      long seqId,
      boolean overwrite,
      @Nullable Duration ttl,
      @Nullable Map<String, String> userMetadata) {
    return new SaveCommand(
        "seq " + seqId, overwrite, ttl, userMetadata == null ? Map.of() : userMetadata);
  }

  private ModelOperation saveWeightsForSampler(StoredRequest stored) {
    SaveWeightsForSamplerRequest request =
        JsonBodies.read(stored.body(), SaveWeightsForSamplerRequest.class);
    if (request.path().isPresent() == request.samplingSessionSeqId().isPresent()) {
      throw RefusedException.badRequest("one of path and sampling_session_seq_id must be set");
    }
    return request.path().isPresent()
        ? saveNamed(request, request.path().get())
        : saveUnnamed(request, request.samplingSessionSeqId().getAsInt());
  }

  private ModelOperation saveNamed(SaveWeightsForSamplerRequest request, String name) {
    StoredPath.requireName(name);
    long seqId = request.seqId().orElse(0);
    Duration ttl = SaveCommand.ttl(boxed(request.ttlSeconds()), 1);
    StoredPath path = new StoredPath(request.modelId(), CheckpointKind.SAMPLER, name);
    SaveCommand options = options(seqId, false, ttl, request.userMetadata());
    return new ModelOperation(
            request.modelId(),
            seqId,
            OperationKind.SAVE_WEIGHTS_FOR_SAMPLER,
            JsonBodies.fingerprint(
                "save_weights_for_sampler",
                SaveWeightsForSamplerRequest.builder().from(request).modelId("").seqId(0).build()),
            (model, engine) -> {
              save(model, path, options, dir -> engine.saveState(dir, false));
              return SaveWeightsForSamplerResponse.builder().path(path.toString()).build();
            })
        .withUsage(1)
        .withCheck(() -> checkName(path));
  }

  /**
   * Makes a sampler and no checkpoint. A client that retries takes a new sampling session number
   * under the old sequence number, so the former does not count for telling requests apart.
   */
  private ModelOperation saveUnnamed(SaveWeightsForSamplerRequest request, int samplingSeqId) {
    if (samplingSeqId < 0) {
      throw RefusedException.badRequest(
          "sampling_session_seq_id is " + samplingSeqId + "; samplers count from 0");
    }
    long seqId = request.seqId().orElse(0);
    return new ModelOperation(
        request.modelId(),
        seqId,
        OperationKind.SAVE_WEIGHTS_FOR_SAMPLER,
        ContentHash.fingerprint("save_weights_for_sampler", new byte[0]),
        (model, engine) -> {
          String id = behaviour.samplerId(model.session(), samplingSeqId);
          Optional<StoredPath> path =
              behaviour
                  .unnamedCheckpoint(samplingSeqId, seqId)
                  .map(name -> new StoredPath(model.id(), CheckpointKind.SAMPLER, name));
          if (path.isPresent()) {
            SaveCommand options = options(seqId, false, null, null);
            save(model, path.get(), options, dir -> engine.saveState(dir, false));
          }
          samplers.keep(
              model,
              engine,
              new Samplers.Kept(
                  id, samplingSeqId, path.map(String::valueOf).orElse(null), "seq " + seqId));
          return SaveWeightsForSamplerResponse.builder().samplingSessionId(id).build();
        });
  }

  private ModelOperation saveWeightsExternal(StoredRequest stored) {
    SaveWeightsExternalRequest request =
        JsonBodies.read(stored.body(), SaveWeightsExternalRequest.class);
    StoredPath.requireName(request.path());
    if (request.ageEncryptionRecipients() != null && !request.ageEncryptionRecipients().isEmpty()) {
      throw RefusedException.badRequest(
          "age_encryption_recipients is set; this server does not encrypt");
    }
    long seqId = request.seqId().orElse(0);
    Duration ttl = SaveCommand.ttl(boxed(request.ttlSeconds()), MIN_EXTERNAL_TTL);
    StoredPath path = new StoredPath(request.modelId(), CheckpointKind.EXTERNAL, request.path());
    return new ModelOperation(
            request.modelId(),
            seqId,
            OperationKind.SAVE_WEIGHTS_EXTERNAL,
            JsonBodies.fingerprint(
                "save_weights_external",
                SaveWeightsExternalRequest.builder().from(request).modelId("").seqId(0).build()),
            (model, engine) -> {
              StoredCheckpoint saved =
                  checkpoints.save(
                      model.run(),
                      path,
                      options(seqId, false, ttl, null),
                      dir -> engine.saveState(dir, false));
              return SaveWeightsExternalResponse.builder()
                  .path(path.toString())
                  .sizeBytes(saved.saved().sizeBytes())
                  .build();
            })
        .withUsage(1);
  }

  private Answer loadOrCreate(HttpCall call) {
    StoredRequest stored = StoredRequest.of("load_weights", call);
    return operations.counting(stored, () -> loadOrCreate(stored));
  }

  private Answer loadOrCreate(StoredRequest stored) {
    LoadWeightsRequest request = JsonBodies.read(stored.body(), LoadWeightsRequest.class);
    if (request.modelId().isPresent() == request.sessionId().isPresent()) {
      throw RefusedException.badRequest("one of model_id and session_id must be set");
    }
    return request.sessionId().isPresent() ? models.create(stored) : operations.submit(stored);
  }

  private ModelOperation loadWeights(StoredRequest stored) {
    LoadWeightsRequest request = JsonBodies.read(stored.body(), LoadWeightsRequest.class);
    StoredPath path = trainingPath(request.path());
    String owner =
        checkpointOwner(credentials, stored.owner(), request.weightsAccessToken().orElse(null));
    return new ModelOperation(
            request.modelId().orElse(""),
            request.seqId().orElse(0),
            OperationKind.LOAD_WEIGHTS,
            JsonBodies.fingerprint(
                "load_weights",
                LoadWeightsRequest.builder().from(request).modelId("").seqId(0).build()),
            (model, engine) -> {
              checkpoints.load(
                  owner,
                  path,
                  dir -> {
                    engine.loadState(dir, request.optimizer() && !stored.losesOptimizer());
                    return dir;
                  });
              return LoadWeightsResponse.builder()
                  .modelId(model.id())
                  .path(path.toString())
                  .build();
            })
        .withCheck(() -> checkpoints.runOf(owner, path));
  }

  private Answer weightsInfo(HttpCall call) {
    WeightsInfoRequest request = JsonBodies.read(call.body(), WeightsInfoRequest.class);
    TrainingRunEntry run = checkpoints.runOf(call.owner(), StoredPath.parse(request.tinkerPath()));
    return JsonBodies.ok(
        WeightsInfoResponse.builder()
            .baseModel(run.baseModel())
            .isLora(true)
            .loraRank(run.rank())
            .trainUnembed(run.settings().trainUnembed())
            .trainMlp(run.settings().trainMlp())
            .trainAttn(run.settings().trainAttn())
            .build());
  }

  /** Reads the path of a checkpoint that can be trained on. */
  static StoredPath trainingPath(String text) {
    StoredPath path = StoredPath.parse(text);
    if (path.kind() != CheckpointKind.TRAINING) {
      throw RefusedException.badRequest(
          "path is " + path + "; only tinker://RUN/weights/NAME can be loaded for training");
    }
    return path;
  }

  /**
   * Whose checkpoint a request may use: that of the caller, or of the credential it brings along.
   *
   * @throws RefusedException 403 when that credential is not accepted
   */
  static String checkpointOwner(KeyCheck credentials, String caller, @Nullable String accessToken) {
    if (accessToken == null) {
      return caller;
    }
    try {
      return credentials.owner(accessToken);
    } catch (RefusedException e) {
      throw RefusedException.forbidden("weights_access_token: " + e.getMessage());
    }
  }

  static @Nullable Long boxed(OptionalLong value) {
    return value.isPresent() ? value.getAsLong() : null;
  }
}

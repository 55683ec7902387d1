package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.checkpoint.AdapterFiles;
import io.tinker4j.testkit.checkpoint.CheckpointKind;
import io.tinker4j.testkit.checkpoint.CheckpointStore;
import io.tinker4j.testkit.checkpoint.SaveCommand;
import io.tinker4j.testkit.checkpoint.StoredPath;
import io.tinker4j.testkit.checkpoint.TrainingRunEntry;
import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.HttpCall;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.KeyCheck;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import io.tinker4j.testkit.http.SignedTokens;
import io.tinker4j.testkit.journal.DurableFiles;
import io.tinker4j.testkit.model.LoraModel;
import io.tinker4j.testkit.model.LoraSettings;
import io.tinker4j.testkit.run.BaseModels;
import io.tinker4j.testkit.run.Behaviour;
import io.tinker4j.testkit.run.Registry;
import io.tinker4j.testkit.run.ServerSession;
import io.tinker4j.types.ExternalWeightsUploadStartResponse;
import io.tinker4j.types.wire.CopyWeightsRequest;
import io.tinker4j.types.wire.CopyWeightsResponse;
import io.tinker4j.types.wire.ExternalWeightsUploadFinishRequest;
import io.tinker4j.types.wire.ExternalWeightsUploadFinishResponse;
import io.tinker4j.types.wire.ExternalWeightsUploadStartRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/** Checkpoints that do not come from training here: copies of others, and uploads. */
public final class ExternalWeights {
  private static final String PURPOSE = "tinker-upload";
  private static final String UPLOADED = "upload";
  private static final Duration UPLOAD_LIFE = Duration.ofHours(1);

  private final Registry registry;
  private final CheckpointStore checkpoints;
  private final BaseModels baseModels;
  private final KeyCheck credentials;
  private final SignedTokens tokens;
  private final Downloads downloads;
  private final Behaviour behaviour;
  private final InstantSource clock;

  /** Guards: uploads, and that a slot is given to one copy only. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<String, Upload> uploads = new HashMap<>();

  public ExternalWeights(
      Registry registry,
      CheckpointStore checkpoints,
      BaseModels baseModels,
      KeyCheck credentials,
      SignedTokens tokens,
      Downloads downloads,
      Behaviour behaviour,
      InstantSource clock) {
    this.registry = registry;
    this.checkpoints = checkpoints;
    this.baseModels = baseModels;
    this.credentials = credentials;
    this.tokens = tokens;
    this.downloads = downloads;
    this.behaviour = behaviour;
    this.clock = clock;
  }

  /** An upload under way and the files that have arrived. */
  private record Upload(
      String owner, String baseModel, LoraSettings settings, Map<String, byte[]> files) {}

  public void addTo(Router router) {
    router
        .add("POST", "copy_weights", this::copy)
        .add("POST", "external_weights_upload_start", this::start)
        .addOpen("PUT", "uploads/*", this::put)
        .add("POST", "external_weights_upload_finish", this::finish);
  }

  private Answer copy(HttpCall call) {
    CopyWeightsRequest request = JsonBodies.read(call.body(), CopyWeightsRequest.class);
    ServerSession session = registry.session(call.owner(), request.sessionId());
    if (request.modelSeqId() < 0) {
      throw RefusedException.badRequest("model_seq_id is negative; models count from 0");
    }
    StoredPath source = StoredPath.parse(request.sourcePath());
    if (source.kind() == CheckpointKind.EXTERNAL) {
      throw RefusedException.badRequest(
          "source_path is " + source + "; only training and sampler checkpoints are copied");
    }
    String sourceOwner =
        WeightsEndpoints.checkpointOwner(
            credentials, call.owner(), request.weightsAccessToken().orElse(null));
    String runId = behaviour.modelId(session, request.modelSeqId());
    StoredPath target = new StoredPath(runId, source.kind(), source.name());
    Duration ttl = SaveCommand.ttl(WeightsEndpoints.boxed(request.ttlSeconds()), 1);
    SaveCommand options =
        new SaveCommand(JsonBodies.fingerprint("copy_weights", request), false, ttl, Map.of());
    lock.lock();
    try {
      if (!isDone(call.owner(), target, options) && isTaken(runId)) {
        throw RefusedException.conflict("model_seq_id of " + runId + " is taken");
      }
      copy(sourceOwner, source, session, target, options);
    } catch (IOException e) {
      throw RefusedException.storageFailed(e);
    } finally {
      lock.unlock();
    }
    return JsonBodies.ok(CopyWeightsResponse.builder().tinkerPath(target.toString()).build());
  }

  private boolean isTaken(String runId) {
    return checkpoints.hasRun(runId) || registry.findModel(runId) != null;
  }

  private boolean isDone(String owner, StoredPath target, SaveCommand options) {
    return checkpoints.hasRun(target.runId())
        && checkpoints
            .run(owner, target.runId())
            .checkpoint(target)
            .filter(checkpoint -> checkpoint.saved().operation().equals(options.operation()))
            .isPresent();
  }

  private void copy(
      String sourceOwner,
      StoredPath source,
      ServerSession session,
      StoredPath target,
      SaveCommand options)
      throws IOException {
    if (isDone(session.owner(), target, options)) {
      return;
    }
    TrainingRunEntry from = checkpoints.runOf(sourceOwner, source);
    TrainingRunEntry run =
        new TrainingRunEntry(
            target.runId(),
            session.owner(),
            from.baseModel(),
            from.settings(),
            Map.of(),
            clock.instant());
    checkpoints.save(
        run,
        target,
        options,
        directory ->
            checkpoints.load(
                sourceOwner,
                source,
                original -> {
                  for (Path file : DurableFiles.list(original)) {
                    String name = String.valueOf(file.getFileName());
                    if (!name.equals(CheckpointStore.CHECKPOINT_FILE)) {
                      DurableFiles.write(directory.resolve(name), Files.readAllBytes(file));
                    }
                  }
                  return original;
                }));
    checkpoints.register(run);
  }

  private Answer start(HttpCall call) {
    ExternalWeightsUploadStartRequest request =
        JsonBodies.read(call.body(), ExternalWeightsUploadStartRequest.class);
    baseModels.require(request.baseModel());
    LoraSettings settings = BaseModels.settings(request.baseModel(), request.loraConfig());
    String id = UUID.randomUUID().toString();
    Instant expires = clock.instant().plus(UPLOAD_LIFE);
    Map<String, String> urls = new LinkedHashMap<>();
    for (String name : AdapterFiles.NAMES) {
      String token = tokens.issue(PURPOSE, id + " " + name, UPLOAD_LIFE);
      urls.put(name, downloads.address(call, "uploads", token));
    }
    lock.lock();
    try {
      uploads.put(id, new Upload(call.owner(), request.baseModel(), settings, new HashMap<>()));
    } finally {
      lock.unlock();
    }
    return JsonBodies.ok(
        ExternalWeightsUploadStartResponse.builder()
            .uploadId(id)
            .urls(urls)
            .expires(expires)
            .build());
  }

  private Answer put(HttpCall call) {
    List<String> subject = List.of(tokens.addressed(PURPOSE, call.pathParameter(0)).split(" ", 2));
    lock.lock();
    try {
      Upload upload = uploads.get(subject.get(0));
      if (upload == null) {
        throw RefusedException.notFound("the upload is over");
      }
      upload.files().put(subject.get(1), call.body());
    } finally {
      lock.unlock();
    }
    return JsonBodies.ok(Map.of());
  }

  private Answer finish(HttpCall call) {
    ExternalWeightsUploadFinishRequest request =
        JsonBodies.read(call.body(), ExternalWeightsUploadFinishRequest.class);
    String id = request.uploadId();
    StoredPath path = new StoredPath(id, CheckpointKind.EXTERNAL, UPLOADED);
    lock.lock();
    try {
      Upload upload = uploads.get(id);
      if (upload != null && upload.owner().equals(call.owner())) {
        store(upload, path);
        uploads.remove(id);
      }
      if (!checkpoints.hasRun(id)) {
        throw RefusedException.notFound("upload " + id + " is unknown");
      }
      checkpoints.owned(call.owner(), path);
    } finally {
      lock.unlock();
    }
    return JsonBodies.ok(
        ExternalWeightsUploadFinishResponse.builder().tinkerPath(path.toString()).build());
  }

  private void store(Upload upload, StoredPath path) {
    for (String name : AdapterFiles.NAMES) {
      if (!upload.files().containsKey(name)) {
        throw RefusedException.badRequest("file " + name + " has not been uploaded");
      }
    }
    TrainingRunEntry run =
        new TrainingRunEntry(
            path.runId(),
            upload.owner(),
            upload.baseModel(),
            upload.settings(),
            Map.of(),
            clock.instant());
    SaveCommand options = new SaveCommand("upload", false, null, Map.of());
    try {
      checkpoints.save(
          run,
          path,
          options,
          directory -> {
            for (Map.Entry<String, byte[]> file : upload.files().entrySet()) {
              DurableFiles.write(directory.resolve(file.getKey()), file.getValue());
            }
            LoraModel.create(baseModels.model(upload.baseModel()), upload.settings())
                .loadState(directory, false);
          });
      checkpoints.register(run);
    } catch (IOException | IllegalArgumentException e) {
      throw RefusedException.badRequest(
          "the uploaded files are no such adapter: " + e.getMessage());
    }
  }
}

package io.tinker4j.training;

import io.tinker4j.training.PagedIterable.Page;
import io.tinker4j.training.download.CheckpointDownload;
import io.tinker4j.training.internal.ResourceIds;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.ConflictException;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.Redaction;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.client.Identity;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.NoContent;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.AuditLogResponse;
import io.tinker4j.types.BillingUsageResponse;
import io.tinker4j.types.Checkpoint;
import io.tinker4j.types.CheckpointArchiveUrlResponse;
import io.tinker4j.types.CheckpointStorageUsageResponse;
import io.tinker4j.types.CheckpointType;
import io.tinker4j.types.CheckpointsListResponse;
import io.tinker4j.types.Cursor;
import io.tinker4j.types.ExternalWeightsUploadStartResponse;
import io.tinker4j.types.ExternalWeightsUrlsResponse;
import io.tinker4j.types.GetSamplerResponse;
import io.tinker4j.types.GetSessionResponse;
import io.tinker4j.types.ListSessionsResponse;
import io.tinker4j.types.LoraConfig;
import io.tinker4j.types.TinkerPath;
import io.tinker4j.types.TrainingRun;
import io.tinker4j.types.TrainingRunsResponse;
import io.tinker4j.types.WeightsInfoResponse;
import io.tinker4j.types.wire.AuditLogRequest;
import io.tinker4j.types.wire.CheckpointRequest;
import io.tinker4j.types.wire.CheckpointStorageUsageRequest;
import io.tinker4j.types.wire.ExternalWeightsUploadFinishRequest;
import io.tinker4j.types.wire.ExternalWeightsUploadStartRequest;
import io.tinker4j.types.wire.GetBillingUsageRequest;
import io.tinker4j.types.wire.GetSamplerRequest;
import io.tinker4j.types.wire.GetSessionRequest;
import io.tinker4j.types.wire.GetTrainingRunRequest;
import io.tinker4j.types.wire.ListCheckpointsRequest;
import io.tinker4j.types.wire.ListSessionsRequest;
import io.tinker4j.types.wire.ListTrainingRunsRequest;
import io.tinker4j.types.wire.ListUserCheckpointsRequest;
import io.tinker4j.types.wire.SetCheckpointTtlRequest;
import io.tinker4j.types.wire.SetSessionProjectRequest;
import io.tinker4j.types.wire.UnloadModelRequest;
import io.tinker4j.types.wire.WeightsInfoRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads and manages runs, checkpoints, sessions and usage; needs no session. Thread-safe; the
 * methods block.
 *
 * <p>What is wrong in an argument is an {@link IllegalArgumentException} that names it, before
 * anything is sent. Every method throws {@link io.tinker4j.transport.NotFoundException} for what is
 * not there, {@link NotSupportedException} when the server has no such call (405, 501), another
 * {@link ApiStatusException} when it refuses, and {@link ConnectionException} when no answer came,
 * after retries. Checkpoints are named by the paths that the server has returned, those without a
 * kind included.
 */
public final class RestClient {
  private static final System.Logger log = System.getLogger(RestClient.class.getName());
  private static final int PAGE = 100;
  private static final Duration ARCHIVE_WAIT = Duration.ofSeconds(30);
  private static final int ARCHIVE_ATTEMPTS = 6;
  private static final CallOptions ONCE_SAID = CallOptions.builder().finalStatus(409).build();

  private final ApiClient api;
  private final ServerFeatures features;

  RestClient(ApiClient api) {
    this(api, new ServerFeatures(api));
  }

  RestClient(ApiClient api, ServerFeatures features) {
    this.api = api;
    this.features = features;
  }

  /** Whose runs and sessions are meant. */
  public enum AccessScope {
    /** One's own. */
    OWNED,
    /** Those of one's projects, too. */
    ACCESSIBLE;

    private String value() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What became of a checkpoint that was to be deleted. */
  public static final class Deletion {
    private final String tinkerPath;
    private final @Nullable RuntimeException failure;

    Deletion(String tinkerPath, @Nullable RuntimeException failure) {
      this.tinkerPath = tinkerPath;
      this.failure = failure;
    }

    /** Returns the checkpoint. */
    public String tinkerPath() {
      return tinkerPath;
    }

    /**
     * Returns why it was not deleted: an {@link IllegalStateException} when it is published, or
     * what a single deletion would have thrown. Empty when it was.
     */
    public Optional<RuntimeException> failure() {
      return Optional.ofNullable(failure);
    }

    @Override
    public String toString() {
      return tinkerPath + (failure == null ? " deleted" : " not deleted: " + failure.getMessage());
    }
  }

  /** Describes a training run of one's own. */
  public TrainingRun getTrainingRun(String trainingRunId) {
    return getTrainingRun(trainingRunId, AccessScope.OWNED);
  }

  /** Describes a training run. */
  public TrainingRun getTrainingRun(String trainingRunId, AccessScope scope) {
    return features.call(
        Operations.GET_TRAINING_RUN,
        GetTrainingRunRequest.builder()
            .trainingRunId(ResourceIds.check("trainingRunId", trainingRunId))
            .accessScope(scope.value())
            .build());
  }

  /** Describes the training run of one's own that a checkpoint comes from. */
  public TrainingRun getTrainingRunByTinkerPath(String tinkerPath) {
    return getTrainingRunByTinkerPath(tinkerPath, AccessScope.OWNED);
  }

  /** Describes the training run that a checkpoint comes from. */
  public TrainingRun getTrainingRunByTinkerPath(String tinkerPath, AccessScope scope) {
    return getTrainingRun(path(tinkerPath).trainingRunId(), scope);
  }

  /** Lists one's own training runs, a page of them. */
  public TrainingRunsResponse listTrainingRuns(int limit, int offset) {
    return listTrainingRuns(limit, offset, AccessScope.OWNED);
  }

  /** Lists training runs, a page of them. */
  public TrainingRunsResponse listTrainingRuns(int limit, int offset, AccessScope scope) {
    return features.call(Operations.LIST_TRAINING_RUNS, runs(limit, offset, scope).build());
  }

  /** Lists the training runs of a project, a page of them. */
  public TrainingRunsResponse listTrainingRuns(
      int limit, int offset, AccessScope scope, String projectId) {
    return features.call(
        Operations.LIST_TRAINING_RUNS,
        runs(limit, offset, scope).projectId(ResourceIds.check("projectId", projectId)).build());
  }

  private static ListTrainingRunsRequest.Builder runs(int limit, int offset, AccessScope scope) {
    checkPage(limit, offset);
    ListTrainingRunsRequest.Builder request = ListTrainingRunsRequest.builder();
    request.limit(limit).offset(offset).accessScope(scope.value());
    return request;
  }

  private static void checkPage(int limit, int offset) {
    if (limit < 1 || offset < 0) {
      throw new IllegalArgumentException(
          "limit is %d and offset is %d; limit is at least 1, offset not negative"
              .formatted(limit, offset));
    }
  }

  /** Returns all of one's own training runs, fetched as they are walked through. */
  public PagedIterable<TrainingRun> trainingRuns() {
    return trainingRuns(AccessScope.OWNED);
  }

  /** Returns all training runs, fetched as they are walked through. */
  public PagedIterable<TrainingRun> trainingRuns(AccessScope scope) {
    Objects.requireNonNull(scope, "scope");
    return new PagedIterable<>(
        PAGE, (limit, offset) -> page(listTrainingRuns(limit, offset, scope)));
  }

  /** Returns all training runs of a project, fetched as they are walked through. */
  public PagedIterable<TrainingRun> trainingRuns(AccessScope scope, String projectId) {
    ResourceIds.check("projectId", projectId);
    return new PagedIterable<>(
        PAGE, (limit, offset) -> page(listTrainingRuns(limit, offset, scope, projectId)));
  }

  private static Page<TrainingRun> page(TrainingRunsResponse response) {
    return new Page<>(response.trainingRuns(), response.cursor().totalCount());
  }

  /** Lists the checkpoints of a training run, in the server's order. */
  public CheckpointsListResponse listCheckpoints(String trainingRunId) {
    return features.call(
        Operations.LIST_CHECKPOINTS,
        ListCheckpointsRequest.builder()
            .trainingRunId(ResourceIds.check("trainingRunId", trainingRunId))
            .build());
  }

  /** Lists one's checkpoints of all runs, a page of them. */
  public CheckpointsListResponse listUserCheckpoints(int limit, int offset) {
    checkPage(limit, offset);
    return features.call(
        Operations.LIST_USER_CHECKPOINTS,
        ListUserCheckpointsRequest.builder().limit(limit).offset(offset).build());
  }

  /** Returns one's checkpoints of all runs, fetched as they are walked through. */
  public PagedIterable<Checkpoint> userCheckpoints() {
    return new PagedIterable<>(
        PAGE,
        (limit, offset) -> {
          CheckpointsListResponse page = listUserCheckpoints(limit, offset);
          return new Page<>(page.checkpoints(), page.cursor().map(Cursor::totalCount).orElse(-1));
        });
  }

  /**
   * Returns the checkpoint of a run from which training goes on best: the latest one by its time,
   * whatever the server's order, for training, and not expired. Empty when there is none.
   */
  public Optional<Checkpoint> latestTrainingCheckpoint(String trainingRunId) {
    Instant now = api.time().now();
    return listCheckpoints(trainingRunId).checkpoints().stream()
        .filter(each -> each.checkpointType().equals(CheckpointType.TRAINING))
        .filter(each -> each.expiresAt().map(now::isBefore).orElse(true))
        .max(Comparator.comparing(Checkpoint::time).thenComparing(Checkpoint::checkpointId));
  }

  /** Describes the model that a checkpoint belongs to: base model, rank, what was trained. */
  public WeightsInfoResponse getWeightsInfoByTinkerPath(String tinkerPath) {
    return features.call(
        Operations.WEIGHTS_INFO,
        WeightsInfoRequest.builder().tinkerPath(path(tinkerPath).path()).build());
  }

  /**
   * Returns a signed address at which a checkpoint can be downloaded as a tar archive, without
   * credentials. While the server is still building the archive (503) it is asked up to six times,
   * 30 seconds apart. {@link #download} does the whole download.
   */
  public CheckpointArchiveUrlResponse getCheckpointArchiveUrl(
      String trainingRunId, String checkpointId) {
    return archiveUrl(ResourceIds.checkpoint(trainingRunId, checkpointId));
  }

  /** Does what {@link #getCheckpointArchiveUrl} does, for a checkpoint's full name. */
  public CheckpointArchiveUrlResponse getCheckpointArchiveUrlFromTinkerPath(String tinkerPath) {
    return archiveUrl(checkpoint(tinkerPath));
  }

  /** Some servers know a checkpoint by its name alone. */
  private CheckpointArchiveUrlResponse archiveUrl(CheckpointRequest checkpoint) {
    String id = checkpoint.checkpointId();
    String name = id.substring(id.indexOf('/') + 1);
    return features.use(
        Operations.CHECKPOINT_ARCHIVE_URL,
        () -> {
          try {
            return builtArchiveUrl(checkpoint);
          } catch (ApiStatusException e) {
            if (e.status() != 405 || name.equals(id)) {
              throw e;
            }
            return builtArchiveUrl(
                CheckpointRequest.builder().from(checkpoint).checkpointId(name).build());
          }
        });
  }

  private CheckpointArchiveUrlResponse builtArchiveUrl(CheckpointRequest checkpoint) {
    for (int attempt = 1; ; attempt++) {
      try {
        return api.call(Operations.CHECKPOINT_ARCHIVE_URL, checkpoint);
      } catch (ApiStatusException e) {
        if (e.status() != 503 || attempt == ARCHIVE_ATTEMPTS) {
          throw e;
        }
      }
      api.pause(ARCHIVE_WAIT);
    }
  }

  /** Prepares the download of a checkpoint's archive; nothing is sent yet. */
  public CheckpointDownload download(String tinkerPath) {
    CheckpointRequest checkpoint = checkpoint(tinkerPath);
    return CheckpointDownload.of(api, tinkerPath, () -> archiveUrl(checkpoint));
  }

  /**
   * Deletes a checkpoint for ever, unless it is published.
   *
   * @throws IllegalStateException when it is published; it is still there
   */
  public void deleteCheckpoint(String trainingRunId, String checkpointId) {
    deleteCheckpoint(trainingRunId, checkpointId, false);
  }

  /** Deletes a checkpoint for ever; a published one only if {@code force} is true. */
  public void deleteCheckpoint(String trainingRunId, String checkpointId, boolean force) {
    new CheckpointDeletion(api, features, force)
        .delete(ResourceIds.checkpoint(trainingRunId, checkpointId));
  }

  /**
   * Deletes a checkpoint for ever, unless it is published.
   *
   * @throws IllegalStateException when it is published; it is still there
   */
  public void deleteCheckpointFromTinkerPath(String tinkerPath) {
    deleteCheckpointFromTinkerPath(tinkerPath, false);
  }

  /** Deletes a checkpoint for ever; a published one only if {@code force} is true. */
  public void deleteCheckpointFromTinkerPath(String tinkerPath, boolean force) {
    new CheckpointDeletion(api, features, force).delete(checkpoint(tinkerPath));
  }

  /**
   * Deletes checkpoints for ever, 16 at a time; published ones only if {@code force} is true. One
   * that fails does not keep the others from being deleted.
   *
   * @return what became of each, in the order of the paths
   */
  public List<Deletion> deleteCheckpoints(List<String> tinkerPaths, boolean force) {
    return new CheckpointDeletion(api, features, force).deleteAll(List.copyOf(tinkerPaths));
  }

  /** Lets everybody use a checkpoint. Does nothing if everybody may already. */
  public void publishCheckpointFromTinkerPath(String tinkerPath) {
    change(Operations.PUBLISH_CHECKPOINT, checkpoint(tinkerPath));
  }

  /** Makes a checkpoint private. Does nothing if it is already. */
  public void unpublishCheckpointFromTinkerPath(String tinkerPath) {
    change(Operations.UNPUBLISH_CHECKPOINT, checkpoint(tinkerPath));
  }

  /** A conflict says that it is so already. */
  private void change(
      Operation<CheckpointRequest, NoContent> operation, CheckpointRequest checkpoint) {
    try {
      features.use(operation, () -> api.call(operation, checkpoint, ONCE_SAID));
    } catch (ConflictException e) {
      log.log(System.Logger.Level.DEBUG, () -> "nothing to change: " + e.getMessage());
    }
  }

  /** Lets a checkpoint expire after a time from now, in whole seconds, at least one. */
  public void setCheckpointTtlFromTinkerPath(String tinkerPath, Duration ttl) {
    if (ttl.toSeconds() < 1) {
      throw new IllegalArgumentException("ttl is " + ttl + "; it must be at least PT1S");
    }
    features.call(
        Operations.SET_CHECKPOINT_TTL, ttl(tinkerPath).ttlSeconds(ttl.toSeconds()).build());
  }

  /** Keeps a checkpoint for ever, until it is deleted. */
  public void clearCheckpointTtlFromTinkerPath(String tinkerPath) {
    features.call(Operations.SET_CHECKPOINT_TTL, ttl(tinkerPath).build());
  }

  private static SetCheckpointTtlRequest.Builder ttl(String tinkerPath) {
    TinkerPath path = path(tinkerPath);
    SetCheckpointTtlRequest.Builder request = SetCheckpointTtlRequest.builder();
    request.trainingRunId(path.trainingRunId()).checkpointId(path.checkpointId());
    return request;
  }

  /**
   * Asks the server to unload a model, such as one of a process that was killed, which has its
   * place in the server's memory until its session times out. Returns when the server has accepted
   * that; checkpoints stay. A {@link TrainingClient} unloads its own model.
   */
  public void unloadModel(String modelId) {
    if (modelId.isBlank()) {
      throw new IllegalArgumentException("modelId is blank; it must be that of a model");
    }
    Object unused =
        api.call(Operations.UNLOAD_MODEL, UnloadModelRequest.builder().modelId(modelId).build());
  }

  /** Describes a session of one's own: its training runs and samplers. */
  public GetSessionResponse getSession(String sessionId) {
    return getSession(sessionId, AccessScope.OWNED);
  }

  /** Describes a session: its training runs and samplers. */
  public GetSessionResponse getSession(String sessionId, AccessScope scope) {
    return features.call(
        Operations.GET_SESSION,
        GetSessionRequest.builder()
            .sessionId(ResourceIds.check("sessionId", sessionId))
            .accessScope(scope.value())
            .build());
  }

  /** Lists the ids of one's own sessions, a page of them. */
  public ListSessionsResponse listSessions(int limit, int offset) {
    return listSessions(limit, offset, AccessScope.OWNED);
  }

  /** Lists the ids of sessions, a page of them. */
  public ListSessionsResponse listSessions(int limit, int offset, AccessScope scope) {
    checkPage(limit, offset);
    return features.call(
        Operations.LIST_SESSIONS,
        ListSessionsRequest.builder()
            .limit(limit)
            .offset(offset)
            .accessScope(scope.value())
            .build());
  }

  /** Returns the ids of one's own sessions, fetched as they are walked through. */
  public PagedIterable<String> sessions() {
    return sessions(AccessScope.OWNED);
  }

  /** Returns the ids of sessions, fetched as they are walked through. */
  public PagedIterable<String> sessions(AccessScope scope) {
    Objects.requireNonNull(scope, "scope");
    return new PagedIterable<>(
        PAGE, (limit, offset) -> new Page<>(listSessions(limit, offset, scope).sessions(), -1));
  }

  /** Moves a session and what belongs to it into a project. */
  public void assignSessionProject(String sessionId, String projectId) {
    features.call(
        Operations.SET_SESSION_PROJECT,
        SetSessionProjectRequest.builder()
            .sessionId(ResourceIds.check("sessionId", sessionId))
            .projectId(ResourceIds.check("projectId", projectId))
            .build());
  }

  /**
   * Exports the trace of a session and returns the signed address of the file, which is good for
   * about an hour. Asks every five seconds until the export is ready, for at most half an hour.
   *
   * @throws RequestFailedException when the export failed
   * @throws ProgressTimeoutException when it was not ready in time
   */
  public String exportSessionTrace(String sessionId) {
    TraceExport export = new TraceExport(api, ResourceIds.check("sessionId", sessionId));
    return features.use(Operations.TRACE_EXPORT, export::await);
  }

  /**
   * Reads from the token in use who this client works for; sends nothing. Empty when the credential
   * is no user's token, and before the first training or sampling client exchanges it for one.
   */
  public Optional<Identity> whoami() {
    return api.whoami();
  }

  /** Describes a sampler: its base model and its checkpoint. */
  public GetSamplerResponse getSampler(String samplerId) {
    return features.call(
        Operations.GET_SAMPLER,
        GetSamplerRequest.builder().samplerId(ResourceIds.check("samplerId", samplerId)).build());
  }

  /** Lists what happened today, in UTC, in one's organization. */
  public AuditLogResponse getAuditLog() {
    return features.call(Operations.AUDIT_LOG, AuditLogRequest.builder().build());
  }

  /**
   * Lists what happened on a day, in UTC, in one's organization.
   *
   * @param eventType {@code all}, {@code checkpoints}, or on newer servers {@code projects}, {@code
   *     teams} or {@code organizations}
   */
  public AuditLogResponse getAuditLog(String eventType, LocalDate day) {
    return features.call(
        Operations.AUDIT_LOG,
        AuditLogRequest.builder()
            .eventType(ResourceIds.check("eventType", eventType))
            .day(day.toString())
            .build());
  }

  /**
   * Lists usage by hour.
   *
   * @param startingOn a full hour
   * @param endingBefore a full hour, at most 14 days later
   */
  public BillingUsageResponse getBillingUsage(Instant startingOn, Instant endingBefore) {
    if (!startingOn.isBefore(endingBefore)) {
      throw new IllegalArgumentException(
          "startingOn is %s, not before endingBefore, %s".formatted(startingOn, endingBefore));
    }
    return features.call(
        Operations.BILLING_USAGE_EVENTS,
        GetBillingUsageRequest.builder().startingOn(startingOn).endingBefore(endingBefore).build());
  }

  /** Tells what the stored checkpoints take and cost, one to two hours late. */
  public CheckpointStorageUsageResponse getCurrentCheckpointStorageUsage() {
    return features.call(
        Operations.CHECKPOINT_STORAGE_USAGE, CheckpointStorageUsageRequest.builder().build());
  }

  /** Tells what the stored checkpoints of a project take and cost, one to two hours late. */
  public CheckpointStorageUsageResponse getCurrentCheckpointStorageUsage(String projectId) {
    return features.call(
        Operations.CHECKPOINT_STORAGE_USAGE,
        CheckpointStorageUsageRequest.builder()
            .projectId(ResourceIds.check("projectId", projectId))
            .build());
  }

  /** Returns signed addresses, by file name, of an adapter that was exported as files. */
  public ExternalWeightsUrlsResponse getExternalWeightsUrls(
      String trainingRunId, String checkpointId) {
    if (!checkpointId.startsWith("external_weights/")) {
      throw new IllegalArgumentException(
          "checkpointId is '" + checkpointId + "'; that of an export is external_weights/NAME");
    }
    return features.call(
        Operations.EXTERNAL_WEIGHTS_URLS, ResourceIds.checkpoint(trainingRunId, checkpointId));
  }

  /**
   * Begins the upload of an adapter and returns the signed addresses that its files go to. Not
   * tried again when the answer is lost. Experimental.
   */
  public ExternalWeightsUploadStartResponse externalWeightsUploadStart(
      String baseModel, LoraConfig loraConfig) {
    return features.call(
        Operations.EXTERNAL_WEIGHTS_UPLOAD_START, upload(baseModel, loraConfig).build());
  }

  /** Begins the upload of an adapter into a project. Experimental. */
  public ExternalWeightsUploadStartResponse externalWeightsUploadStart(
      String baseModel, LoraConfig loraConfig, String destinationProjectId) {
    ResourceIds.check("destinationProjectId", destinationProjectId);
    return features.call(
        Operations.EXTERNAL_WEIGHTS_UPLOAD_START,
        upload(baseModel, loraConfig).destinationProjectId(destinationProjectId).build());
  }

  private static ExternalWeightsUploadStartRequest.Builder upload(
      String baseModel, LoraConfig loraConfig) {
    ExternalWeightsUploadStartRequest.Builder request = ExternalWeightsUploadStartRequest.builder();
    request.baseModel(baseModel).loraConfig(loraConfig);
    return request;
  }

  /**
   * Puts a file of an upload at its signed address, without credentials. The file is not held in
   * memory; it has at most 2 GiB. Experimental.
   *
   * @throws IllegalArgumentException when the address is not one
   * @throws UncheckedIOException when the file cannot be read
   */
  public void externalWeightsUploadFile(String url, Path file) {
    URI address = address(url);
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "file has %d bytes; at most 2 GiB can be uploaded".formatted(channel.size()));
      }
      MappedByteBuffer content = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      api.upload(address, content, CallOptions.defaults());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /** The JDK's exception shows the whole of what is a credential. */
  private static URI address(String url) {
    try {
      return new URI(url);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "url is '%s'; it must be an address".formatted(Redaction.byForm(url)));
    }
  }

  /** Makes an uploaded adapter a checkpoint and returns its path. Experimental. */
  public String externalWeightsUploadFinish(String uploadId) {
    return features
        .call(
            Operations.EXTERNAL_WEIGHTS_UPLOAD_FINISH,
            ExternalWeightsUploadFinishRequest.builder()
                .uploadId(ResourceIds.check("uploadId", uploadId))
                .build())
        .tinkerPath();
  }

  private static TinkerPath path(String tinkerPath) {
    return ResourceIds.path("tinkerPath", tinkerPath);
  }

  private static CheckpointRequest checkpoint(String tinkerPath) {
    return ResourceIds.checkpoint(path(tinkerPath));
  }
}

package io.tinker4j.transport.endpoint;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.operation.EmptyBodyCodec;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.transport.operation.NoContent;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.AuditLogResponse;
import io.tinker4j.types.BillingUsageResponse;
import io.tinker4j.types.CheckpointArchiveUrlResponse;
import io.tinker4j.types.CheckpointStorageUsageResponse;
import io.tinker4j.types.CheckpointsListResponse;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.ExternalWeightsUploadStartResponse;
import io.tinker4j.types.ExternalWeightsUrlsResponse;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.GetInfoResponse;
import io.tinker4j.types.GetSamplerResponse;
import io.tinker4j.types.GetServerCapabilitiesResponse;
import io.tinker4j.types.GetSessionResponse;
import io.tinker4j.types.ListSessionsResponse;
import io.tinker4j.types.LoadWeightsResponse;
import io.tinker4j.types.OptimStepResponse;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SaveWeightsExternalResponse;
import io.tinker4j.types.SaveWeightsResponse;
import io.tinker4j.types.TrainingRun;
import io.tinker4j.types.TrainingRunsResponse;
import io.tinker4j.types.UnloadModelResponse;
import io.tinker4j.types.WeightsInfoResponse;
import io.tinker4j.types.wire.AuditLogRequest;
import io.tinker4j.types.wire.AuthTokenResponse;
import io.tinker4j.types.wire.CheckpointRequest;
import io.tinker4j.types.wire.CheckpointStorageUsageRequest;
import io.tinker4j.types.wire.ClientConfigRequest;
import io.tinker4j.types.wire.ClientDynamicConfigResponse;
import io.tinker4j.types.wire.CopyWeightsRequest;
import io.tinker4j.types.wire.CopyWeightsResponse;
import io.tinker4j.types.wire.CreateModelRequest;
import io.tinker4j.types.wire.CreateModelResponse;
import io.tinker4j.types.wire.CreateSamplingSessionRequest;
import io.tinker4j.types.wire.CreateSamplingSessionResponse;
import io.tinker4j.types.wire.CreateSessionRequest;
import io.tinker4j.types.wire.CreateSessionResponse;
import io.tinker4j.types.wire.ExternalWeightsUploadFinishRequest;
import io.tinker4j.types.wire.ExternalWeightsUploadFinishResponse;
import io.tinker4j.types.wire.ExternalWeightsUploadStartRequest;
import io.tinker4j.types.wire.FinishSessionRequest;
import io.tinker4j.types.wire.FinishSessionResponse;
import io.tinker4j.types.wire.ForwardBackwardRequest;
import io.tinker4j.types.wire.ForwardRequest;
import io.tinker4j.types.wire.FutureRetrieveRequest;
import io.tinker4j.types.wire.GetBillingUsageRequest;
import io.tinker4j.types.wire.GetInfoRequest;
import io.tinker4j.types.wire.GetSamplerRequest;
import io.tinker4j.types.wire.GetSessionRequest;
import io.tinker4j.types.wire.GetTrainingRunRequest;
import io.tinker4j.types.wire.HealthResponse;
import io.tinker4j.types.wire.ListCheckpointsRequest;
import io.tinker4j.types.wire.ListSessionsRequest;
import io.tinker4j.types.wire.ListTrainingRunsRequest;
import io.tinker4j.types.wire.ListUserCheckpointsRequest;
import io.tinker4j.types.wire.LoadWeightsRequest;
import io.tinker4j.types.wire.OptimStepRequest;
import io.tinker4j.types.wire.SampleRequest;
import io.tinker4j.types.wire.SaveWeightsExternalRequest;
import io.tinker4j.types.wire.SaveWeightsForSamplerRequest;
import io.tinker4j.types.wire.SaveWeightsForSamplerResponse;
import io.tinker4j.types.wire.SaveWeightsRequest;
import io.tinker4j.types.wire.SessionHeartbeatRequest;
import io.tinker4j.types.wire.SessionHeartbeatResponse;
import io.tinker4j.types.wire.SessionRequest;
import io.tinker4j.types.wire.SetCheckpointTtlRequest;
import io.tinker4j.types.wire.SetSessionProjectRequest;
import io.tinker4j.types.wire.TelemetryResponse;
import io.tinker4j.types.wire.TelemetrySendRequest;
import io.tinker4j.types.wire.TraceExportResponse;
import io.tinker4j.types.wire.UnloadModelRequest;
import io.tinker4j.types.wire.UntypedFuture;
import io.tinker4j.types.wire.WeightsInfoRequest;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * The endpoints of the API, as in {@code openapi/tinker.yaml}.
 *
 * <p>Their calls wait while the account is blocked for billing (402), also those that are not
 * retried. Exceptions: what opens or keeps a session, a model or a sampler, which fails at once;
 * and questions for results, which whoever asks them repeats.
 */
public final class Operations {
  private static final String V1 = "/api/v1/";
  private static final String CHECKPOINT =
      V1 + "training_runs/{training_run_id}/checkpoints/{checkpoint_id}";
  private static final String FINISH = V1 + "sessions/{session_id}/finish";
  private static final Duration POLL_TIMEOUT = Duration.ofSeconds(45);
  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(10);

  /** Fetches limits and switches. */
  public static final Operation<ClientConfigRequest, ClientConfigResponse> CLIENT_CONFIG =
      json(
          "client_config",
          "client/config",
          CallKind.SESSION,
          ClientConfigRequest.class,
          ClientConfigResponse.class);

  /** The same, and what else the server says. */
  public static final Operation<ClientConfigRequest, Settings> CLIENT_SETTINGS =
      Operation.post("client_config", V1 + "client/config", CallKind.SESSION, new SettingsCodec());

  /**
   * A server's limits and switches.
   *
   * @param known those that this version of the SDK knows
   * @param unknown the others, with their values as text
   */
  public record Settings(ClientConfigResponse known, Map<String, String> unknown) {
    /** Copies the map. */
    public Settings {
      unknown = Map.copyOf(unknown);
    }
  }

  /** Tells whether the server is up. */
  public static final Operation<NoContent, HealthResponse> HEALTHZ =
      plain("healthz", "healthz", HealthResponse.class).withoutBillingWait();

  /** Lists the base models. */
  public static final Operation<NoContent, GetServerCapabilitiesResponse> GET_SERVER_CAPABILITIES =
      plain(
          "get_server_capabilities",
          "get_server_capabilities",
          GetServerCapabilitiesResponse.class);

  /** Opens a session. */
  public static final Operation<CreateSessionRequest, CreateSessionResponse> CREATE_SESSION =
      json(
              "create_session",
              "create_session",
              CallKind.SESSION,
              CreateSessionRequest.class,
              CreateSessionResponse.class)
          .withoutBillingWait();

  /** Keeps a session alive. */
  public static final Operation<SessionHeartbeatRequest, SessionHeartbeatResponse>
      SESSION_HEARTBEAT =
          json(
                  "session_heartbeat",
                  "session_heartbeat",
                  CallKind.SESSION,
                  SessionHeartbeatRequest.class,
                  SessionHeartbeatResponse.class)
              .timeout(SESSION_TIMEOUT)
              .withoutRetries()
              .withoutBillingWait();

  /** Ends a session; the first one counts. Servers older than the call answer 404. */
  public static final Operation<FinishSessionRequest, FinishSessionResponse> FINISH_SESSION =
      Operation.resource(
              "POST",
              "finish_session",
              FINISH,
              JsonCodec.of(FinishSessionRequest.class, FinishSessionResponse.class))
          .kind(CallKind.SESSION)
          .answerBytes(Operation.SMALL_ANSWER)
          .withoutRetries()
          .withoutBillingWait();

  /** Binds a sampler. */
  public static final Operation<CreateSamplingSessionRequest, CreateSamplingSessionResponse>
      CREATE_SAMPLING_SESSION =
          json(
                  "create_sampling_session",
                  "create_sampling_session",
                  CallKind.SESSION,
                  CreateSamplingSessionRequest.class,
                  CreateSamplingSessionResponse.class)
              .withoutBillingWait();

  /** Creates a model. */
  public static final Operation<CreateModelRequest, UntypedFuture> CREATE_MODEL =
      promise("create_model", CreateModelRequest.class).withoutBillingWait();

  /** Describes a model. */
  public static final Operation<GetInfoRequest, GetInfoResponse> GET_INFO =
      json("get_info", "get_info", CallKind.TRAIN, GetInfoRequest.class, GetInfoResponse.class);

  /** Frees a model. */
  public static final Operation<UnloadModelRequest, UntypedFuture> UNLOAD_MODEL =
      promise("unload_model", UnloadModelRequest.class).withoutBillingWait();

  private static final Map<BodyFormat, Operation<ForwardRequest, UntypedFuture>> FORWARD =
      byFormat(Operations::forwardIn);

  private static final Map<BodyFormat, Operation<ForwardBackwardRequest, UntypedFuture>>
      FORWARD_BACKWARD = byFormat(Operations::forwardBackwardIn);

  /** Applies the gradients. */
  public static final Operation<OptimStepRequest, UntypedFuture> OPTIM_STEP =
      promise("optim_step", OptimStepRequest.class);

  /** Saves a training checkpoint; never retried, because a retry meets its own first try. */
  public static final Operation<SaveWeightsRequest, UntypedFuture> SAVE_WEIGHTS =
      promise("save_weights", SaveWeightsRequest.class).withoutRetries();

  /** Loads a training checkpoint. */
  public static final Operation<LoadWeightsRequest, UntypedFuture> LOAD_WEIGHTS =
      promise("load_weights", LoadWeightsRequest.class);

  /** Saves weights for sampling; never retried. */
  public static final Operation<SaveWeightsForSamplerRequest, UntypedFuture>
      SAVE_WEIGHTS_FOR_SAMPLER =
          promise("save_weights_for_sampler", SaveWeightsForSamplerRequest.class).withoutRetries();

  /** Describes the model of a checkpoint. */
  public static final Operation<WeightsInfoRequest, WeightsInfoResponse> WEIGHTS_INFO =
      json(
          "weights_info",
          "weights_info",
          CallKind.TRAIN,
          WeightsInfoRequest.class,
          WeightsInfoResponse.class);

  /** Samples; asks for 429 instead of queueing when the server is overloaded. */
  public static final Operation<SampleRequest, UntypedFuture> SAMPLE =
      Operation.post(
              "asample",
              V1 + "asample",
              CallKind.SAMPLE,
              JsonCodec.of(SampleRequest.class, UntypedFuture.class))
          .header("X-Tinker-Sampling-Backpressure", "1")
          .withoutRetries();

  /** Asks for the result of {@link #CREATE_MODEL}. */
  public static final Operation<FutureRetrieveRequest, FutureOutcome<CreateModelResponse>>
      RETRIEVE_CREATE_MODEL = retrieve(FutureCodec.json(CreateModelResponse.class));

  /** Asks for the result of {@link #UNLOAD_MODEL}. */
  public static final Operation<FutureRetrieveRequest, FutureOutcome<UnloadModelResponse>>
      RETRIEVE_UNLOAD_MODEL = retrieve(FutureCodec.json(UnloadModelResponse.class));

  /** Asks for the result of a pass. */
  public static final Operation<FutureRetrieveRequest, FutureOutcome<ForwardBackwardOutput>>
      RETRIEVE_FORWARD_BACKWARD =
          retrieve(FutureCodec.binary(ForwardBackwardOutput.class, ProtoResults::forwardBackward));

  /** Asks for the result of {@link #OPTIM_STEP}. */
  public static final Operation<FutureRetrieveRequest, FutureOutcome<OptimStepResponse>>
      RETRIEVE_OPTIM_STEP = retrieve(FutureCodec.json(OptimStepResponse.class));

  /** Asks for the result of {@link #SAVE_WEIGHTS}. */
  public static final Operation<FutureRetrieveRequest, FutureOutcome<SaveWeightsResponse>>
      RETRIEVE_SAVE_WEIGHTS = retrieve(FutureCodec.json(SaveWeightsResponse.class));

  /** Asks for the result of {@link #LOAD_WEIGHTS}. */
  public static final Operation<FutureRetrieveRequest, FutureOutcome<LoadWeightsResponse>>
      RETRIEVE_LOAD_WEIGHTS = retrieve(FutureCodec.json(LoadWeightsResponse.class));

  /** Asks for the result of {@link #SAVE_WEIGHTS_FOR_SAMPLER}. */
  public static final Operation<FutureRetrieveRequest, FutureOutcome<SaveWeightsForSamplerResponse>>
      RETRIEVE_SAVE_WEIGHTS_FOR_SAMPLER =
          retrieve(FutureCodec.json(SaveWeightsForSamplerResponse.class));

  /** Asks for the result of {@link #SAMPLE}. */
  public static final Operation<FutureRetrieveRequest, FutureOutcome<SampleResponse>>
      RETRIEVE_SAMPLE = retrieve(FutureCodec.binary(SampleResponse.class, ProtoResults::sample));

  /** Fetches the settings that change while the client runs. */
  public static final Operation<ClientConfigRequest, ClientDynamicConfigResponse>
      CLIENT_DYNAMIC_CONFIG =
          json(
                  "client_dynamic_config",
                  "client/dynamic_config",
                  CallKind.SESSION,
                  ClientConfigRequest.class,
                  ClientDynamicConfigResponse.class)
              .timeout(SESSION_TIMEOUT)
              .withoutRetries()
              .withoutBillingWait();

  /** Exchanges the credential for a short-lived token. */
  public static final Operation<NoContent, AuthTokenResponse> AUTH_TOKEN =
      Operation.post(
              "auth_token",
              V1 + "auth/token",
              CallKind.SESSION,
              EmptyBodyCodec.<NoContent, AuthTokenResponse>of(AuthTokenResponse.class))
          .withoutBillingWait();

  /** Reports events of the client. */
  public static final Operation<TelemetrySendRequest, TelemetryResponse> TELEMETRY =
      json(
              "telemetry",
              "telemetry",
              CallKind.TELEMETRY,
              TelemetrySendRequest.class,
              TelemetryResponse.class)
          .withoutBillingWait();

  /** Copies a checkpoint into the project of a session. */
  public static final Operation<CopyWeightsRequest, CopyWeightsResponse> COPY_WEIGHTS =
      json(
              "copy_weights",
              "copy_weights",
              CallKind.TRAIN,
              CopyWeightsRequest.class,
              CopyWeightsResponse.class)
          .withoutRetries();

  /** Begins the upload of an adapter. Experimental. */
  public static final Operation<
          ExternalWeightsUploadStartRequest, ExternalWeightsUploadStartResponse>
      EXTERNAL_WEIGHTS_UPLOAD_START =
          json(
                  "external_weights_upload_start",
                  "external_weights_upload_start",
                  CallKind.REST,
                  ExternalWeightsUploadStartRequest.class,
                  ExternalWeightsUploadStartResponse.class)
              .withoutRetries();

  /** Makes an uploaded adapter a checkpoint. Experimental. */
  public static final Operation<
          ExternalWeightsUploadFinishRequest, ExternalWeightsUploadFinishResponse>
      EXTERNAL_WEIGHTS_UPLOAD_FINISH =
          json(
              "external_weights_upload_finish",
              "external_weights_upload_finish",
              CallKind.REST,
              ExternalWeightsUploadFinishRequest.class,
              ExternalWeightsUploadFinishResponse.class);

  /** Exports the adapter as files; never retried. */
  public static final Operation<SaveWeightsExternalRequest, UntypedFuture> SAVE_WEIGHTS_EXTERNAL =
      promise("save_weights_external", SaveWeightsExternalRequest.class).withoutRetries();

  /** Asks for the result of {@link #SAVE_WEIGHTS_EXTERNAL}. */
  public static final Operation<FutureRetrieveRequest, FutureOutcome<SaveWeightsExternalResponse>>
      RETRIEVE_SAVE_WEIGHTS_EXTERNAL =
          retrieve(FutureCodec.json(SaveWeightsExternalResponse.class));

  /** Describes a sampler. */
  public static final Operation<GetSamplerRequest, GetSamplerResponse> GET_SAMPLER =
      Operation.resource(
          "GET",
          "get_sampler",
          V1 + "samplers/{sampler_id}",
          JsonCodec.of(GetSamplerRequest.class, GetSamplerResponse.class));

  /** Lists training runs. */
  public static final Operation<ListTrainingRunsRequest, TrainingRunsResponse> LIST_TRAINING_RUNS =
      Operation.resource(
          "GET",
          "list_training_runs",
          V1 + "training_runs",
          JsonCodec.of(ListTrainingRunsRequest.class, TrainingRunsResponse.class));

  /** Describes a training run. */
  public static final Operation<GetTrainingRunRequest, TrainingRun> GET_TRAINING_RUN =
      Operation.resource(
          "GET",
          "get_training_run",
          V1 + "training_runs/{training_run_id}",
          JsonCodec.of(GetTrainingRunRequest.class, TrainingRun.class));

  /** Lists the checkpoints of a training run. */
  public static final Operation<ListCheckpointsRequest, CheckpointsListResponse> LIST_CHECKPOINTS =
      Operation.resource(
          "GET",
          "list_checkpoints",
          V1 + "training_runs/{training_run_id}/checkpoints",
          JsonCodec.of(ListCheckpointsRequest.class, CheckpointsListResponse.class));

  /** Lists the checkpoints of all runs. */
  public static final Operation<ListUserCheckpointsRequest, CheckpointsListResponse>
      LIST_USER_CHECKPOINTS =
          Operation.resource(
              "GET",
              "list_user_checkpoints",
              V1 + "checkpoints",
              JsonCodec.of(ListUserCheckpointsRequest.class, CheckpointsListResponse.class));

  /** Deletes a checkpoint. */
  public static final Operation<CheckpointRequest, NoContent> DELETE_CHECKPOINT =
      Operation.resource(
          "DELETE",
          "delete_checkpoint",
          CHECKPOINT,
          JsonCodec.of(CheckpointRequest.class, NoContent.class));

  /** Makes a checkpoint public. */
  public static final Operation<CheckpointRequest, NoContent> PUBLISH_CHECKPOINT =
      Operation.resource(
          "POST",
          "publish_checkpoint",
          CHECKPOINT + "/publish",
          JsonCodec.of(CheckpointRequest.class, NoContent.class));

  /** Makes a checkpoint private. */
  public static final Operation<CheckpointRequest, NoContent> UNPUBLISH_CHECKPOINT =
      Operation.resource(
          "DELETE",
          "unpublish_checkpoint",
          CHECKPOINT + "/publish",
          JsonCodec.of(CheckpointRequest.class, NoContent.class));

  /** Sets when a checkpoint expires. */
  public static final Operation<SetCheckpointTtlRequest, NoContent> SET_CHECKPOINT_TTL =
      Operation.resource(
          "PUT",
          "set_checkpoint_ttl",
          CHECKPOINT + "/ttl",
          JsonCodec.of(SetCheckpointTtlRequest.class, NoContent.class));

  /** Asks where the files of an export can be downloaded. */
  public static final Operation<CheckpointRequest, ExternalWeightsUrlsResponse>
      EXTERNAL_WEIGHTS_URLS =
          Operation.resource(
              "GET",
              "external_weights_urls",
              CHECKPOINT + "/external_weights_urls",
              JsonCodec.of(CheckpointRequest.class, ExternalWeightsUrlsResponse.class));

  /** Lists sessions. */
  public static final Operation<ListSessionsRequest, ListSessionsResponse> LIST_SESSIONS =
      Operation.resource(
          "GET",
          "list_sessions",
          V1 + "sessions",
          JsonCodec.of(ListSessionsRequest.class, ListSessionsResponse.class));

  /** Describes a session. */
  public static final Operation<GetSessionRequest, GetSessionResponse> GET_SESSION =
      Operation.resource(
          "GET",
          "get_session",
          V1 + "sessions/{session_id}",
          JsonCodec.of(GetSessionRequest.class, GetSessionResponse.class));

  /** Moves a session into a project. */
  public static final Operation<SetSessionProjectRequest, NoContent> SET_SESSION_PROJECT =
      Operation.resource(
          "PUT",
          "set_session_project",
          V1 + "sessions/{session_id}/project",
          JsonCodec.of(SetSessionProjectRequest.class, NoContent.class));

  /** Asks for the trace of a session, which may not be ready. */
  public static final Operation<SessionRequest, TraceExportResponse> TRACE_EXPORT =
      Operation.resource(
          "GET",
          "trace_export",
          V1 + "sessions/{session_id}/trace_export",
          JsonCodec.of(SessionRequest.class, TraceExportResponse.class));

  /** Lists what happened on a day. */
  public static final Operation<AuditLogRequest, AuditLogResponse> AUDIT_LOG =
      Operation.resource(
          "GET",
          "audit_log",
          V1 + "audit",
          JsonCodec.of(AuditLogRequest.class, AuditLogResponse.class));

  /** Lists usage by hour. */
  public static final Operation<GetBillingUsageRequest, BillingUsageResponse> BILLING_USAGE_EVENTS =
      Operation.resource(
          "GET",
          "billing_usage_events",
          V1 + "billing/usage/events",
          JsonCodec.of(GetBillingUsageRequest.class, BillingUsageResponse.class));

  /** Tells what the stored checkpoints take and cost. */
  public static final Operation<CheckpointStorageUsageRequest, CheckpointStorageUsageResponse>
      CHECKPOINT_STORAGE_USAGE =
          Operation.resource(
              "GET",
              "checkpoint_storage_usage",
              V1 + "billing/usage/checkpoints/current",
              JsonCodec.of(
                  CheckpointStorageUsageRequest.class, CheckpointStorageUsageResponse.class));

  /** Asks where a checkpoint can be downloaded; the address is signed and needs no credentials. */
  public static final Operation<CheckpointRequest, CheckpointArchiveUrlResponse>
      CHECKPOINT_ARCHIVE_URL =
          Operation.resource(
              "GET",
              "checkpoint_archive_url",
              CHECKPOINT + "/archive",
              new ArchiveUrlCodec<>(
                  JsonCodec.of(CheckpointRequest.class, CheckpointArchiveUrlResponse.class),
                  Time.system()));

  private Operations() {}

  /**
   * Computes a loss without gradients: {@code forward_backward} with its forward-only flag, or in
   * JSON the older {@code forward}.
   */
  public static Operation<ForwardRequest, UntypedFuture> forward(BodyFormat format) {
    return Objects.requireNonNull(FORWARD.get(format));
  }

  /** Computes a loss and adds up gradients. */
  public static Operation<ForwardBackwardRequest, UntypedFuture> forwardBackward(
      BodyFormat format) {
    return Objects.requireNonNull(FORWARD_BACKWARD.get(format));
  }

  private static <I, O> Operation<I, O> json(
      String name, String path, CallKind kind, Class<I> input, Class<O> output) {
    return Operation.post(name, V1 + path, kind, JsonCodec.of(input, output));
  }

  private static <O> Operation<NoContent, O> plain(String name, String path, Class<O> output) {
    return Operation.get(
        name, V1 + path, CallKind.REST, JsonCodec.of(NoContent.class, output), input -> Map.of());
  }

  private static <I> Operation<I, UntypedFuture> promise(String name, Class<I> input) {
    return json(name, name, CallKind.TRAIN, input, UntypedFuture.class);
  }

  private static <T> Map<BodyFormat, T> byFormat(Function<BodyFormat, T> operation) {
    Map<BodyFormat, T> operations = new EnumMap<>(BodyFormat.class);
    for (BodyFormat format : BodyFormat.values()) {
      operations.put(format, operation.apply(format));
    }
    return operations;
  }

  private static Operation<ForwardRequest, UntypedFuture> forwardIn(BodyFormat format) {
    String name = format == BodyFormat.JSON ? "forward" : "forward_backward";
    return Operation.post(
        name,
        V1 + name,
        CallKind.TRAIN,
        new TrainingPassCodec<>(
            format,
            request ->
                ProtoRequests.of(
                    request.forwardInput(), request.modelId(), request.seqId().orElse(0), true),
            ForwardRequest::forwardInput));
  }

  private static Operation<ForwardBackwardRequest, UntypedFuture> forwardBackwardIn(
      BodyFormat format) {
    return Operation.post(
        "forward_backward",
        V1 + "forward_backward",
        CallKind.TRAIN,
        new TrainingPassCodec<>(
            format,
            request ->
                ProtoRequests.of(
                    request.forwardBackwardInput(),
                    request.modelId(),
                    request.seqId().orElse(0),
                    false),
            ForwardBackwardRequest::forwardBackwardInput));
  }

  private static <T> Operation<FutureRetrieveRequest, FutureOutcome<T>> retrieve(
      FutureCodec<T> codec) {
    return Operation.post("retrieve_future", V1 + "retrieve_future", CallKind.FUTURES, codec)
        .header("X-Stainless-Raw-Response", "raw")
        .answerBytes(Operation.LARGEST_ANSWER)
        .timeout(POLL_TIMEOUT)
        .withoutRetries()
        .withoutBillingWait();
  }
}

package io.tinker4j.transport;

import io.tinker4j.types.CheckpointsListResponse;
import io.tinker4j.types.ClientConfigRequest;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.CreateModelRequest;
import io.tinker4j.types.CreateModelResponse;
import io.tinker4j.types.CreateSamplingSessionRequest;
import io.tinker4j.types.CreateSamplingSessionResponse;
import io.tinker4j.types.CreateSessionRequest;
import io.tinker4j.types.CreateSessionResponse;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.ForwardBackwardRequest;
import io.tinker4j.types.ForwardRequest;
import io.tinker4j.types.FutureRetrieveRequest;
import io.tinker4j.types.GetInfoRequest;
import io.tinker4j.types.GetInfoResponse;
import io.tinker4j.types.GetServerCapabilitiesResponse;
import io.tinker4j.types.HealthResponse;
import io.tinker4j.types.LoadWeightsRequest;
import io.tinker4j.types.LoadWeightsResponse;
import io.tinker4j.types.OptimStepRequest;
import io.tinker4j.types.OptimStepResponse;
import io.tinker4j.types.SampleRequest;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SaveWeightsForSamplerRequest;
import io.tinker4j.types.SaveWeightsForSamplerResponse;
import io.tinker4j.types.SaveWeightsRequest;
import io.tinker4j.types.SaveWeightsResponse;
import io.tinker4j.types.SessionHeartbeatRequest;
import io.tinker4j.types.SessionHeartbeatResponse;
import io.tinker4j.types.TrainingRun;
import io.tinker4j.types.UnloadModelRequest;
import io.tinker4j.types.UnloadModelResponse;
import io.tinker4j.types.UntypedFuture;
import io.tinker4j.types.WeightsInfoRequest;
import io.tinker4j.types.WeightsInfoResponse;
import java.time.Duration;
import java.util.Map;

/** The endpoints of the API, as in {@code openapi/tinker.yaml}. */
public final class Operations {
  private static final String V1 = "/api/v1/";
  private static final Duration POLL_TIMEOUT = Duration.ofSeconds(45);

  /** Fetches limits and switches. */
  public static final Operation<ClientConfigRequest, ClientConfigResponse> CLIENT_CONFIG =
      json(
          "client_config",
          "client/config",
          CallKind.SESSION,
          ClientConfigRequest.class,
          ClientConfigResponse.class);

  /** Tells whether the server is up. */
  public static final Operation<Operation.NoInput, HealthResponse> HEALTHZ =
      plain("healthz", "healthz", HealthResponse.class);

  /** Lists the base models. */
  public static final Operation<Operation.NoInput, GetServerCapabilitiesResponse>
      GET_SERVER_CAPABILITIES =
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
          CreateSessionResponse.class);

  /** Keeps a session alive. */
  public static final Operation<SessionHeartbeatRequest, SessionHeartbeatResponse>
      SESSION_HEARTBEAT =
          json(
                  "session_heartbeat",
                  "session_heartbeat",
                  CallKind.SESSION,
                  SessionHeartbeatRequest.class,
                  SessionHeartbeatResponse.class)
              .withoutRetries();

  /** Ends the session of that id; servers older than the call answer 404. */
  public static final Operation<String, Map<String, Object>> FINISH_SESSION =
      Operation.post(
              "finish_session",
              V1 + "sessions/{session_id}/finish",
              CallKind.SESSION,
              new EmptyBodyCodec<String>())
          .parameters(id -> Map.of("session_id", id))
          .withoutRetries();

  /** Binds a sampler. */
  public static final Operation<CreateSamplingSessionRequest, CreateSamplingSessionResponse>
      CREATE_SAMPLING_SESSION =
          json(
              "create_sampling_session",
              "create_sampling_session",
              CallKind.SESSION,
              CreateSamplingSessionRequest.class,
              CreateSamplingSessionResponse.class);

  /** Creates a model. */
  public static final Operation<CreateModelRequest, UntypedFuture> CREATE_MODEL =
      promise("create_model", CreateModelRequest.class);

  /** Describes a model. */
  public static final Operation<GetInfoRequest, GetInfoResponse> GET_INFO =
      json("get_info", "get_info", CallKind.TRAIN, GetInfoRequest.class, GetInfoResponse.class);

  /** Frees a model. */
  public static final Operation<UnloadModelRequest, UntypedFuture> UNLOAD_MODEL =
      promise("unload_model", UnloadModelRequest.class);

  private static final Operation<ForwardRequest, UntypedFuture> FORWARD = forwardPass(false);

  private static final Operation<ForwardRequest, UntypedFuture> FORWARD_COMPRESSED =
      forwardPass(true);

  private static final Operation<ForwardBackwardRequest, UntypedFuture> FORWARD_BACKWARD =
      forwardBackwardPass(false);

  private static final Operation<ForwardBackwardRequest, UntypedFuture>
      FORWARD_BACKWARD_COMPRESSED = forwardBackwardPass(true);

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

  /** Samples. */
  public static final Operation<SampleRequest, UntypedFuture> ASAMPLE =
      Operation.post(
              "asample",
              V1 + "asample",
              CallKind.SAMPLE,
              JsonCodec.of(SampleRequest.class, UntypedFuture.class))
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

  /** Asks for the result of {@link #ASAMPLE}. */
  public static final Operation<FutureRetrieveRequest, FutureOutcome<SampleResponse>>
      RETRIEVE_SAMPLE = retrieve(FutureCodec.binary(SampleResponse.class, ProtoResults::sample));

  /** Describes the training run of that id. */
  public static final Operation<String, TrainingRun> GET_TRAINING_RUN =
      Operation.get(
          "get_training_run",
          V1 + "training_runs/{training_run_id}",
          CallKind.REST,
          JsonCodec.of(String.class, TrainingRun.class),
          id -> Map.of("training_run_id", id));

  /** Lists the checkpoints of the training run of that id. */
  public static final Operation<String, CheckpointsListResponse> LIST_CHECKPOINTS =
      Operation.get(
          "list_checkpoints",
          V1 + "training_runs/{training_run_id}/checkpoints",
          CallKind.REST,
          JsonCodec.of(String.class, CheckpointsListResponse.class),
          id -> Map.of("training_run_id", id));

  private Operations() {}

  /**
   * Computes a loss without gradients (forward_backward with its forward-only flag), with a
   * compressed body when the server asks for it.
   */
  public static Operation<ForwardRequest, UntypedFuture> forward(boolean compressed) {
    return compressed ? FORWARD_COMPRESSED : FORWARD;
  }

  /** Computes a loss and adds up gradients, with a compressed body when the server asks for it. */
  public static Operation<ForwardBackwardRequest, UntypedFuture> forwardBackward(
      boolean compressed) {
    return compressed ? FORWARD_BACKWARD_COMPRESSED : FORWARD_BACKWARD;
  }

  private static <I, O> Operation<I, O> json(
      String name, String path, CallKind kind, Class<I> input, Class<O> output) {
    return Operation.post(name, V1 + path, kind, JsonCodec.of(input, output));
  }

  private static <O> Operation<Operation.NoInput, O> plain(
      String name, String path, Class<O> output) {
    return Operation.get(
        name,
        V1 + path,
        CallKind.REST,
        JsonCodec.of(Operation.NoInput.class, output),
        input -> Map.of());
  }

  private static <I> Operation<I, UntypedFuture> promise(String name, Class<I> input) {
    return json(name, name, CallKind.TRAIN, input, UntypedFuture.class);
  }

  private static Operation<ForwardRequest, UntypedFuture> forwardPass(boolean compressed) {
    return Operation.post(
        "forward_backward",
        V1 + "forward_backward",
        CallKind.TRAIN,
        new TrainingPassCodec<>(
            request ->
                ProtoRequests.of(
                    request.forwardInput(), request.modelId(), request.seqId().orElse(0), true),
            compressed));
  }

  private static Operation<ForwardBackwardRequest, UntypedFuture> forwardBackwardPass(
      boolean compressed) {
    return Operation.post(
        "forward_backward",
        V1 + "forward_backward",
        CallKind.TRAIN,
        new TrainingPassCodec<>(
            request ->
                ProtoRequests.of(
                    request.forwardBackwardInput(),
                    request.modelId(),
                    request.seqId().orElse(0),
                    false),
            compressed));
  }

  private static <T> Operation<FutureRetrieveRequest, FutureOutcome<T>> retrieve(
      FutureCodec<T> codec) {
    return Operation.post("retrieve_future", V1 + "retrieve_future", CallKind.FUTURES, codec)
        .timeout(POLL_TIMEOUT)
        .withoutRetries();
  }
}

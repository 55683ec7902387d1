package io.tinker4j.training;

import io.tinker4j.transport.ApiClient;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.Operations;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.transport.TinkerThreads;
import io.tinker4j.transport.Transport;
import io.tinker4j.types.ClientConfigRequest;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.CreateModelRequest;
import io.tinker4j.types.CreateSamplingSessionRequest;
import io.tinker4j.types.CreateSessionRequest;
import io.tinker4j.types.GetServerCapabilitiesResponse;
import io.tinker4j.types.LoraConfig;
import io.tinker4j.types.UntypedFuture;
import io.tinker4j.types.WeightsInfoRequest;
import io.tinker4j.types.WeightsInfoResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The entry to the Tinker API: creates the clients that train, sample and manage.
 *
 * <p>Creating one sends nothing; the first training or sampling client opens a session, which
 * heartbeats keep alive until {@link #close}. Thread-safe. The methods here block.
 *
 * {@snippet :
 * try (ServiceClient service = ServiceClient.create()) {
 *   TrainingClient training = service.createLoraTrainingClient("meta-llama/Llama-3.1-8B");
 * }
 * }
 */
public final class ServiceClient implements AutoCloseable {
  private final ApiClient api;
  private final TinkerThreads threads;
  private final Time time;
  private final Duration progressTimeout;
  private final Map<String, @Nullable Object> userMetadata;
  private final @Nullable String projectId;
  private final ReentrantLock lock = new ReentrantLock(); // guards: scope, session, closed
  private @Nullable ClientScope scope;
  private @Nullable Session session;
  private boolean closed;

  private ServiceClient(Builder builder) {
    this.time = builder.time;
    this.threads = TinkerThreads.create();
    this.api = builder.api.time(builder.time).threads(threads).build();
    this.progressTimeout = builder.progressTimeout;
    this.userMetadata = new LinkedHashMap<>(builder.userMetadata);
    this.projectId = builder.projectId;
  }

  /**
   * Returns a client with the API key of {@code TINKER_API_KEY} and, unless {@code TINKER_BASE_URL}
   * says otherwise, the hosted service.
   *
   * @throws IllegalArgumentException when there is no usable API key
   */
  public static ServiceClient create() {
    return builder().build();
  }

  /** Starts a client with settings of its own. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the base models that the server can train and sample. */
  public GetServerCapabilitiesResponse getServerCapabilities() {
    return api.call(Operations.GET_SERVER_CAPABILITIES);
  }

  /** Creates a LoRA model of rank 32 and returns the client that trains it. */
  public TrainingClient createLoraTrainingClient(String baseModel) {
    return createLoraTrainingClient(baseModel, LoraOptions.builder().build());
  }

  /**
   * Creates a LoRA model and returns the client that trains it; blocks until the model is there.
   */
  public TrainingClient createLoraTrainingClient(String baseModel, LoraOptions options) {
    Objects.requireNonNull(baseModel, "baseModel");
    LoraConfig.Builder lora =
        LoraConfig.builder()
            .rank(options.rank())
            .trainMlp(options.trainMlp())
            .trainAttn(options.trainAttn())
            .trainUnembed(options.trainUnembed());
    options.seed().ifPresent(lora::seed);
    return createModel(baseModel, lora.build(), options.userMetadata());
  }

  /** Creates a model from a training checkpoint; the optimizer starts afresh. */
  public TrainingClient createTrainingClientFromState(String path) {
    TrainingClient client = createLike(path);
    Futures.join(client.loadState(path));
    return client;
  }

  /**
   * Creates a model from a training checkpoint with the optimizer's state, so that training goes on
   * as if it had not stopped.
   */
  public TrainingClient createTrainingClientFromStateWithOptimizer(String path) {
    TrainingClient client = createLike(path);
    Futures.join(client.loadStateWithOptimizer(path));
    return client;
  }

  /** Returns a sampler of a base model. */
  public SamplingClient createSamplingClient(String baseModel) {
    Objects.requireNonNull(baseModel, "baseModel");
    return createSampler(samplingRequest().baseModel(baseModel));
  }

  /**
   * Returns a sampler of a checkpoint.
   *
   * @throws IllegalArgumentException when the path does not start with {@code tinker://}
   */
  public SamplingClient createSamplingClientFromPath(String modelPath) {
    if (!modelPath.startsWith("tinker://")) {
      throw new IllegalArgumentException(
          "modelPath is '" + modelPath + "'; a checkpoint's path starts with tinker://");
    }
    return createSampler(samplingRequest().modelPath(modelPath));
  }

  /** Returns a client for runs and checkpoints; it needs no session. */
  public RestClient createRestClient() {
    return new RestClient(api);
  }

  /**
   * Ends the session and all work: heartbeats stop, waiting futures fail, connections close. Waits
   * at most five seconds. Operations that the server has accepted still run there.
   */
  @Override
  public void close() {
    Session open;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      open = session;
    } finally {
      lock.unlock();
    }
    if (open != null) {
      open.close();
    }
    threads.close();
    api.close();
  }

  private TrainingClient createLike(String path) {
    WeightsInfoResponse info =
        api.call(Operations.WEIGHTS_INFO, WeightsInfoRequest.builder().tinkerPath(path).build());
    LoraConfig lora =
        LoraConfig.builder()
            .rank(
                info.loraRank()
                    .orElseThrow(() ->
                        new IllegalArgumentException(
                            path + " is not a LoRA checkpoint; only those can be trained")))
            .trainMlp(info.trainMlp().orElse(true))
            .trainAttn(info.trainAttn().orElse(true))
            .trainUnembed(info.trainUnembed().orElse(true))
            .build();
    return createModel(info.baseModel(), lora, Map.of());
  }

  private TrainingClient createModel(
      String baseModel, LoraConfig lora, Map<String, ? extends @Nullable Object> metadata) {
    Session open = session();
    ClientScope shared = scope();
    CreateModelRequest request =
        CreateModelRequest.builder()
            .sessionId(open.id())
            .modelSeqId(open.nextModel())
            .baseModel(baseModel)
            .userMetadata(metadata)
            .loraConfig(lora)
            .build();
    CompletableFuture<String> modelId = new CompletableFuture<>();
    threads.start(
        "create",
        () ->
            ClientScope.complete(
                modelId,
                () -> {
                  long start = time.nanoTime();
                  UntypedFuture promise = api.call(Operations.CREATE_MODEL, request);
                  Duration roundtrip = Duration.ofNanos(time.nanoTime() - start);
                  return shared
                      .awaiter()
                      .await(
                          promise.requestId(), ResultType.CREATE_MODEL, roundtrip, modelId::isDone)
                      .modelId();
                }));
    return new TrainingClient(shared, open, Futures.join(modelId));
  }

  private CreateSamplingSessionRequest.Builder samplingRequest() {
    Session open = session();
    return CreateSamplingSessionRequest.builder()
        .sessionId(open.id())
        .samplingSessionSeqId(open.nextSampler());
  }

  private SamplingClient createSampler(CreateSamplingSessionRequest.Builder request) {
    return new SamplingClient(
        scope(), api.call(Operations.CREATE_SAMPLING_SESSION, request.build()).samplingSessionId());
  }

  private ClientScope scope() {
    lock.lock();
    try {
      checkOpen();
      if (scope == null) {
        ClientConfigResponse config =
            api.call(
                Operations.CLIENT_CONFIG,
                ClientConfigRequest.builder().sdkVersion(ApiClient.version()).build());
        api.configure(config);
        scope = new ClientScope(api, threads, time, config, progressTimeout);
      }
      return scope;
    } finally {
      lock.unlock();
    }
  }

  private Session session() {
    lock.lock();
    try {
      if (session == null) {
        CreateSessionRequest.Builder request =
            CreateSessionRequest.builder()
                .userMetadata(userMetadata)
                .sdkVersion(ApiClient.version());
        if (projectId != null) {
          request.projectId(projectId);
        }
        session = Session.open(scope(), request.build());
      }
      return session;
    } finally {
      lock.unlock();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the service client is closed");
    }
  }

  @Override
  public String toString() {
    return "ServiceClient{" + api + "}";
  }

  /** Builds service clients; not thread-safe. */
  public static final class Builder {
    private final ApiClient.Builder api = ApiClient.builder();
    private final Map<String, @Nullable Object> userMetadata = new LinkedHashMap<>();
    private Time time = Time.system();
    private Duration progressTimeout = Duration.ofHours(2);
    private @Nullable String projectId;

    private Builder() {}

    /**
     * Sets the API key. Default: {@code tinker.apiKey}, then {@code TINKER_API_KEY}, then what the
     * command in {@code TINKER_CREDENTIAL_CMD} prints.
     */
    public Builder apiKey(String apiKey) {
      api.apiKey(apiKey);
      return this;
    }

    /**
     * Sets the address of the service. Default: {@code tinker.baseUrl}, then {@code
     * TINKER_BASE_URL}, then the hosted service.
     */
    public Builder baseUrl(String baseUrl) {
      api.baseUrl(baseUrl);
      return this;
    }

    /** Sets where credentials come from, instead of an API key: for keys that change. */
    public Builder credentials(CredentialSource credentials) {
      api.credentials(credentials);
      return this;
    }

    /** Sets who hears what calls do. Default nobody. */
    public Builder listener(TinkerListener listener) {
      api.listener(listener);
      return this;
    }

    /** Sets the transport, which the caller closes. Default: one on the JDK's HTTP client. */
    public Builder transport(Transport transport) {
      api.transport(transport);
      return this;
    }

    /** Sets the clock, for tests. Default: the system's. */
    public Builder time(Time time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Sets how long an operation may show no progress before the waiting is given up. Default two
     * hours.
     */
    public Builder progressTimeout(Duration progressTimeout) {
      if (progressTimeout.isNegative() || progressTimeout.isZero()) {
        throw new IllegalArgumentException(
            "progressTimeout is " + progressTimeout + "; it must be positive");
      }
      this.progressTimeout = progressTimeout;
      return this;
    }

    /** Adds metadata to the session. Default none. */
    public Builder userMetadata(String key, @Nullable Object value) {
      userMetadata.put(Objects.requireNonNull(key, "key"), value);
      return this;
    }

    /** Sets the project that owns the session. Default: the server's choice. */
    public Builder projectId(String projectId) {
      this.projectId = Objects.requireNonNull(projectId, "projectId");
      return this;
    }

    /**
     * Returns the client; sends nothing.
     *
     * @throws IllegalArgumentException when there is no usable API key or the base URL is not one
     */
    public ServiceClient build() {
      return new ServiceClient(this);
    }
  }
}

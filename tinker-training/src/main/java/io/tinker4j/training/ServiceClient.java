package io.tinker4j.training;

import io.tinker4j.training.cost.TokenMeter;
import io.tinker4j.training.internal.Once;
import io.tinker4j.training.internal.PendingCalls;
import io.tinker4j.training.telemetry.Telemetry;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.internal.TinkerThreads;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.GetServerCapabilitiesResponse;
import io.tinker4j.types.LoraConfig;
import io.tinker4j.types.SessionOutcome;
import io.tinker4j.types.wire.CopyWeightsRequest;
import io.tinker4j.types.wire.CreateSessionRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The entry to the Tinker API: creates the clients that train, sample and manage.
 *
 * <p>Creating one sends nothing; the first training or sampling client opens a session, which
 * heartbeats keep alive until {@link #close}. Thread-safe. The methods here block: at most until
 * the deadline of {@link Builder#resultTimeouts} is over ({@link DeadlineExceededException}), or
 * the thread is interrupted ({@link io.tinker4j.transport.CallInterruptedException}); {@link
 * #close} and what only looks at the client's state never wait for them.
 *
 * {@snippet :
 * try (ServiceClient service = ServiceClient.create()) {
 *   TrainingClient training = service.createLoraTrainingClient("meta-llama/Llama-3.1-8B");
 * }
 * }
 */
public final class ServiceClient implements AutoCloseable {
  private static final Duration LONGEST_DRAIN = Duration.ofSeconds(5);

  private final ApiClient api;
  private final TinkerThreads threads;
  private final Time time;
  private final RandomGenerator random;
  private final ResultTimeouts timeouts;
  private final QueueStateListener queueStates;
  private final SessionListener sessionStates;
  private final List<String> tags;
  private final Map<String, @Nullable Object> userMetadata;
  private final @Nullable String projectId;
  private final PendingCalls pending = new PendingCalls();
  private final Telemetry telemetry;
  private final TokenMeter meter;
  private final ClientShutdown lifetime;
  private final HealthCheck health;
  private final @Nullable Thread hook;
  private final Runner runner;
  private final Once<ClientFactory> clients = new Once<>();
  private final Once<Session> session = new Once<>();
  private volatile boolean closed;

  private ServiceClient(Builder builder) {
    this.time = builder.time;
    this.threads = TinkerThreads.create(time);
    this.random = builder.random;
    this.telemetry = new Telemetry(time);
    this.api =
        builder
            .api
            .time(time)
            .random(random)
            .threads(threads)
            .listener(telemetry.calls(builder.listener))
            .build();
    if (builder.telemetry == null ? api.isTelemetryAllowed() : builder.telemetry) {
      telemetry.start(api, threads, random);
    }
    this.timeouts = builder.timeouts;
    this.meter = builder.meter;
    this.queueStates = builder.queueStates;
    this.sessionStates = reported(telemetry, builder.sessionStates);
    this.tags = List.copyOf(builder.tags);
    this.userMetadata = new LinkedHashMap<>(builder.userMetadata);
    this.projectId = builder.projectId;
    this.runner = new Runner(threads, time, pending, telemetry);
    this.lifetime = new ClientShutdown(api, threads, telemetry);
    this.health = new HealthCheck(api, time, lifetime, telemetry);
    lifetime.endWith(pending);
    if (builder.sessionId != null) {
      adopt(builder.sessionId);
    }
    this.hook = builder.closeOnShutdown == null ? null : hook(builder.closeOnShutdown);
  }

  /** Returns a listener that reports how sessions begin and end, and tells the other one. */
  static SessionListener reported(Telemetry telemetry, SessionListener next) {
    return change -> {
      switch (change.state()) {
        case ALIVE -> telemetry.sessionStarted(change.sessionId());
        case SUSPECT -> {}
        case LOST, FINISHED -> telemetry.sessionEnded();
      }
      next.sessionChanged(change);
    };
  }

  private Thread hook(Duration drain) {
    Thread closing =
        new Thread(() -> close(ClientShutdown.Ending.SHUTDOWN, drain), "tinker-shutdown");
    Runtime.getRuntime().addShutdownHook(closing);
    return closing;
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

  /** What calls go through. */
  ApiClient api() {
    return api;
  }

  /** Returns the base models that the server can train and sample. */
  public GetServerCapabilitiesResponse getServerCapabilities() {
    return await(
        "GetServerCapabilities", () -> clients().api().call(Operations.GET_SERVER_CAPABILITIES));
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
    LoraConfig config = lora.build();
    return await("CreateModel", () -> creation().create(baseModel, config, options));
  }

  /** Creates a model from a training checkpoint; the optimizer starts afresh. */
  public TrainingClient createTrainingClientFromState(String path) {
    return createTrainingClientFromState(path, RestoreOptions.builder().build());
  }

  /**
   * Creates a model from a training checkpoint; the optimizer starts afresh. The new model has the
   * checkpoint's rank and trains the same layers. Blocks until it is there; when the checkpoint
   * cannot be loaded, the new model is freed.
   *
   * @throws IllegalArgumentException when the path is not that of a training checkpoint, or the
   *     checkpoint is not one of a LoRA model
   */
  public TrainingClient createTrainingClientFromState(String path, RestoreOptions options) {
    return restore(path, options, false);
  }

  /**
   * Creates a model from a training checkpoint with the optimizer's state, so that training goes on
   * as if it had not stopped.
   */
  public TrainingClient createTrainingClientFromStateWithOptimizer(String path) {
    return createTrainingClientFromStateWithOptimizer(path, RestoreOptions.builder().build());
  }

  /** The same with options; see {@link #createTrainingClientFromState(String, RestoreOptions)}. */
  public TrainingClient createTrainingClientFromStateWithOptimizer(
      String path, RestoreOptions options) {
    return restore(path, options, true);
  }

  private TrainingClient restore(String path, RestoreOptions options, boolean optimizer) {
    String checked = SubmissionChecks.trainingPath(path);
    return await("LoadWeights", () -> creation().restore(checked, options, optimizer));
  }

  /**
   * Returns a client of a model that lives on the server: to save it when another client of it
   * sends nothing more ({@link TrainingHaltedException}), or when the process that trained it has
   * died. Sends nothing but what opens a session.
   *
   * <p>The client of a model that this service client has created goes on with the first sequence
   * number that may be free. What of a halted client's last call the server has taken in is still
   * carried out: save before anything else. An operation that equals the one in doubt is recognised
   * by servers that know requests by their number, and is not carried out twice.
   *
   * <p>Of other models it is not known how many operations they had. Before their client's first
   * operation it looks for the first free sequence number, one request for each number that is
   * used: a forward pass over a few random tokens, which changes nothing. Such a model lives as
   * long as the session it was made in, which gets no heartbeats from this client. Its former
   * client must be dead: two clients of one model take each other's numbers.
   */
  public TrainingClient attachTrainingClient(String modelId) {
    Objects.requireNonNull(modelId, "modelId");
    return await(
        "AttachModel",
        () -> {
          Session open = session();
          return clients().attached(open, modelId);
        });
  }

  /**
   * Returns what is known about the server. The first time, this asks for what can be asked for
   * without changing anything; calls that are made later add to it. Which server it is, is known
   * once a session is open.
   */
  public ServerProfile serverProfile() {
    return await("ServerProfile", () -> clients().features().profile());
  }

  /** Returns a sampler of a base model. */
  public SamplingClient createSamplingClient(String baseModel) {
    Objects.requireNonNull(baseModel, "baseModel");
    return await(
        "CreateSamplingSession",
        () -> {
          Session open = session();
          return clients().samplerOfBaseModel(open, baseModel);
        });
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
    return await(
        "CreateSamplingSession",
        () -> {
          clients().features().warnOfSampling(modelPath);
          return clients().samplerOfCheckpoint(session(), modelPath);
        });
  }

  /** Returns a client for runs and checkpoints; it needs no session. */
  public RestClient createRestClient() {
    lifetime.lend();
    return new RestClient(api, await("ClientConfig", this::clients).features());
  }

  /**
   * Copies a checkpoint into the session's project and returns the copy's path. The expiry is not
   * copied. Blocks.
   */
  public String copyWeights(String sourcePath, CopyOptions options) {
    return await("CopyWeights", () -> copy(sourcePath, options));
  }

  private String copy(String sourcePath, CopyOptions options) {
    Session open = session();
    CopyWeightsRequest.Builder request =
        CopyWeightsRequest.builder()
            .sessionId(open.id())
            .modelSeqId(open.nextModel())
            .sourcePath(Objects.requireNonNull(sourcePath, "sourcePath"));
    options.ttl().ifPresent(ttl -> request.ttlSeconds(ttl.toSeconds()));
    options.weightsAccessToken().ifPresent(request::weightsAccessToken);
    return clients().features().call(Operations.COPY_WEIGHTS, request.build()).tinkerPath();
  }

  /**
   * Returns how this client fares: whether the service answers, how the session is, which calls are
   * held back, what waits. Asks the service at most every five seconds, and then for at most two,
   * or three when a listener, a credential source or a transport blocks; otherwise it sends
   * nothing. Never throws.
   */
  public Health health() {
    return health.check(pending);
  }

  /**
   * Returns how often the server has refused samples of this client as too many. Each time all
   * samplers pause, and for ten seconds more at most ten samples are submitted at once; nothing is
   * lost. Sends nothing.
   */
  public long samplingOverloads() {
    return clients.peek().map(open -> open.samples().overloads()).orElse(0L);
  }

  /** Returns how the session fares; alive when none was opened yet. Sends nothing. */
  public SessionListener.State sessionState() {
    return session.peek().map(Session::state).orElse(SessionListener.State.ALIVE);
  }

  /** Closes as a success, with at most five seconds for the operations in progress. */
  @Override
  public void close() {
    close(LONGEST_DRAIN);
  }

  /**
   * Closes as a success: takes no more work, waits for the operations in progress, and ends. What
   * is still pending by then fails, the heartbeats end, the session is finished on the server, the
   * last events are reported in what is left of the time, but at least in one second, and all
   * threads and connections are closed. Operations that the server has accepted still run there.
   * Calling it again does nothing; while another thread closes, it waits for that, at most five
   * seconds longer than its own time, unless it is called on a thread of the client's own, such as
   * a listener's.
   *
   * <p>Listeners, callbacks, a credential source and a transport that block hold this up for a few
   * seconds each and then run on alone; the futures of operations they hold up fail with {@link
   * io.tinker4j.transport.CallInterruptedException}.
   *
   * <p>An interrupt ends the waiting, not the closing, and stays set. A server that refuses to
   * finish the session, as older ones do, is a warning in the log.
   *
   * @param drain the longest time to wait for operations in progress; zero does not wait
   */
  public void close(Duration drain) {
    close(ClientShutdown.Ending.SUCCESS, drain);
  }

  /** Closes with that outcome and at most five seconds for the operations in progress. */
  public void close(SessionOutcome outcome, @Nullable String detail) {
    close(outcome, detail, LONGEST_DRAIN);
  }

  /**
   * Closes as {@link #close(Duration)} does and tells the server how the session has ended. The
   * first one to tell it decides; a failed run should say so, for its owner sees it in the console.
   *
   * @param outcome {@link SessionOutcome#SUCCESS}, {@link SessionOutcome#ERRORED} or {@link
   *     SessionOutcome#INTERRUPTED}
   * @param detail what else there is to say, without secrets, of which 500 characters are sent; or
   *     null
   * @param drain the longest time to wait for operations in progress; zero does not wait
   */
  public void close(SessionOutcome outcome, @Nullable String detail, Duration drain) {
    close(new ClientShutdown.Ending(Objects.requireNonNull(outcome, "outcome"), detail), drain);
  }

  private void close(ClientShutdown.Ending ending, Duration drain) {
    closed = true;
    lifetime.close(pending, drain, ending);
    unhook();
  }

  /** The JVM refuses to remove a hook while it shuts down. */
  private void unhook() {
    Thread hook = this.hook;
    if (hook != null && Thread.currentThread() != hook) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        System.getLogger(ServiceClient.class.getName())
            .log(System.Logger.Level.DEBUG, "the JVM is shutting down");
      }
    }
  }

  private <T> T await(String operation, Callable<T> work) {
    checkOpen();
    return runner.await(operation, timeouts, work);
  }

  private ModelCreation creation() {
    return new ModelCreation(api, this::clients, this::session);
  }

  /** For tests: whether no operation is in progress, after waiting for them in real time. */
  boolean awaitIdle(Duration longest) throws InterruptedException {
    return pending.awaitNone(longest);
  }

  int freeSampleSlots() {
    return clients().samples().freeSlots();
  }

  long freeResponseBytes() {
    return clients().awaiter().freeBytes();
  }

  private ClientFactory clients() {
    checkOpen();
    return clients.get(open -> true, this::open);
  }

  private ClientFactory open() {
    Operations.Settings settings = api.call(Operations.CLIENT_SETTINGS, DynamicConfig.request(api));
    ClientConfigResponse config = settings.known();
    api.configure(config);
    ServerFeatures features = new ServerFeatures(api, settings.unknown());
    lifetime.refreshes(DynamicConfig.start(api, threads, time, features));
    return new ClientFactory(
        api, runner, random, config, features, queueStates, timeouts, telemetry, meter);
  }

  /** A session that the server has ended is followed by a new one. */
  private Session session() {
    checkOpen();
    return session.get(open -> !open.isLost(), this::openSession);
  }

  private Session openSession() {
    CreateSessionRequest.Builder request =
        CreateSessionRequest.builder()
            .tags(tags.isEmpty() ? api.tags() : tags)
            .userMetadata(userMetadata)
            .sdkVersion(api.sdkVersion());
    Optional.ofNullable(projectId).or(api::projectId).ifPresent(request::projectId);
    ClientFactory open = clients();
    Session opened = Session.open(api, threads, request.build(), sessionStates);
    open.features().noteSession(opened.id());
    if (!lifetime.opened(opened)) {
      opened.finish(SessionOutcome.INTERRUPTED, "the client was closed meanwhile");
      checkOpen();
    }
    return opened;
  }

  private void adopt(String sessionId) {
    Session adopted =
        session.get(open -> true, () -> Session.adopt(api, threads, sessionId, sessionStates));
    boolean unused = lifetime.opened(adopted);
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
    private final List<String> tags = new ArrayList<>();
    private Time time = Time.system();
    private RandomGenerator random = RandomGenerator.getDefault();
    private TokenMeter meter = TokenMeter.create();
    private ResultTimeouts timeouts = ResultTimeouts.builder().build();
    private QueueStateListener queueStates = change -> {};
    private SessionListener sessionStates = change -> {};
    private TinkerListener listener = new TinkerListener() {};
    private @Nullable Boolean telemetry;
    private @Nullable Duration closeOnShutdown;
    private @Nullable String projectId;
    private @Nullable String sessionId;

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

    /** Registers a listener for call events. Default: none. */
    public Builder listener(TinkerListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Sets whether the service is told when sessions begin and end and what fails; no event carries
     * a credential or what was sent. Default: {@code tinker.telemetry}, then {@code
     * TINKER_TELEMETRY}, then yes. Switch it off where nothing but the work itself may leave the
     * network.
     */
    public Builder telemetry(boolean telemetry) {
      this.telemetry = telemetry;
      return this;
    }

    /** Sets the transport, which the caller closes. Default: one on the JDK's HTTP client. */
    public Builder transport(Transport transport) {
      api.transport(transport);
      return this;
    }

    /**
     * Sets how long opening a connection may take. Default: 5 seconds. Not together with a {@link
     * #transport} of your own, which has settings of its own.
     */
    public Builder connectTimeout(Duration connectTimeout) {
      api.connectTimeout(connectTimeout);
      return this;
    }

    /**
     * Sets the time a call may take, retries included; how long results are waited for, {@link
     * #resultTimeouts} says. Default: 10 minutes. What submits operations and samples has 5
     * minutes, whatever is set: giving one up ends the order of a model's operations.
     */
    public Builder callDeadline(Duration callDeadline) {
      api.deadline(callDeadline);
      return this;
    }

    /**
     * Sets the maximum number of retries of a call. What is never tried again, such as saving a
     * checkpoint, stays so, and what submits operations and samples is tried for 5 minutes.
     * Default: 10. Fewer tell sooner that a server is down.
     */
    public Builder maxRetries(int maxRetries) {
      api.maxRetries(maxRetries);
      return this;
    }

    /**
     * Sets a header for all calls; it replaces the SDK's own of that name, but for the API key.
     * Default: none. For gateways that want one.
     */
    public Builder header(String name, String value) {
      api.header(name, value);
      return this;
    }

    /**
     * Sets a parameter in the query of all calls, see {@link ApiClient.Builder#queryParameter}.
     * Default: none.
     */
    public Builder queryParameter(String name, String value) {
      api.queryParameter(name, value);
      return this;
    }

    /**
     * Sets whether every large request body is compressed, see {@link
     * ApiClient.Builder#compressRequests}. Default: no.
     */
    public Builder compressRequests(boolean compressRequests) {
      api.compressRequests(compressRequests);
      return this;
    }

    /**
     * Sets the version of the reference client that the service takes this one for, see {@link
     * ApiClient.Builder#sdkVersion}. Default: {@link ApiClient#SDK_VERSION}.
     */
    public Builder sdkVersion(String sdkVersion) {
      api.sdkVersion(sdkVersion);
      return this;
    }

    /** Sets when the circuit breaker opens, see {@link ApiClient.Builder#circuitBreaker}. */
    public Builder circuitBreaker(int failures, Duration openTime) {
      api.circuitBreaker(failures, openTime);
      return this;
    }

    /** Sets the clock, for tests. Default: the system's. */
    public Builder time(Time time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /** Sets the source of randomness for jitter, for tests. */
    public Builder random(RandomGenerator random) {
      this.random = Objects.requireNonNull(random, "random");
      return this;
    }

    /** Sets how long results are waited for. Default: two hours without progress, no deadline. */
    public Builder resultTimeouts(ResultTimeouts timeouts) {
      this.timeouts = Objects.requireNonNull(timeouts, "timeouts");
      return this;
    }

    /**
     * Sets the meter that counts the tokens of this client's models and samplers. Default: one of
     * its own, which nobody reads.
     */
    public Builder tokenMeter(TokenMeter meter) {
      this.meter = Objects.requireNonNull(meter, "meter");
      return this;
    }

    /** Registers a listener for pauses of the server's queue. Default: none; pauses are logged. */
    public Builder queueStateListener(QueueStateListener listener) {
      this.queueStates = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /** Registers a listener for the states of the session. Default: none. */
    public Builder sessionListener(SessionListener listener) {
      this.sessionStates = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Lets the JVM's shutdown, as on SIGTERM and Ctrl-C, close the client. Default: it does not,
     * and the server ends the session when heartbeats are missing.
     *
     * @param drain the longest time to wait for operations in progress; less than what the system
     *     grants before it kills, often 10 to 30 seconds
     */
    public Builder closeOnShutdown(Duration drain) {
      if (drain.isNegative()) {
        throw new IllegalArgumentException("drain is " + drain + "; it must not be negative");
      }
      this.closeOnShutdown = drain;
      return this;
    }

    /**
     * Adds a tag to the session. Default: {@code tinker.tags}, then those of {@code TINKER_TAGS},
     * separated by commas.
     */
    public Builder tag(String tag) {
      tags.add(Objects.requireNonNull(tag, "tag"));
      return this;
    }

    /** Adds metadata to the session. Default: none. */
    public Builder userMetadata(String key, @Nullable Object value) {
      userMetadata.put(Objects.requireNonNull(key, "key"), value);
      return this;
    }

    /**
     * Sets the project that owns the session. Default: {@code tinker.projectId}, then {@code
     * TINKER_PROJECT_ID}, then the account's default project.
     */
    public Builder projectId(String projectId) {
      this.projectId = Objects.requireNonNull(projectId, "projectId");
      return this;
    }

    /**
     * Adopts a session that another client has opened, such as one whose process was killed,
     * instead of opening one: heartbeats begin at once, new models and samplers belong to it, and
     * {@link ServiceClient#close()} finishes it. Sessions that nobody finishes hold their models
     * until the server misses their heartbeats, which keeps others waiting. When the adopted
     * session turns out to be lost or finished, the next client opens a new one. Default: none. Not
     * together with {@link #tag}, {@link #userMetadata} and {@link #projectId}, which are those of
     * a new one.
     *
     * @throws IllegalArgumentException when it is blank
     */
    public Builder sessionId(String sessionId) {
      if (sessionId.isBlank()) {
        throw new IllegalArgumentException("sessionId is blank");
      }
      this.sessionId = sessionId;
      return this;
    }

    /**
     * Returns the client; sends nothing, but for the heartbeats of an adopted {@link #sessionId}.
     *
     * @throws IllegalArgumentException when there is no usable API key, the base URL is not one, or
     *     an adopted session has settings of a new one
     */
    public ServiceClient build() {
      if (sessionId != null && !(tags.isEmpty() && userMetadata.isEmpty() && projectId == null)) {
        throw new IllegalArgumentException(
            "sessionId adopts a session, which has its tags, metadata and project already; set them"
                + " where it is opened");
      }
      return new ServiceClient(this);
    }
  }
}

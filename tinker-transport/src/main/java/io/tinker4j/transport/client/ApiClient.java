package io.tinker4j.transport.client;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Redaction;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.internal.CircuitSettings;
import io.tinker4j.transport.internal.Environment;
import io.tinker4j.transport.internal.GuardedListener;
import io.tinker4j.transport.internal.TinkerThreads;
import io.tinker4j.transport.internal.Url;
import io.tinker4j.transport.jdk.JdkTransport;
import io.tinker4j.transport.operation.EmptyBodyCodec;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.transport.operation.NoContent;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.internal.Checks;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes calls: encodes once, sends, retries what can be retried, maps errors, decodes. Thread-safe.
 *
 * <p>A call blocks. It runs on a virtual thread of the SDK, which time-outs and {@link #close}
 * interrupt; interrupting the caller's thread ends the call. Of a download the caller reads the
 * body, so a read that waits too long is ended by an interrupt, of which nothing is left
 * afterwards.
 */
public final class ApiClient implements AutoCloseable {
  /**
   * The version of the reference client that this SDK was verified against: servers grant features
   * by it, see {@link Builder#sdkVersion}.
   */
  public static final String SDK_VERSION = "0.25.0";

  /** The address of the hosted service, which is the default. */
  public static final String HOSTED = "https://tinker.thinkingmachines.dev/services/tinker-prod";

  private static final System.Logger log = System.getLogger(ApiClient.class.getName());
  private static final Duration DOWNLOAD_TIMEOUT = Duration.ofMinutes(1);
  private static final int DOWNLOAD_RETRIES = 10;
  private static final CallOptions EXCHANGE =
      CallOptions.builder().deadline(Duration.ofMinutes(1)).build();

  final CallContext context;
  final Credentials credentials;
  private final Duration deadline;
  private final OptionalInt maxRetries;
  private final TinkerThreads threads;
  private final boolean ownsTransport;
  private final boolean ownsThreads;
  private final boolean telemetryAllowed;
  private final String sdkVersion;
  private final @Nullable String projectId;
  private final List<String> tags;

  private ApiClient(Builder builder) {
    Environment environment = builder.environment;
    Redaction redaction = Redaction.create();
    TinkerListener listener = GuardedListener.of(builder.listener, redaction);
    this.sdkVersion = builder.sdkVersion();
    this.credentials = new Credentials(builder.credentials, builder.apiKey, environment);
    this.ownsTransport = builder.transport == null;
    Transport transport =
        builder.transport == null ? builder.jdkTransport(listener) : builder.transport;
    Headers headers = ClientHeaders.of(environment, sdkVersion, builder.headers.build());
    this.context =
        new CallContext(
            transport,
            Url.base(builder.baseUrl()),
            headers,
            Collections.unmodifiableMap(new LinkedHashMap<>(builder.query)),
            builder.compressRequests,
            builder.time,
            listener,
            new SharedCallState(builder.time, builder.random, listener, builder.circuit()),
            redaction,
            credentials::origin);
    builder.secrets(headers, transport).forEach(redaction::keep);
    this.deadline = builder.deadline;
    this.maxRetries =
        builder.maxRetries < 0 ? OptionalInt.empty() : OptionalInt.of(builder.maxRetries);
    this.ownsThreads = builder.threads == null;
    this.threads = builder.threads == null ? TinkerThreads.create() : builder.threads;
    threads.redactWith(redaction);
    this.telemetryAllowed = environment.telemetry();
    this.projectId = environment.projectId().orElse(null);
    this.tags = List.copyOf(environment.tags());
    warnOfPlainHttp(context.baseUrl());
  }

  private static void warnOfPlainHttp(URI baseUrl) {
    if ("http".equals(baseUrl.getScheme()) && !Url.isLoopback(baseUrl)) {
      log.log(
          System.Logger.Level.WARNING,
          () ->
              "credentials go unencrypted over http, where others may read them; use https: host="
                  + Url.hostAndPort(baseUrl));
    }
  }

  /** A client beside another one, with which it shares all but the credentials. */
  private ApiClient(ApiClient other, Credentials credentials) {
    this.context = other.context.withCredentialOrigin(credentials::origin);
    this.credentials = credentials;
    this.deadline = other.deadline;
    this.maxRetries = other.maxRetries;
    this.ownsTransport = false;
    this.ownsThreads = false;
    this.threads = other.threads;
    this.telemetryAllowed = other.telemetryAllowed;
    this.sdkVersion = other.sdkVersion;
    this.projectId = other.projectId;
    this.tags = other.tags;
  }

  /** Starts a client. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns a client that calls with another API key and shares all else with this one, which must
   * stay open. Close it, too.
   *
   * @throws IllegalArgumentException when the key is not one
   */
  public ApiClient withApiKey(String apiKey) {
    return new ApiClient(this, new Credentials(CredentialSource.apiKey(apiKey)));
  }

  /** Returns the version of this SDK, {@code development} when not run from its jars. */
  public static String version() {
    return ClientHeaders.version();
  }

  /** Returns the version that the service is told, see {@link Builder#sdkVersion}. */
  public String sdkVersion() {
    return sdkVersion;
  }

  /**
   * Returns the project of new sessions that is set outside the program: {@code tinker.projectId},
   * then {@code TINKER_PROJECT_ID}.
   */
  public Optional<String> projectId() {
    return Optional.ofNullable(projectId);
  }

  /**
   * Returns the tags of new sessions that are set outside the program: {@code tinker.tags}, then
   * {@code TINKER_TAGS}, separated by commas, without trimming.
   */
  public List<String> tags() {
    return tags;
  }

  /** Makes a call that takes no input. */
  public <O> O call(Operation<NoContent, O> operation) {
    return call(operation, NoContent.INSTANCE);
  }

  /** Makes a call. */
  public <I, O> O call(Operation<I, O> operation, I input) {
    return call(operation, input, CallOptions.defaults());
  }

  /**
   * Makes a call.
   *
   * @throws IllegalArgumentException when the input cannot be represented; nothing was sent
   * @throws ApiStatusException when the server refused, after retries where they are allowed
   * @throws ConnectionException when no complete answer came, after retries
   * @throws DecodeException when the answer is not what the protocol says
   * @throws CallInterruptedException when the thread was interrupted
   */
  public <I, O> O call(Operation<I, O> operation, I input, CallOptions options) {
    Call<O> call = prepared(credentials.current(), operation, input, options);
    return threads.isCurrent() ? call.run() : await(operation.toString(), call);
  }

  private <I, O> Call<O> prepared(
      CredentialSource source, Operation<I, O> operation, I input, CallOptions options) {
    PreparedRequest prepared = PreparedRequest.of(context, operation, input, options);
    CallLimits limits =
        limits(
            options,
            operation.timeout(),
            operation.retries(),
            options.answerBytes().orElse(operation.answerBytes()));
    return new Call<>(context, prepared, ResponseHandler.of(operation.codec()), limits, source);
  }

  private <O> O await(String what, Call<O> call) {
    return threads.await(what, call::run, unwanted -> {}, call::left);
  }

  /** What is never tried again stays so, but for what the options say. */
  private CallLimits limits(CallOptions options, Duration timeout, int retries, int answerBytes) {
    int ofTheClient = retries == 0 ? 0 : maxRetries.orElse(retries);
    return new CallLimits(
        options.timeout().orElse(timeout),
        options.deadline().orElse(deadline),
        options.maxRetries().orElse(ofTheClient),
        options.maxRetries().orElse(maxRetries.orElse(1)) > 0,
        options.finalStatuses(),
        options.waitsForCircuit(),
        answerBytes);
  }

  /**
   * Opens a file: returns when its first bytes can be read. You must close what is returned.
   *
   * <p>Redirects are followed, at most ten, and never from https to http. The API's credentials and
   * headers go to the API's own origin only. Opening is retried as calls are; the body is not: when
   * a read fails, open again with a {@code Range} header. A read that waits longer than the
   * time-out per attempt (60 seconds unless the options say otherwise) throws an {@link
   * java.io.IOException}.
   *
   * @throws IllegalArgumentException when the host name has an underscore; nothing was sent
   * @throws ApiStatusException when the status is neither a success nor a redirect
   * @throws ConnectionException when no answer came, after retries
   * @throws DecodeException when a redirect leads nowhere or from https to http
   * @throws CallInterruptedException when the thread was interrupted
   */
  public TransportResponse download(URI uri, CallOptions options) {
    CallLimits limits = limits(options, DOWNLOAD_TIMEOUT, DOWNLOAD_RETRIES, 0);
    Download download = new Download(context, credentials.current(), options, limits);
    return threads.await(
        "download of " + Url.withoutQuery(uri),
        () -> download.open(uri),
        TransportResponse::close,
        download::left);
  }

  /**
   * Puts a file at a signed address. It is retried as calls are, and carries neither the API's
   * credentials nor the client's headers; redirects are errors.
   *
   * @param body the bytes between position and limit, which must not change meanwhile; a mapped
   *     file needs no memory
   * @throws ApiStatusException when the status is not a success
   * @throws ConnectionException when no answer came, after retries
   * @throws CallInterruptedException when the thread was interrupted
   */
  public void upload(URI uri, ByteBuffer body, CallOptions options) {
    CallLimits limits = limits(options, deadline, DOWNLOAD_RETRIES, Operation.SMALL_ANSWER);
    context.redaction().addQuery(uri);
    PreparedRequest prepared =
        PreparedRequest.upload(uri, Download.plainHeaders(context, options), body);
    ResponseHandler<NoContent> handler = ResponseHandler.of(EmptyBodyCodec.of(NoContent.class));
    Call<NoContent> call = new Call<>(context, prepared, handler, limits, null);
    NoContent unused = await(prepared.toString(), call);
  }

  /**
   * Returns whether calls of each kind go out now; a client beside another one has the same. A
   * circuit whose open time is over is half open, though nobody has tried yet.
   */
  public Map<CallKind, TinkerListener.CircuitState> circuits() {
    return Collections.unmodifiableMap(context.shared().circuitStates());
  }

  /**
   * Returns whether what is set outside the program allows to report events to the service: {@code
   * tinker.telemetry}, then {@code TINKER_TELEMETRY}; {@code 1}, {@code true}, {@code yes} and
   * {@code on} do, anything else, even empty, does not. Yes when neither is set.
   */
  public boolean isTelemetryAllowed() {
    return telemetryAllowed;
  }

  /**
   * Returns a text without the credentials that this client uses or has used lately, nor what looks
   * like one.
   */
  public String redacted(String text) {
    return context.redaction().text(text);
  }

  /**
   * Returns a failure without the credentials that {@link #redacted(String)} takes out of a text:
   * the same one, or, when there is one in its texts, a copy of them and the trace.
   */
  public Throwable redacted(Throwable failure) {
    return context.redaction().failure(failure);
  }

  /**
   * Returns what others than the owner of a program may read of a failure: the text of the SDK's
   * own exceptions without credentials, and of any other only the type.
   */
  public String summary(Throwable failure) {
    return context.redaction().summary(failure);
  }

  /** Returns the clock that this client goes by. */
  public Time time() {
    return context.time();
  }

  /** Returns the threads that this client's calls run on, for work that consists of calls. */
  public TinkerThreads threads() {
    return threads;
  }

  /**
   * Waits between calls, on this client's clock.
   *
   * @throws CallInterruptedException when the thread was interrupted
   */
  public void pause(Duration duration) {
    try {
      context.time().sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException("a wait between calls was interrupted", e);
    }
  }

  /**
   * Returns how long a call would wait before that retry, from 0: 0.5 s, doubled each time up to 10
   * s, less up to a quarter.
   */
  public Duration retryDelay(int earlierRetries) {
    return Call.BACKOFF.minusJitter(earlierRetries, context.shared().random());
  }

  /**
   * Does what the server's configuration says about calls: how long they wait while the account is
   * blocked for billing, and whether the credential is exchanged for a token, which is done here
   * for the first time. A client of your own calls this with what {@link Operations#CLIENT_CONFIG}
   * returns; {@code ServiceClient} does.
   *
   * @throws IllegalArgumentException when the server wants a credential command and there is none
   * @throws TinkerException when the exchange fails
   */
  public void configure(ClientConfigResponse config) {
    context
        .shared()
        .billing()
        .limit(Duration.ofSeconds(config.billingExceptionMaxPauseDurationSec()));
    if (config.pjwtAuthEnabled()) {
      credentials.exchange(
          this::exchanged,
          context.time(),
          threads,
          config.credentialDefaultSource().equals("credential_cmd"));
    }
  }

  private String exchanged(CredentialSource source) {
    return await(
            Operations.AUTH_TOKEN.toString(),
            prepared(source, Operations.AUTH_TOKEN, NoContent.INSTANCE, EXCHANGE))
        .jwt();
  }

  /**
   * Returns whether to wait five seconds and ask again after the server has refused with 402: yes
   * within the time that its configuration allows, counted from the first such refusal of all the
   * client's calls. Calls do this by themselves; it is for whoever repeats those that do not, the
   * questions for results. Always no for another status.
   */
  public boolean mayWaitForBilling(ApiStatusException refusal) {
    return context.mayWaitForBilling(refusal);
  }

  /**
   * Reads from the token in use who this client works for; sends nothing, but may have to wait for
   * a fresh token. Empty when the credential is not a user's token.
   *
   * @throws CallInterruptedException when the thread was interrupted
   */
  public Optional<Identity> whoami() {
    try {
      CredentialSource source = credentials.current();
      String credential = source.credential();
      return source instanceof JwtSource || Jwt.isPassport(credential)
          ? Jwt.identity(credential)
          : Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException("whoami was interrupted", e);
    }
  }

  /** Closes what this client has created; calls in progress fail. */
  @Override
  public void close() {
    credentials.close();
    if (ownsThreads) {
      threads.close();
    }
    if (ownsTransport) {
      context.transport().close();
    }
  }

  /** Returns the address of the service as it was set. */
  public URI baseUrl() {
    return context.baseUrl();
  }

  /** Returns the address, without credentials. */
  @Override
  public String toString() {
    return "ApiClient{" + Redaction.byForm(context.baseUrl().toString()) + "}";
  }

  /** Builds clients; not thread-safe. */
  public static final class Builder {
    private final Headers.Builder headers = Headers.builder();
    private final Map<String, String> query = new LinkedHashMap<>();
    private Environment environment = Environment.system();
    private Time time = Time.system();
    private RandomGenerator random = RandomGenerator.getDefault();
    private Duration deadline = Duration.ofMinutes(10);
    private int maxRetries = -1;
    private boolean compressRequests;
    private @Nullable String sdkVersion;
    private @Nullable CircuitSettings circuit;
    private @Nullable String apiKey;
    private @Nullable CredentialSource credentials;
    private @Nullable TinkerListener listener;
    private @Nullable String baseUrl;
    private @Nullable Transport transport;
    private @Nullable Duration connectTimeout;
    private @Nullable TinkerThreads threads;

    private Builder() {}

    /**
     * Sets the API key. Default: {@code tinker.apiKey}, then {@code TINKER_API_KEY}, then what the
     * command in {@code TINKER_CREDENTIAL_CMD} prints.
     */
    public Builder apiKey(String apiKey) {
      this.apiKey = Objects.requireNonNull(apiKey, "apiKey");
      return this;
    }

    /**
     * Sets where credentials come from, instead of an API key: for keys that change. Default: what
     * {@link #apiKey} says.
     */
    public Builder credentials(CredentialSource credentials) {
      this.credentials = Objects.requireNonNull(credentials, "credentials");
      return this;
    }

    /** Registers a listener for call events. Default: none. */
    public Builder listener(TinkerListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Sets the address of the service. Default: {@code tinker.baseUrl}, then {@code
     * TINKER_BASE_URL}, then the hosted service.
     */
    public Builder baseUrl(String baseUrl) {
      this.baseUrl = Objects.requireNonNull(baseUrl, "baseUrl");
      return this;
    }

    /** Sets the transport, which the caller closes. Default: a {@link JdkTransport}. */
    public Builder transport(Transport transport) {
      this.transport = Objects.requireNonNull(transport, "transport");
      return this;
    }

    /** Sets the threads, which the caller closes. Default: threads of the client's own. */
    public Builder threads(TinkerThreads threads) {
      this.threads = Objects.requireNonNull(threads, "threads");
      return this;
    }

    /** Sets the time a call may take, retries included. Default: 10 minutes. */
    public Builder deadline(Duration deadline) {
      this.deadline = Checks.positive("deadline", deadline);
      return this;
    }

    /**
     * Sets the maximum number of retries of a call. What is never tried again, such as saving a
     * checkpoint, stays so. Default: 10. With 0 a failure is seen at once.
     */
    public Builder maxRetries(int maxRetries) {
      this.maxRetries = Checks.notNegative("maxRetries", maxRetries);
      return this;
    }

    /**
     * Sets when calls of a kind are held back because the server does not work: after so many in a
     * row that found none, over at least ten seconds; for the open time, give or take a quarter,
     * then for twice and three times that, until a probe succeeds. Fewer failures spare a broken
     * server sooner, a longer open time finds out later that it works again. Default: {@code
     * tinker.circuitFailures} and {@code tinker.circuitOpenTime}, then {@code
     * TINKER_CIRCUIT_FAILURES} and {@code TINKER_CIRCUIT_OPEN_TIME}, then 5 and 10 seconds.
     *
     * @param failures at least 1
     */
    public Builder circuitBreaker(int failures, Duration openTime) {
      Checks.atLeast("failures", failures, 1);
      this.circuit = new CircuitSettings(failures, openTime);
      return this;
    }

    /** Lets every call go out, however many before it found no working server. */
    public Builder withoutCircuitBreaker() {
      this.circuit = new CircuitSettings(0, CircuitSettings.DEFAULTS.openTime());
      return this;
    }

    /**
     * Sets whether every request body of 16 KiB or more is compressed with zstd: long prompts and
     * JSON passes, too. Default: no: the protocol lets servers read zstd in training passes only,
     * which are compressed when the server's own settings ask for it. Set it for a slow line to a
     * server that is known to read zstd everywhere; others answer 400 or 415.
     */
    public Builder compressRequests(boolean compressRequests) {
      this.compressRequests = compressRequests;
      return this;
    }

    /** Sets a header for all calls; it replaces the SDK's own of that name, but for the API key. */
    public Builder header(String name, String value) {
      headers.set(name, value);
      return this;
    }

    /**
     * Sets a parameter in the query of all calls, for gateways that want one. A call's own of that
     * name replaces it; downloads and uploads, whose addresses are the server's, do not carry it.
     * Default: none.
     */
    public Builder queryParameter(String name, String value) {
      if (name.isEmpty()) {
        throw new IllegalArgumentException("name is empty; a query parameter has one");
      }
      query.put(name, Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * Sets how long opening a connection may take. Default: 5 seconds. Not together with a
     * transport of your own, which has settings of its own.
     */
    public Builder connectTimeout(Duration connectTimeout) {
      this.connectTimeout = Checks.positive("connectTimeout", connectTimeout);
      return this;
    }

    /**
     * Sets the version of the reference client that the service takes this one for: in {@code
     * sdk_version}, in its reports and in {@code X-Stainless-Package-Version}. The service grants
     * features by it, and may ask for a newer one; raise it then. This SDK's own version is in
     * {@code User-Agent}. Default: {@code tinker.sdkVersion}, then {@code TINKER_SDK_VERSION}, then
     * {@link ApiClient#SDK_VERSION}.
     *
     * @throws IllegalArgumentException when it is blank
     */
    public Builder sdkVersion(String sdkVersion) {
      if (sdkVersion.isBlank()) {
        throw new IllegalArgumentException("sdkVersion is blank; it is like " + SDK_VERSION);
      }
      this.sdkVersion = sdkVersion;
      return this;
    }

    /** Sets the clock, for tests. Default: the system's. */
    public Builder time(Time time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /** Sets where the jitter of retries comes from, for tests. */
    public Builder random(RandomGenerator random) {
      this.random = Objects.requireNonNull(random, "random");
      return this;
    }

    Builder environment(Environment environment) {
      this.environment = environment;
      return this;
    }

    private String sdkVersion() {
      return sdkVersion != null ? sdkVersion : environment.sdkVersion().orElse(SDK_VERSION);
    }

    private String baseUrl() {
      return baseUrl != null ? baseUrl : environment.baseUrl().orElse(HOSTED);
    }

    private JdkTransport jdkTransport(TinkerListener listener) {
      JdkTransport.Builder jdk = JdkTransport.builder().listener(listener);
      if (connectTimeout != null) {
        jdk.connectTimeout(connectTimeout);
      }
      return jdk.build();
    }

    /** What is secret as long as the client lives. */
    private List<String> secrets(Headers all, Transport inUse) {
      List<String> secrets = new ArrayList<>(all.secrets());
      if (apiKey != null) {
        secrets.add(apiKey.strip());
      }
      environment.apiKey().map(String::strip).ifPresent(secrets::add);
      query.values().stream().filter(value -> value.length() >= 8).forEach(secrets::add);
      if (inUse instanceof JdkTransport jdk) {
        secrets.addAll(jdk.secrets());
      }
      return secrets;
    }

    private CircuitSettings circuit() {
      return circuit != null ? circuit : environment.circuit();
    }

    /**
     * Returns the client; sends nothing.
     *
     * @throws IllegalArgumentException when there is no usable API key, the base URL is not one,
     *     what is set outside the program makes no sense, or a transport of your own stands beside
     *     settings of the default one
     */
    public ApiClient build() {
      if (transport != null && connectTimeout != null) {
        throw new IllegalArgumentException(
            "connectTimeout is set beside a transport of your own; set it on that transport");
      }
      JsonCodec.requireJackson();
      return new ApiClient(this);
    }
  }
}

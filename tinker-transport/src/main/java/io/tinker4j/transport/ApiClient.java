package io.tinker4j.transport;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes calls: encodes once, sends, retries what can be retried, maps errors, decodes. Thread-safe.
 *
 * <p>A call blocks. It runs on a virtual thread of the SDK, which time-outs and {@link #close}
 * interrupt; a caller's thread is never interrupted, and interrupting it ends the call.
 */
public final class ApiClient implements AutoCloseable {
  private static final String HOSTED = "https://tinker.thinkingmachines.dev/services/tinker-prod";

  final Transport transport;
  final URI baseUrl;
  final Headers headers;
  final Time time;
  final RandomGenerator random;
  final Duration deadline;

  /** How many more rejections by a proxy count as lost connections; successes win them back. */
  final AtomicInteger rejections = new AtomicInteger(Call.MAX_REJECTIONS);

  private final TinkerThreads threads;
  private final boolean ownsTransport;
  private final boolean ownsThreads;

  private ApiClient(Builder builder) {
    this.baseUrl = Url.base(builder.baseUrl());
    this.headers =
        ClientHeaders.of(builder.checkedApiKey(), builder.environment, builder.headers.build());
    this.time = builder.time;
    this.random = builder.random;
    this.deadline = builder.deadline;
    this.ownsTransport = builder.transport == null;
    this.transport = builder.transport == null ? JdkTransport.create() : builder.transport;
    this.ownsThreads = builder.threads == null;
    this.threads = builder.threads == null ? TinkerThreads.create() : builder.threads;
  }

  /** Starts a client. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the version of this SDK, {@code development} when not run from its jars. */
  public static String version() {
    return ClientHeaders.version();
  }

  /** Makes a call that takes no input. */
  public <O> O call(Operation<Operation.None, O> operation) {
    return call(operation, Operation.None.NONE);
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
    Call<I, O> call = new Call<>(this, operation, input, options);
    return threads.isCurrent() ? call.run() : onOwnThread(operation, call);
  }

  private <O> O onOwnThread(Operation<?, O> operation, Call<?, O> call) {
    CompletableFuture<O> result = new CompletableFuture<>();
    Thread thread =
        threads.start(
            "call",
            () -> {
              try {
                result.complete(call.run());
              } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
              }
            });
    try {
      return result.get();
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(operation + " was interrupted", e);
    } catch (ExecutionException e) {
      throw rethrown(e);
    }
  }

  /** The exception of the SDK's thread, with the caller's stack beside it. */
  private static RuntimeException rethrown(ExecutionException e) {
    if (e.getCause() instanceof RuntimeException cause) {
      cause.addSuppressed(new Throwable("called from here"));
      return cause;
    }
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(e);
  }

  /** Closes what this client has created; calls in progress fail. */
  @Override
  public void close() {
    if (ownsThreads) {
      threads.close();
    }
    if (ownsTransport) {
      transport.close();
    }
  }

  /** Returns the address, without credentials. */
  @Override
  public String toString() {
    return "ApiClient{" + baseUrl + "}";
  }

  /** Builds clients; not thread-safe. */
  public static final class Builder {
    private final Headers.Builder headers = Headers.builder();
    private Environment environment = Environment.system();
    private Time time = Time.system();
    private RandomGenerator random = RandomGenerator.getDefault();
    private Duration deadline = Duration.ofMinutes(10);
    private @Nullable String apiKey;
    private @Nullable String baseUrl;
    private @Nullable Transport transport;
    private @Nullable TinkerThreads threads;

    private Builder() {}

    /** Sets the API key. Default: {@code tinker.apiKey}, then {@code TINKER_API_KEY}. */
    public Builder apiKey(String apiKey) {
      this.apiKey = Objects.requireNonNull(apiKey, "apiKey");
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

    /** Sets the time a call may take, retries included. Default 10 minutes. */
    public Builder deadline(Duration deadline) {
      this.deadline = CallOptions.positive("deadline", deadline);
      return this;
    }

    /** Sets a header for all calls; it replaces the SDK's own of that name, but for the API key. */
    public Builder header(String name, String value) {
      headers.set(name, value);
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

    private String baseUrl() {
      return baseUrl != null ? baseUrl : environment.baseUrl().orElse(HOSTED);
    }

    private String checkedApiKey() {
      String key = apiKey != null ? apiKey : environment.apiKey().orElse("");
      if (key.isEmpty()) {
        throw new IllegalArgumentException(
            "there is no API key; set TINKER_API_KEY, or apiKey on the builder");
      }
      if (!key.startsWith("tml-") && !key.startsWith("eyJ")) {
        throw new IllegalArgumentException(
            "apiKey does not look like one: it must start with 'tml-', or with 'eyJ' for a JWT");
      }
      return key;
    }

    /**
     * Returns the client; sends nothing.
     *
     * @throws IllegalArgumentException when there is no usable API key or the base URL is not one
     */
    public ApiClient build() {
      return new ApiClient(this);
    }
  }
}

package io.tinker4j.transport.jdk;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.internal.Environment;
import io.tinker4j.transport.internal.GuardedListener;
import io.tinker4j.transport.internal.ProxyRejection;
import io.tinker4j.transport.internal.Url;
import io.tinker4j.types.internal.Checks;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The transport on the JDK's HTTP client. Thread-safe.
 *
 * <p>HTTP/2 where TLS negotiates it, HTTP/1.1 on every {@code http://} address unless {@link
 * Builder#h2c} asks for more. Each {@link CallKind} has a pool of its own: several clients, because
 * one has a single HTTP/2 connection per server, with a bounded number of requests in flight on
 * each. A request that a server has refused for having too many, unseen, moves to another client;
 * nobody hears of it. Its threads are virtual, except for those of {@link CallKind#SESSION}: a
 * heartbeat does not wait behind virtual threads that compute.
 */
public final class JdkTransport implements Transport {
  /** Headers that the JDK's client sets by itself. */
  private static final Set<String> CONNECTION_HEADERS = Set.of("content-length", "host");

  /**
   * HTTP/2 requests on one client. Servers allow at least 100 as a rule, and say so only when the
   * connection is up.
   */
  private static final int STREAMS_PER_CLIENT = 50;

  /** With HTTP/1.1 each request has a connection of its own, so that one client has enough. */
  private static final int CONNECTIONS_PER_CLIENT = 1_000;

  private static final int MAX_REFUSALS = 100;
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final Builder settings;
  private final ProxyRoutes proxies;
  private final TinkerListener listener;
  private final ExecutorService executor =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("tinker-http-", 0).factory());

  /** Of sessions: a heartbeat must not wait behind virtual threads that compute. */
  private final ExecutorService sessionExecutor =
      Executors.newCachedThreadPool(
          Thread.ofPlatform().daemon().name("tinker-http-session-", 0).factory());

  private final ReentrantLock lock = new ReentrantLock(); // guards: pools, closed
  private final Map<CallKind, ClientPool<HttpClient>> pools = new EnumMap<>(CallKind.class);
  private final Queue<HttpClient> discarded = new ConcurrentLinkedQueue<>();
  private boolean closed;

  private JdkTransport(Builder builder) {
    this.settings = builder.copy();
    this.proxies =
        new ProxyRoutes(
            ProxySettings.of(builder.proxy, builder.environment), builder.connectTimeout);
    this.listener = GuardedListener.of(builder.listener);
  }

  /** Returns a transport with the default settings. */
  public static JdkTransport create() {
    return builder().build();
  }

  /** Starts a transport with settings of its own. */
  public static Builder builder() {
    return new Builder();
  }

  /** The passwords of its proxies, which a proxy may repeat in its answers. */
  public List<String> secrets() {
    return proxies.secrets();
  }

  /**
   * Returns the proxy that requests to an address go through; empty when they go there directly.
   * Connects nothing; the host is not looked up.
   */
  public Optional<InetSocketAddress> proxyFor(URI address) {
    if (proxies.areSet()) {
      return proxies.serverFor(address);
    }
    return ProxySelector.getDefault().select(address).stream()
        .filter(proxy -> proxy.type() == Proxy.Type.HTTP)
        .map(proxy -> (InetSocketAddress) proxy.address())
        .findFirst();
  }

  @Override
  public TransportResponse send(TransportRequest request) throws IOException, InterruptedException {
    for (int refusals = 0; ; refusals++) {
      ClientPool.Lease<HttpClient> lease = pool(request).acquire();
      try (BodySource source = new BodySource(request, lease::connected)) {
        HttpResponse<InputStream> response =
            lease.client().send(toJdk(request, source), HttpResponse.BodyHandlers.ofInputStream());
        Headers headers = headers(response.headers());
        if (ProxyRejection.is(response.statusCode(), headers)) {
          lease.retire();
        }
        return TransportResponse.of(
            response.statusCode(), headers, new LeasedBody(body(response), lease));
      } catch (HttpConnectTimeoutException e) {
        lease.close();
        throw noConnection(request, e);
      } catch (IOException e) {
        if (!isRefusedUnseen(e) || refusals == MAX_REFUSALS) {
          lease.close();
          throw e;
        }
        lease.refused();
        lease.close();
      } catch (InterruptedException | RuntimeException | Error e) {
        lease.close();
        throw e;
      }
    }
  }

  /** The JDK's client gives no body to a proxy's refusal of a tunnel. */
  private static InputStream body(HttpResponse<InputStream> response) {
    @Nullable InputStream body = response.body();
    return body == null ? InputStream.nullInputStream() : body;
  }

  private static ConnectException noConnection(TransportRequest request, IOException cause) {
    ConnectException e =
        new ConnectException("connecting to " + Url.hostAndPort(request.uri()) + " took too long");
    e.initCause(cause);
    return e;
  }

  /** Texts of the JDK's client, of different releases, for streams that the server has not seen. */
  private static boolean isRefusedUnseen(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("too many concurrent streams")
        || message.contains("not processed by peer")
        || message.contains("Stream not processed");
  }

  private HttpRequest toJdk(TransportRequest request, BodySource source) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(request.uri())
            .method(request.method(), new Announced(publisher(request, source), source))
            .version(isHttp2(request) ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1);
    request
        .headers()
        .asMap()
        .forEach((name, values) -> {
          if (!CONNECTION_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
            values.forEach(value -> builder.header(name, value));
          }
        });
    proxies.headersFor(request.uri()).forEach(builder::header);
    return builder.build();
  }

  private boolean isHttp2(TransportRequest request) {
    return settings.h2c || isTls(request.uri());
  }

  private static boolean isTls(URI uri) {
    return "https".equals(uri.getScheme());
  }

  private static HttpRequest.BodyPublisher publisher(TransportRequest request, BodySource source) {
    return request.bodyLength() == 0
        ? HttpRequest.BodyPublishers.noBody()
        : HttpRequest.BodyPublishers.fromPublisher(
            HttpRequest.BodyPublishers.ofInputStream(source::stream), request.bodyLength());
  }

  /**
   * Lets go, when a request was sent, of its body and of the client that it was sent on: the JDK
   * keeps requests as long as connections, and some longer than their client.
   */
  private static final class BodySource implements AutoCloseable {
    private volatile @Nullable TransportRequest request;
    private volatile @Nullable Runnable connected;

    BodySource(TransportRequest request, Runnable connected) {
      this.request = request;
      this.connected = connected;
    }

    /** Tells that there is a connection to send the body on. */
    void announce() {
      Runnable current = connected;
      if (current != null) {
        current.run();
      }
    }

    InputStream stream() {
      TransportRequest current = request;
      return current == null ? InputStream.nullInputStream() : current.bodyStream();
    }

    @Override
    public void close() {
      request = null;
      connected = null;
    }
  }

  /** A body whose reader has a connection to send it on. */
  private record Announced(HttpRequest.BodyPublisher body, BodySource source)
      implements HttpRequest.BodyPublisher {
    @Override
    public long contentLength() {
      return body.contentLength();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> reader) {
      source.announce();
      body.subscribe(reader);
    }
  }

  /** Without HTTP/2's pseudo-headers, which begin with a colon. */
  private static Headers headers(HttpHeaders received) {
    Headers.Builder headers = Headers.builder();
    received
        .map()
        .forEach((name, values) -> {
          if (!name.startsWith(":")) {
            values.forEach(value -> headers.add(name, value));
          }
        });
    return headers.build();
  }

  private ClientPool<HttpClient> pool(TransportRequest request) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IOException("the transport is closed");
      }
      return pools.computeIfAbsent(request.kind(), kind -> newPool(kind, isHttp2(request)));
    } finally {
      lock.unlock();
    }
  }

  private ClientPool<HttpClient> newPool(CallKind kind, boolean http2) {
    int perClient = http2 ? STREAMS_PER_CLIENT : CONNECTIONS_PER_CLIENT;
    return new ClientPool<>(
        new PoolLimits(settings.maxInFlight(kind), perClient, settings.idleTimeout, http2),
        settings.time,
        () -> newClient(kind == CallKind.SESSION ? sessionExecutor : executor),
        this::discard,
        waited -> listener.poolWaited(kind, waited));
  }

  private void discard(HttpClient client) {
    client.shutdownNow();
    discarded.removeIf(HttpClient::isTerminated);
    discarded.add(client);
  }

  private HttpClient newClient(Executor tasks) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .connectTimeout(settings.connectTimeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(tasks);
    if (proxies.areSet()) {
      builder.proxy(proxies);
    }
    if (settings.sslContext != null) {
      builder.sslContext(settings.sslContext);
    }
    return builder.build();
  }

  /** Requests in flight fail. Waits at most five seconds until no thread of it is left. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      pools.values().forEach(ClientPool::close);
      proxies.close();
      executor.shutdownNow();
      sessionExecutor.shutdownNow();
    } finally {
      lock.unlock();
    }
    awaitEnd();
  }

  private void awaitEnd() {
    long end = settings.time.nanoTime() + CLOSING.toNanos();
    try {
      for (HttpClient client : discarded) {
        if (!client.awaitTermination(Duration.ofNanos(end - settings.time.nanoTime()))) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Builds transports; not thread-safe. */
  public static final class Builder {
    private Duration connectTimeout = Duration.ofSeconds(5);
    private Duration idleTimeout = Duration.ofSeconds(30);
    private boolean h2c;
    private Environment environment = Environment.system();
    private Time time = Time.system();
    private final Map<CallKind, Integer> maxInFlight = new EnumMap<>(CallKind.class);
    private @Nullable SSLContext sslContext;
    private @Nullable String proxy;
    private @Nullable TinkerListener listener;

    private Builder() {}

    private Builder copy() {
      Builder copy = new Builder();
      copy.connectTimeout = connectTimeout;
      copy.idleTimeout = idleTimeout;
      copy.h2c = h2c;
      copy.time = time;
      for (CallKind kind : CallKind.values()) {
        copy.maxInFlight.put(kind, maxInFlight(kind));
      }
      copy.sslContext = sslContext;
      return copy;
    }

    /** Sets how long opening a connection may take. Default: 5 seconds. */
    public Builder connectTimeout(Duration connectTimeout) {
      this.connectTimeout = Checks.positive("connectTimeout", connectTimeout);
      return this;
    }

    /** Sets how long connections that nothing uses are kept. Default: 30 seconds. */
    public Builder idleTimeout(Duration idleTimeout) {
      this.idleTimeout = Checks.positive("idleTimeout", idleTimeout);
      return this;
    }

    /**
     * Sets how many requests of a kind may be in flight at once; more wait. Default: {@code
     * tinker.maxInFlight.train} and so on, then {@code TINKER_MAX_IN_FLIGHT_TRAIN} and so on, then
     * 10 for TRAIN and TELEMETRY, 16 for DOWNLOAD, 50 for SESSION and REST, 400 for SAMPLE, 1,000
     * for FUTURES, which servers hold open.
     */
    public Builder maxInFlight(CallKind kind, int maxInFlight) {
      this.maxInFlight.put(Objects.requireNonNull(kind, "kind"), inFlight(kind, maxInFlight));
      return this;
    }

    private static int inFlight(CallKind kind, int maxInFlight) {
      if (maxInFlight < 1) {
        throw new IllegalArgumentException(
            "maxInFlight of " + kind + " is " + maxInFlight + "; it must be at least 1");
      }
      return maxInFlight;
    }

    int maxInFlight(CallKind kind) {
      Integer set = maxInFlight.get(kind);
      return set != null
          ? set
          : environment
              .maxInFlight(kind)
              .map(outside -> inFlight(kind, outside))
              .orElseGet(() -> usuallyInFlight(kind));
    }

    private static int usuallyInFlight(CallKind kind) {
      return switch (kind) {
        case TRAIN, TELEMETRY -> 10;
        case DOWNLOAD -> 16;
        case SESSION, REST -> 50;
        case SAMPLE -> 400;
        case FUTURES -> 1_000;
      };
    }

    /** Sets the TLS context, such as one that trusts a private authority. Default: the JDK's. */
    public Builder sslContext(SSLContext sslContext) {
      this.sslContext = Objects.requireNonNull(sslContext, "sslContext");
      return this;
    }

    /**
     * Sets the proxy for all requests but those to hosts in {@code NO_PROXY}, like {@code
     * http://user:password@host:port}. Default: {@code tinker.proxy}, then {@code TINKER_PROXY},
     * then for {@code https://} addresses {@code HTTPS_PROXY}, then what the JVM is set to.
     */
    public Builder proxy(String proxy) {
      this.proxy = Objects.requireNonNull(proxy, "proxy");
      return this;
    }

    /**
     * Sets whether HTTP/2 is offered on {@code http://} addresses, by an upgrade. Default: false,
     * because several servers answer an offer with an error.
     */
    public Builder h2c(boolean h2c) {
      this.h2c = h2c;
      return this;
    }

    /** Registers a listener for requests that wait for a place in their pool. Default: none. */
    public Builder listener(TinkerListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    Builder environment(Environment environment) {
      this.environment = environment;
      return this;
    }

    Builder time(Time time) {
      this.time = time;
      return this;
    }

    /**
     * Returns the transport; connects nothing.
     *
     * @throws IllegalArgumentException when a proxy's address is not one, or what is set outside
     *     the program makes no sense
     */
    public JdkTransport build() {
      return new JdkTransport(this);
    }
  }
}

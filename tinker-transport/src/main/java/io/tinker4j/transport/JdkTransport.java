package io.tinker4j.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The transport on the JDK's HTTP client: HTTP/2 where TLS negotiates it, HTTP/1.1 on every {@code
 * http://} address, one client with its own connections per {@link CallKind}. Thread-safe.
 */
public final class JdkTransport implements Transport {
  /** Headers that the JDK's client sets by itself. */
  private static final Set<String> CONNECTION_HEADERS = Set.of("content-length", "host");

  private final Duration connectTimeout;
  private final @Nullable SSLContext sslContext;
  private final ExecutorService executor =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("tinker-http-", 0).factory());
  private final ReentrantLock lock = new ReentrantLock(); // guards: clients, closed
  private final Map<CallKind, HttpClient> clients = new EnumMap<>(CallKind.class);
  private boolean closed;

  private JdkTransport(Builder builder) {
    this.connectTimeout = builder.connectTimeout;
    this.sslContext = builder.sslContext;
  }

  /** Returns a transport with the default settings. */
  public static JdkTransport create() {
    return builder().build();
  }

  /** Starts a transport with settings of its own. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public TransportResponse send(TransportRequest request) throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        client(request.kind()).send(toJdk(request), HttpResponse.BodyHandlers.ofInputStream());
    return TransportResponse.of(
        response.statusCode(), headers(response.headers()), response.body());
  }

  private static HttpRequest toJdk(TransportRequest request) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(request.uri())
            .method(request.method(), publisher(request))
            .version(
                "https".equals(request.uri().getScheme())
                    ? HttpClient.Version.HTTP_2
                    : HttpClient.Version.HTTP_1_1);
    request
        .headers()
        .asMap()
        .forEach((name, values) -> {
          if (!CONNECTION_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
            values.forEach(value -> builder.header(name, value));
          }
        });
    return builder.build();
  }

  private static HttpRequest.BodyPublisher publisher(TransportRequest request) {
    return request.bodyLength() == 0
        ? HttpRequest.BodyPublishers.noBody()
        : HttpRequest.BodyPublishers.fromPublisher(
            HttpRequest.BodyPublishers.ofInputStream(request::bodyStream), request.bodyLength());
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

  private HttpClient client(CallKind kind) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IOException("the transport is closed");
      }
      return clients.computeIfAbsent(kind, unseen -> newClient());
    } finally {
      lock.unlock();
    }
  }

  private HttpClient newClient() {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .connectTimeout(connectTimeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(executor);
    if (sslContext != null) {
      builder.sslContext(sslContext);
    }
    return builder.build();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      clients.values().forEach(HttpClient::shutdownNow);
      clients.clear();
      executor.shutdownNow();
    } finally {
      lock.unlock();
    }
  }

  /** Builds transports; not thread-safe. */
  public static final class Builder {
    private Duration connectTimeout = Duration.ofSeconds(5);
    private @Nullable SSLContext sslContext;

    private Builder() {}

    /** Sets how long opening a connection may take. Default 5 seconds. */
    public Builder connectTimeout(Duration connectTimeout) {
      this.connectTimeout = CallOptions.positive("connectTimeout", connectTimeout);
      return this;
    }

    /** Sets which certificates are trusted. Default: the JDK's. */
    public Builder sslContext(SSLContext sslContext) {
      this.sslContext = Objects.requireNonNull(sslContext, "sslContext");
      return this;
    }

    /** Returns the transport; connects nothing. */
    public JdkTransport build() {
      return new JdkTransport(this);
    }
  }
}

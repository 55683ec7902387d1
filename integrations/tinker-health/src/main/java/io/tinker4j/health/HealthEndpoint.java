package io.tinker4j.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tinker4j.training.Health;
import io.tinker4j.training.Health.Component;
import io.tinker4j.training.Health.Status;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.internal.TinkerThreads;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Answers HTTP requests about the health of a service client: for probes of a container and for
 * Prometheus. Close it; closing the client does not, so that probes see that it is closed.
 *
 * <ul>
 *   <li>{@code /healthz}: the whole report as JSON; 200, or 503 when it is DOWN
 *   <li>{@code /readyz}: the same; 503 also while new work would be held back, because the service,
 *       the session or a circuit is DEGRADED
 *   <li>{@code /metrics}: the measures as Prometheus text, always 200
 * </ul>
 *
 * <p>There is no authentication; the answers carry no credentials, but a session's id. Thread-safe.
 *
 * {@snippet :
 * try (ServiceClient service = ServiceClient.create();
 *     HealthEndpoint endpoint = HealthEndpoint.start(service, 8081)) {
 *   // train; Prometheus asks http://127.0.0.1:8081/metrics
 * }
 * }
 */
public final class HealthEndpoint implements AutoCloseable {
  /** What holds no work back while it is DEGRADED. */
  private static final Set<String> HARMLESS = Set.of("telemetry", "background");

  private final HttpServer server;
  private final TinkerThreads threads;

  private HealthEndpoint(HttpServer server, TinkerThreads threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Listens on the loopback interface.
   *
   * @param port 0 for any free one
   * @throws UncheckedIOException when the port is not free
   */
  public static HealthEndpoint start(ServiceClient service, int port) {
    return start(service, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /**
   * Listens on an address of your choice; think of who can reach it.
   *
   * @throws UncheckedIOException when the address cannot be listened on
   */
  public static HealthEndpoint start(ServiceClient service, InetSocketAddress address) {
    Objects.requireNonNull(service, "service");
    return start(service::health, address);
  }

  static HealthEndpoint start(Supplier<Health> health, InetSocketAddress address) {
    HttpServer server;
    try {
      server = HttpServer.create(address, 0);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + address, e);
    }
    TinkerThreads threads = TinkerThreads.create();
    server.setExecutor(request -> startOrNote(threads, request));
    server.createContext("/healthz", at -> json(at, health.get(), HealthEndpoint::isAlive));
    server.createContext("/readyz", at -> json(at, health.get(), HealthEndpoint::isReady));
    server.createContext(
        "/metrics", at -> answer(at, 200, "text/plain; version=0.0.4", metrics(health.get())));
    startOnDaemon(server, threads);
    return new HealthEndpoint(server, threads);
  }

  /** The server's own thread would end of an error here, and answer nobody any more. */
  private static void startOrNote(TinkerThreads threads, Runnable request) {
    try {
      Thread unused = threads.start("health", request);
    } catch (RuntimeException | Error e) {
      threads.noteFailure("health", e);
    }
  }

  /** The server's own thread is a daemon if the one that starts it is. */
  private static void startOnDaemon(HttpServer server, TinkerThreads threads) {
    CompletableFuture<Boolean> started = new CompletableFuture<>();
    Thread unused =
        threads.platformThread(
            "health",
            () -> {
              server.start();
              started.complete(true);
            });
    started.join();
  }

  /** Returns where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private static boolean isAlive(Health health) {
    return health.status() != Status.DOWN;
  }

  private static boolean isReady(Health health) {
    return health.components().stream()
        .allMatch(each ->
            each.status() == Status.UP
                || (each.status() == Status.DEGRADED && HARMLESS.contains(each.name())));
  }

  private static void json(HttpExchange exchange, Health health, Predicate<Health> isGood)
      throws IOException {
    String body = new String(JsonCodec.write(health.toMap()), StandardCharsets.UTF_8);
    answer(exchange, isGood.test(health) ? 200 : 503, "application/json", body);
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    try (exchange) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      boolean isHead = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(status, isHead ? -1 : bytes.length);
      if (!isHead) {
        exchange.getResponseBody().write(bytes);
      }
    }
  }

  /** Names are {@code tinker_<component>_<measure>}; a status is 0 for UP, 1 or 2 for DOWN. */
  static String metrics(Health health) {
    StringBuilder text = new StringBuilder();
    type(text, "tinker_status", "gauge").append("tinker_status ").append(level(health.status()));
    type(text.append('\n'), "tinker_component_status", "gauge");
    for (Component each : health.components()) {
      text.append("tinker_component_status{component=\"%s\"} ".formatted(each.name()))
          .append(level(each.status()))
          .append('\n');
    }
    for (Component each : health.components()) {
      each.measures()
          .forEach((measure, value) -> {
            String name = "tinker_" + each.name() + "_" + measure;
            type(text, name, measure.endsWith("_total") ? "counter" : "gauge")
                .append("%s %s\n".formatted(name, number(value)));
          });
    }
    return text.toString();
  }

  private static int level(Status status) {
    return switch (status) {
      case UP -> 0;
      case DEGRADED -> 1;
      case DOWN -> 2;
    };
  }

  private static StringBuilder type(StringBuilder text, String name, String type) {
    return text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.3f", value);
  }

  /** Ends at once. */
  @Override
  public void close() {
    server.stop(0);
    threads.close(Duration.ZERO);
  }

  @Override
  public String toString() {
    return "HealthEndpoint[" + address() + "]";
  }
}

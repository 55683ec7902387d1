package io.tinker4j.transport.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.CallTimeoutException;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.NoContent;
import io.tinker4j.types.wire.HealthResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over real sockets. */
class JdkTransportTest {
  private final CountDownLatch stalled = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private ApiClient client;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
    client =
        ApiClient.builder()
            .apiKey("tml-test")
            .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
            .build();
  }

  @AfterEach
  void stop() {
    stalled.countDown();
    client.close();
    server.stop(0);
    threads.close();
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Test
  void call_overHttp_returnsTheAnswer() {
    server.createContext(
        "/api/v1/healthz", exchange -> answer(exchange, 200, "{\"status\":\"ok\"}"));

    HealthResponse health = client.call(Operations.HEALTHZ);

    assertThat(health.status()).isEqualTo("ok");
  }

  @Test
  void send_body_arrivesWithItsLengthAndNothingUpgrades() throws Exception {
    StringBuilder seen = new StringBuilder();
    server.createContext(
        "/echo",
        exchange -> {
          seen.append(exchange.getRequestHeaders().getFirst("Content-Length"))
              .append(exchange.getRequestHeaders().containsKey("Upgrade"));
          answer(
              exchange,
              200,
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        });
    try (JdkTransport transport = JdkTransport.create();
        TransportResponse response =
            transport.send(
                TransportRequest.of(
                    "POST",
                    server(server, "/echo"),
                    Headers.empty(),
                    ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8)),
                    CallKind.TRAIN))) {
      assertThat(response.body().readAllBytes()).asString().isEqualTo("hello");
    }
    assertThat(seen).hasToString("5false");
  }

  private static java.net.URI server(HttpServer server, String path) {
    return java.net.URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  @Tag("readiness:I5")
  @Test
  @Timeout(30)
  void send_forASessionWhileVirtualThreadsCompute_isAnswered() throws Exception {
    server.createContext("/beat", exchange -> answer(exchange, 200, "{}"));
    AtomicBoolean over = new AtomicBoolean();
    List<Thread> busy =
        IntStream.range(0, 2 * Runtime.getRuntime().availableProcessors())
            .mapToObj(i ->
                Thread.ofVirtual()
                    .start(() -> {
                      while (!over.get()) {
                        Thread.onSpinWait();
                      }
                    }))
            .toList();
    try (JdkTransport transport = JdkTransport.create();
        TransportResponse response =
            transport.send(
                TransportRequest.of(
                    "POST",
                    server(server, "/beat"),
                    Headers.empty(),
                    ByteBuffer.allocate(0),
                    CallKind.SESSION))) {
      assertThat(response.status()).isEqualTo(200);
    } finally {
      over.set(true);
    }
    for (Thread thread : busy) {
      thread.join();
    }
  }

  @Test
  void call_stalledBody_endsAtTheTimeout() {
    server.createContext(
        "/api/v1/healthz",
        exchange -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          awaitStop();
        });
    CallOptions impatient =
        CallOptions.builder().timeout(Duration.ofMillis(200)).maxRetries(0).build();

    assertThatThrownBy(() -> client.call(Operations.HEALTHZ, NoContent.INSTANCE, impatient))
        .isInstanceOf(CallTimeoutException.class)
        .hasMessageContaining("PT0.2S");
  }

  @Test
  void call_stalledHeaders_endAtTheTimeoutAndTheNextCallIsFine() {
    server.createContext("/api/v1/healthz", exchange -> awaitStop());
    server.createContext(
        "/api/v1/get_server_capabilities",
        exchange -> answer(exchange, 200, "{\"supported_models\":[]}"));
    CallOptions impatient =
        CallOptions.builder().timeout(Duration.ofMillis(200)).maxRetries(0).build();

    assertThatThrownBy(() -> client.call(Operations.HEALTHZ, NoContent.INSTANCE, impatient))
        .isInstanceOf(CallTimeoutException.class);
    assertThat(client.call(Operations.GET_SERVER_CAPABILITIES).supportedModels()).isEmpty();
  }

  private void awaitStop() {
    try {
      stalled.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void call_redirect_isNotFollowed() {
    server.createContext(
        "/api/v1/healthz",
        exchange -> {
          exchange.getResponseHeaders().set("Location", "http://elsewhere.test/");
          answer(exchange, 302, "moved");
        });

    assertThatThrownBy(() -> client.call(Operations.HEALTHZ))
        .isInstanceOfSatisfying(
            ApiStatusException.class, e -> assertThat(e.status()).isEqualTo(302));
  }

  @Test
  void call_nobodyListens_saysSo() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    try (ApiClient lonely =
        ApiClient.builder().apiKey("tml-test").baseUrl("http://127.0.0.1:" + free).build()) {
      CallOptions once = CallOptions.builder().maxRetries(0).build();

      assertThatThrownBy(() -> lonely.call(Operations.HEALTHZ, NoContent.INSTANCE, once))
          .isInstanceOf(ConnectionException.class)
          .hasMessageContaining("127.0.0.1:" + free);
    }
  }
}

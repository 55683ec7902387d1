package io.tinker4j.transport.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.NotFoundException;
import io.tinker4j.transport.TransportResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Large files over real sockets. */
// readiness: F7, Q1
@Timeout(120)
class DownloadTest {
  /**
   * Several times the heap of the JVM that reads it; {@code -Ddownload.megabytes=1024} for more.
   */
  private static final long BIG = Long.getLong("download.megabytes", 64) << 20;

  private final CountDownLatch end = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Map<String, List<String>>> foreign = new ArrayList<>();
  private final List<Map<String, List<String>>> own = new ArrayList<>();
  private HttpServer api;
  private HttpServer storage;
  private ApiClient client;

  @BeforeEach
  void start() throws IOException {
    api = server();
    storage = server();
    storage.createContext(
        "/file",
        exchange -> {
          foreign.add(Map.copyOf(exchange.getRequestHeaders()));
          answer(exchange, 200, "content");
        });
    client =
        ApiClient.builder()
            .apiKey(TestClient.KEY)
            .header("X-Custom", "1")
            .environment(
                TestClient.environment(Map.of("CLOUDFLARE_ACCESS_CLIENT_SECRET", "cf-secret")))
            .baseUrl(address(api, ""))
            .build();
  }

  private HttpServer server() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
    return server;
  }

  private static String address(HttpServer server, String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private void redirect(String path, int status, String location) {
    api.createContext(
        path,
        exchange -> {
          own.add(Map.copyOf(exchange.getRequestHeaders()));
          exchange.getResponseHeaders().set("Location", location);
          answer(exchange, status, "moved");
        });
  }

  @AfterEach
  void stop() {
    end.countDown();
    client.close();
    api.stop(0);
    storage.stop(0);
    threads.close();
  }

  private String download(String path, CallOptions options) throws IOException {
    try (TransportResponse response = client.download(URI.create(address(api, path)), options)) {
      return new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void download_redirectToAnotherOrigin_leavesAllCredentialsBehind() throws IOException {
    redirect("/first", 302, "/second");
    redirect("/second", 307, address(storage, "/file?signature=1"));
    CallOptions options =
        CallOptions.builder()
            .header("Range", "bytes=0-")
            .header("Authorization", "Bearer user")
            .build();

    assertThat(download("/first", options)).isEqualTo("content");

    assertThat(own)
        .hasSize(2)
        .allSatisfy(headers ->
            assertThat(headers)
                .containsEntry("X-api-key", List.of(TestClient.KEY))
                .containsEntry("X-custom", List.of("1"))
                .containsKeys("Authorization", "Range"));
    assertThat(foreign).hasSize(1);
    assertThat(foreign.getFirst())
        .containsKeys("Range", "User-agent")
        .doesNotContainKeys("X-api-key", "X-custom", "Authorization", "Cf-access-client-secret");
    assertThat(foreign.getFirst().toString()).doesNotContain(TestClient.KEY, "cf-secret");
  }

  @Test
  void download_foreignAddress_getsNoCredentials() throws IOException {
    try (TransportResponse response =
        client.download(URI.create(address(storage, "/file")), CallOptions.defaults())) {
      assertThat(response.body().readAllBytes()).asString().isEqualTo("content");
    }
    assertThat(foreign.getFirst()).doesNotContainKey("X-api-key");
  }

  @Test
  void download_redirectsInACircle_endsAfterTen() {
    redirect("/circle", 302, "/circle");

    assertThatThrownBy(() -> download("/circle", CallOptions.defaults()))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("more than 10 times");
    assertThat(own).hasSize(11);
  }

  @Test
  void download_redirectFromHttpsToHttp_isRefused() {
    FakeTransport secure = new FakeTransport();
    secure.answer(302, "", "Location", "http://files.test/x?signature=s3cret");
    try (ApiClient other =
        ApiClient.builder()
            .apiKey(TestClient.KEY)
            .baseUrl("https://api.test")
            .transport(secure)
            .build()) {
      assertThatThrownBy(
              () -> other.download(URI.create("https://api.test/a"), CallOptions.defaults()))
          .isInstanceOf(DecodeException.class)
          .hasMessageContaining("http://files.test/x")
          .message()
          .doesNotContain("s3cret");
    }
    assertThat(secure.requests).hasSize(1);
  }

  @Test
  void download_hostWithUnderscore_isRefusedWithTheReason() {
    redirect("/first", 302, "http://my_bucket.files.test/x?signature=s3cret");

    assertThatThrownBy(() -> download("/first", CallOptions.defaults()))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("'my_bucket.files.test' has an underscore")
        .message()
        .doesNotContain("s3cret");
    assertThatThrownBy(
            () -> client.download(URI.create("http://my_bucket.test/x"), CallOptions.defaults()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'my_bucket.test' has an underscore");
  }

  @Test
  void download_refused_saysWhy() {
    api.createContext("/none", exchange -> answer(exchange, 404, "{\"detail\":\"gone\"}"));

    assertThatThrownBy(() -> download("/none", CallOptions.defaults()))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("gone");
  }

  @Test
  void download_serverInTrouble_isOpenedAgain() throws IOException {
    AtomicInteger tries = new AtomicInteger();
    api.createContext(
        "/later",
        exchange -> {
          exchange.getResponseHeaders().set("retry-after-ms", "1");
          answer(exchange, tries.incrementAndGet() < 3 ? 503 : 200, "there");
        });

    assertThat(download("/later", CallOptions.defaults())).isEqualTo("there");
    assertThat(tries).hasValue(3);
  }

  @Test
  void read_thatStalls_endsAndLeavesNoInterrupt() throws IOException {
    api.createContext(
        "/stalled",
        exchange -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().write(1);
          exchange.getResponseBody().flush();
          awaitEnd();
        });
    CallOptions impatient = CallOptions.builder().timeout(Duration.ofMillis(300)).build();
    try (TransportResponse response =
        client.download(URI.create(address(api, "/stalled")), impatient)) {
      assertThat(response.body().read()).isEqualTo(1);
      assertThatThrownBy(() -> response.body().read())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("PT0.3S");
    }
    assertThat(Thread.interrupted()).isFalse();
  }

  private void awaitEnd() {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void download_largerThanTheHeap_needsLittleMemory() throws Exception {
    storage.createContext(
        "/big",
        exchange -> {
          exchange.sendResponseHeaders(200, BIG);
          try (OutputStream out = exchange.getResponseBody()) {
            byte[] block = new byte[1 << 20];
            for (long sent = 0; sent < BIG; sent += block.length) {
              out.write(block);
            }
          }
        });
    Process small =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx20m",
                "-XX:MaxDirectMemorySize=16m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                BigDownload.class.getName(),
                address(storage, "/big"))
            .redirectErrorStream(true)
            .start();
    String said = new String(small.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(small.waitFor()).as(said).isZero();
    assertThat(said).contains(Long.toString(BIG));
  }
}

package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.UnixOperatingSystemMXBean;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tinker4j.transport.TinkerException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Clients that are opened, used and closed leave nothing behind. {@code -Dcycles=10000} is the long
 * form.
 */
@Timeout(value = 1, unit = TimeUnit.HOURS)
@Isolated("counts threads and memory")
class ClosedClientsTest {
  private static final int CYCLES = Integer.getInteger("cycles", 60);
  private static final int WARM_UP = 20;

  /** Of heap, for each closed client; some of what is measured belongs to the JVM. */
  private static final long MOST_LEFT = 4_000;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;
  private ServerSocket silent;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/success/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          answer(exchange, 200, path.endsWith("capabilities") ? "{\"supported_models\":[]}" : "{}");
        });
    server.createContext("/refused/", exchange -> answer(exchange, 401, "{\"detail\":\"no\"}"));
    server.start();
    silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.execute(this::hearAndSayNothing);
  }

  private void hearAndSayNothing() {
    try {
      while (true) {
        Socket socket = silent.accept();
        threads.execute(() -> {
          try (socket) {
            long unused = socket.getInputStream().transferTo(OutputStream.nullOutputStream());
          } catch (IOException e) {
            // The client has gone, as it should.
          }
        });
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  @AfterEach
  void stop() throws IOException {
    silent.close();
    server.stop(0);
    threads.close();
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private void cycle(String outcome) {
    int port = outcome.equals("silent") ? silent.getLocalPort() : server.getAddress().getPort();
    try (ServiceClient service =
        ServiceClient.builder()
            .apiKey("tml-test")
            .telemetry(false)
            .baseUrl("http://127.0.0.1:" + port + "/" + outcome)
            .callDeadline(outcome.equals("silent") ? Duration.ofMillis(30) : Duration.ofMinutes(1))
            .build()) {
      if (outcome.equals("success")) {
        assertThat(service.getServerCapabilities().supportedModels()).isEmpty();
      } else {
        assertThatThrownBy(service::getServerCapabilities).isInstanceOf(TinkerException.class);
      }
    }
  }

  private void cycles(int count, String outcome, boolean isVirtual) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      Thread.Builder builder = isVirtual ? Thread.ofVirtual() : Thread.ofPlatform();
      builder.start(() -> cycle(outcome)).join();
    }
  }

  /** What is left when nothing is to be collected any more: heap, threads, descriptors. */
  private record Usage(long heap, int threads, long descriptors) {
    static Usage now() {
      Usage least = measured();
      for (int i = 0; i < 8; i++) {
        Usage next = measured();
        least =
            new Usage(
                Math.min(least.heap, next.heap),
                Math.min(least.threads, next.threads),
                Math.min(least.descriptors, next.descriptors));
      }
      return least;
    }

    private static Usage measured() {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      return new Usage(
          runtime.totalMemory() - runtime.freeMemory(),
          ManagementFactory.getThreadMXBean().getThreadCount(),
          ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
              ? unix.getOpenFileDescriptorCount()
              : 0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "success, true",
    "success, false",
    "refused, true",
    "refused, false",
    "silent, true",
    "silent, false"
  })
  void openUseClose_overAndOver_leavesNothingBehind(String outcome, boolean isVirtual)
      throws InterruptedException {
    cycles(WARM_UP, outcome, isVirtual);
    Usage before = Usage.now();

    cycles(CYCLES, outcome, isVirtual);

    Usage after = Usage.now();
    assertThat((after.heap() - before.heap()) / CYCLES).as("bytes a client").isLessThan(MOST_LEFT);
    assertThat(after.threads() - before.threads()).as("threads").isLessThan(CYCLES / 4);
    assertThat(after.descriptors() - before.descriptors()).as("descriptors").isLessThan(CYCLES / 4);
  }
}

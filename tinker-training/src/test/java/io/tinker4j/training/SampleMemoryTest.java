package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many samples are outstanding in a JVM with little memory. {@code -Dsamples=20000
 * -DsamplesHeap=128m} is the long form.
 */
@Timeout(300)
class SampleMemoryTest {
  private static final int SAMPLES = Integer.getInteger("samples", 2_500);

  /** So many questions show that as many samples are outstanding as there will be. */
  private static final int QUESTIONS = 100;

  private final CountDownLatch answering = new CountDownLatch(1);
  private final CountDownLatch asked = new CountDownLatch(QUESTIONS);
  private final AtomicInteger promises = new AtomicInteger();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 2_000);
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  @AfterEach
  void stop() {
    answering.countDown();
    server.stop(0);
    threads.close();
  }

  private void serve(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    String path = exchange.getRequestURI().getPath();
    String operation = path.substring(path.lastIndexOf('/') + 1);
    byte[] answer = answer(operation).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(operation.equals("dynamic_config") ? 404 : 200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private String answer(String operation) {
    return switch (operation) {
      case "create_session" -> "{\"session_id\":\"s\"}";
      case "create_sampling_session" -> "{\"sampling_session_id\":\"p\"}";
      case "asample" -> "{\"request_id\":\"r" + promises.incrementAndGet() + "\"}";
      case "retrieve_future" -> {
        asked.countDown();
        awaitAnswering();
        yield "{\"sequences\":[{\"stop_reason\":\"stop\",\"tokens\":[]}]}";
      }
      default -> "{}";
    };
  }

  private void awaitAnswering() {
    try {
      answering.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void samples_thousandsOutstandingAtOnce_fitIntoASmallHeap() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + System.getProperty("samplesHeap", "48m"),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                SampleMemoryProgram.class.getName(),
                "http://127.0.0.1:" + server.getAddress().getPort(),
                Integer.toString(SAMPLES))
            .redirectErrorStream(true)
            .start();
    List<String> said = new ArrayList<>();
    try (BufferedReader output = child.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        said.add(line);
        if (line.equals("outstanding")) {
          asked.await();
          answering.countDown();
        }
      }

      assertThat(child.waitFor()).as(String.join("\n", said)).isZero();
      assertThat(said).endsWith("all " + SAMPLES);
    } finally {
      child.destroyForcibly();
    }
  }
}

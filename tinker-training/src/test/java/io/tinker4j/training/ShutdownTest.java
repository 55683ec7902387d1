package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.observe.RecordedRequest;
import io.tinker4j.types.AdamParams;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.Isolated;

/** How service clients end: closed, closed by the JVM's end, or forgotten. */
@Timeout(60)
@Isolated("counts threads and listens to the log")
class ShutdownTest {
  private static final String MODEL = "tinker4j/tiny-bytes";

  @Test
  @Tag("readiness:K4")
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGTERM")
  void sigterm_childJvm_exitsWith143WithTheSessionFinishedAndItsEndReported() throws Exception {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      Process child =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")),
                  ShutdownProgram.class.getName(),
                  server.baseUrl().toString())
              .redirectErrorStream(true)
              .start();
      try (BufferedReader output = child.inputReader()) {
        List<String> said = new ArrayList<>();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
          said.add(line);
          if (line.startsWith("open ")) {
            assertThat(server.openSessions()).hasSize(1);
            assertThat(child.toHandle().destroy()).isTrue();
          }
        }

        assertThat(child.waitFor()).as(String.join("\n", said)).isEqualTo(143);
        assertThat(server.openSessions()).isEmpty();
        assertThat(reports(server)).contains("SESSION_START", "SESSION_END");
        assertThat(server.requests())
            .filteredOn(request -> request.operation().endsWith("/finish"))
            .singleElement()
            .satisfies(request -> assertThat(request.text()).contains("\"interrupted\""));
      } finally {
        child.destroyForcibly();
      }
    }
  }

  private static String reports(EmbeddedTinkerServer server) {
    return server.requests().stream()
        .filter(request -> request.operation().equals("telemetry"))
        .map(RecordedRequest::text)
        .reduce("", String::concat);
  }

  @Test
  @Tag("readiness:K4")
  void close_fromManyThreads_endsOnceAndNobodyReturnsBefore() throws Exception {
    FakeService server = new FakeService();
    ServiceClient service = server.client().build();
    service.createSamplingClient("base");
    CountDownLatch ready = new CountDownLatch(8);
    List<CompletableFuture<Long>> closers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      CompletableFuture<Long> closed = new CompletableFuture<>();
      closers.add(closed);
      Thread unused =
          Thread.ofVirtual()
              .start(() -> {
                ready.countDown();
                service.close(Duration.ofSeconds(10));
                closed.complete(ends(server));
              });
    }
    ready.await();

    for (CompletableFuture<Long> closer : closers) {
      assertThat(closer.get(30, TimeUnit.SECONDS)).isEqualTo(1);
    }
    assertThat(server.callsTo("sessions/s/finish")).hasSize(1);
  }

  private static long ends(FakeService server) {
    return server.callsTo("telemetry").stream()
        .filter(call -> call.body().toStringUtf8().contains("SESSION_END"))
        .count();
  }

  @Test
  void close_interrupted_endsInOrderAndStaysInterrupted() {
    FakeService server = new FakeService();
    ServiceClient service = server.client().build();
    service.createSamplingClient("base");

    Thread.currentThread().interrupt();
    service.close();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(server.callsTo("sessions/s/finish")).hasSize(1);
    assertThat(ends(server)).isEqualTo(1);
  }

  @Test
  @Tag("readiness:I5")
  void close_telemetryThatHangs_endsHeartbeatsAtOnceAndItselfInTime() throws Exception {
    FakeService server = new FakeService();
    CountDownLatch finished = new CountDownLatch(1);
    server.on(
        "telemetry",
        call -> {
          new CountDownLatch(1).await();
          return FakeService.json(500, null);
        });
    server.on(
        "sessions/s/finish",
        call -> {
          finished.countDown();
          return FakeService.json(200, null);
        });
    Set<Thread> before = hearts();
    ServiceClient service = server.client().build();
    service.createSamplingClient("base");
    Thread heart = heart(before);
    long start = System.nanoTime();

    Thread closer = Thread.ofVirtual().start(() -> service.close(Duration.ofSeconds(3)));

    assertThat(heart.join(Duration.ofSeconds(1))).as("the heartbeats have ended").isTrue();
    assertThat(finished.await(2, TimeUnit.SECONDS)).isTrue();
    assertThat(closer.join(Duration.ofSeconds(10))).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
  }

  private static Set<Thread> hearts() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("tinker-heartbeat"))
        .collect(Collectors.toSet());
  }

  private static Thread heart(Set<Thread> before) {
    return hearts().stream().filter(thread -> !before.contains(thread)).findAny().orElseThrow();
  }

  @Test
  @Tag("readiness:I5")
  void forgottenClient_isWarnedAboutAndEndsItsHeartbeats() throws Exception {
    Logger logger = Logger.getLogger(ClientShutdown.class.getName());
    CountDownLatch warned = new CountDownLatch(1);
    Handler handler = handler(warned);
    logger.addHandler(handler);
    CountDownLatch reported = new CountDownLatch(1);
    CountDownLatch finished = new CountDownLatch(1);
    Consumer<RecordedRequest> watch =
        request -> {
          if (request.text().contains("SESSION_END")) {
            reported.countDown();
          }
          if (request.operation().endsWith("/finish")) {
            finished.countDown();
          }
        };
    try (EmbeddedTinkerServer server =
        EmbeddedTinkerServer.builder().requestListener(watch).start()) {
      Set<Thread> before = hearts();
      TrainingClient training = forgetService(server);
      Thread heart = heart(before);
      // Whoever still has a client that it made keeps it alive.
      System.gc();
      training.optimStep(AdamParams.builder().build()).join();
      assertThat(heart.isAlive()).isTrue();
      assertThat(warned.getCount()).isEqualTo(1);
      training = null;

      do {
        System.gc();
      } while (!warned.await(50, TimeUnit.MILLISECONDS));

      assertThat(heart.join(Duration.ofSeconds(20))).isTrue();
      assertThat(reported.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(finished.await(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      logger.removeHandler(handler);
    }
  }

  /** In a method of its own: what a frame has left behind would keep it alive. */
  private static TrainingClient forgetService(EmbeddedTinkerServer server) {
    return ServiceClient.builder()
        .baseUrl(server.baseUrl().toString())
        .apiKey("tml-test")
        .build()
        .createLoraTrainingClient(MODEL);
  }

  private static Handler handler(CountDownLatch warned) {
    return new Handler() {
      @Override
      public void publish(LogRecord logged) {
        if (logged.getMessage().contains("was not closed")) {
          warned.countDown();
        }
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }
}

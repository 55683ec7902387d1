package io.tinker4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.types.proto.DType;
import io.tinker4j.types.proto.Datum;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import io.tinker4j.types.proto.Tensor;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * How fast and how small the server is; client and server share the machine. Not part of the
 * ordinary build: {@code -Dtinker.benchmark=true -Dtest=ServerBenchmarkTest}.
 */
@EnabledIfSystemProperty(named = "tinker.benchmark", matches = "true")
class ServerBenchmarkTest {
  private static final int CLIENTS = 4;
  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final Duration MEASURED = Duration.ofSeconds(10);
  private static final int STEPS = 10_000;

  @TempDir Path data;

  private static void report(String what, double figure) {
    System.out.println(String.format(Locale.ROOT, "BENCHMARK %s: %.1f", what, figure));
  }

  /** Runs a task of several clients over and over; how often each second. */
  private static double rate(List<Runnable> tasks) {
    AtomicLong count = new AtomicLong();
    long start = System.nanoTime();
    long measuredFrom = start + WARM_UP.toNanos();
    long end = measuredFrom + MEASURED.toNanos();
    List<CompletableFuture<Void>> running = new ArrayList<>();
    for (Runnable task : tasks) {
      running.add(
          CompletableFuture.runAsync(
              () -> {
                for (long now = System.nanoTime(); now - end < 0; now = System.nanoTime()) {
                  task.run();
                  if (now - measuredFrom > 0) {
                    count.incrementAndGet();
                  }
                }
              },
              runnable -> new Thread(runnable).start()));
    }
    running.forEach(CompletableFuture::join);
    return count.get() * 1e9 / MEASURED.toNanos();
  }

  @Test
  void json_requests() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        WireClient client = new WireClient(server)) {
      String body = "{\"session_id\":\"%s\"}".formatted(client.createSession());
      List<Runnable> tasks = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        tasks.add(() ->
            assertThat(client.tryPost("session_heartbeat", body).statusCode()).isEqualTo(200));
      }

      double rate = rate(tasks);

      report("JSON requests per second", rate);
      assertThat(rate).isGreaterThan(1000);
    }
  }

  @Test
  void forwardBackward_inMemory() {
    assertThat(passes(EmbeddedTinkerServer.builder().stubbed(), "in memory")).isGreaterThan(500);
  }

  @Test
  void forwardBackward_durable() {
    assertThat(passes(EmbeddedTinkerServer.builder().stubbed().dataDirectory(data), "durable"))
        .isGreaterThan(0);
  }

  /** Submits passes of 8 examples of 512 tokens and retrieves their results. */
  private static double passes(EmbeddedTinkerServer.Builder builder, String mode) {
    try (EmbeddedTinkerServer server = builder.start();
        WireClient client = new WireClient(server)) {
      List<Runnable> tasks = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        String model = client.createModel();
        AtomicLong seqId = new AtomicLong();
        ForwardBackwardRequest.Builder request = request(model);
        tasks.add(() -> pass(client, request.setSeqId((int) seqId.incrementAndGet()).build()));
      }

      double rate = rate(tasks);

      report("forward_backward of 8 x 512 tokens per second, " + mode, rate);
      return rate;
    }
  }

  private static void pass(WireClient client, ForwardBackwardRequest request) {
    String promise =
        WireClient.text(
            WireClient.ok(client.tryPostProtobuf(request.toByteArray(), null)), "request_id");
    HttpResponse<byte[]> result = client.retrieveBinary(promise);
    assertThat(result.headers().firstValue("content-type")).hasValue("application/x-protobuf");
  }

  private static ForwardBackwardRequest.Builder request(String model) {
    int[] tokens = new int[512];
    long[] targets = new long[512];
    float[] weights = new float[512];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = i % 256;
      targets[i] = (i + 1L) % 256;
      weights[i] = 1;
    }
    ForwardBackwardRequest.Builder request =
        ForwardBackwardRequest.newBuilder().setModelId(model).setLossFn("cross_entropy");
    for (int i = 0; i < 8; i++) {
      request.addData(
          Datum.newBuilder()
              .addModelInput(BinaryPass.chunk(tokens))
              .putLossFnInputs(
                  "target_tokens",
                  Tensor.newBuilder()
                      .setDense(BinaryPass.longs(targets))
                      .setDtype(DType.DTYPE_INT64)
                      .addShape(512)
                      .build())
              .putLossFnInputs(
                  "weights",
                  Tensor.newBuilder()
                      .setDense(BinaryPass.floats(weights))
                      .setDtype(DType.DTYPE_FLOAT32)
                      .addShape(512)
                      .build()));
    }
    return request;
  }

  @Test
  void startUp() throws Exception {
    long start = System.nanoTime();
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      report("start in this JVM, ms", (System.nanoTime() - start) / 1e6);
      assertThat(server.baseUrl()).isNotNull();
    }
    start = System.nanoTime();
    try (ServerProcess server = ServerProcess.startInMemory()) {
      double ms = (System.nanoTime() - start) / 1e6;
      report("start of a JVM with a server, ms", ms);
      assertThat(server.pid()).isPositive();
    }
  }

  @Test
  void memory_ofTenThousandSteps() throws Exception {
    try (ServerProcess server = ServerProcess.startInMemory()) {
      train(server, "in memory", resident -> assertThat(resident).isLessThan(244));
    }
  }

  @Test
  void memory_ofTenThousandDurableSteps() throws Exception {
    try (ServerProcess server = ServerProcess.start(data)) {
      train(server, "durable", resident -> assertThat(resident).isLessThan(244));
    }
    long start = System.nanoTime();
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.builder().dataDirectory(data).start()) {
      report("restart after 10,000 steps, ms", (System.nanoTime() - start) / 1e6);
      assertThat(server.openSessions()).hasSize(1);
    }
  }

  private static void train(ServerProcess server, String mode, LongConsumer check)
      throws Exception {
    try (WireClient client = new WireClient(server.baseUrl())) {
      String model = client.createModel();
      long start = System.nanoTime();
      for (long step = 0; step < STEPS; step++) {
        client.train(model, 2 * step + 1);
      }
      report("steps per second, " + mode, STEPS * 1e9 / (System.nanoTime() - start));
      long kilobytes =
          Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
              .filter(line -> line.startsWith("VmHWM"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .findFirst()
              .orElseThrow();
      report("peak resident MiB of 10,000 steps, " + mode, kilobytes / 1024.0);
      check.accept(kilobytes / 1024);
    }
  }
}

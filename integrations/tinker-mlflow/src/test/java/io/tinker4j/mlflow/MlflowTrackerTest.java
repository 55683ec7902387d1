package io.tinker4j.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.CheckpointSchedule;
import io.tinker4j.recovery.ExperimentTracker;
import io.tinker4j.recovery.RecoveryEvent;
import io.tinker4j.recovery.RecoveryEvent.Degradation;
import io.tinker4j.recovery.RecoveryEvent.Degraded;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.Backoff;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an MLflow server gets to hear, and what becomes of training when it does not listen. */
// readiness: S11, U11
@Timeout(60)
class MlflowTrackerTest {
  private static final String MODEL = "tinker4j/nano-bytes";
  private static final Headers TOKEN =
      Headers.builder().add("Authorization", "Bearer secret-token").build();
  private static final Backoff SOON =
      new Backoff(Duration.ofMillis(1), Duration.ofMillis(1), 0, Backoff.Growth.CONSTANT);

  /** A call that has arrived. */
  private record Call(String path, String authorization, Map<String, @Nullable Object> body) {}

  /** How a server answers a call. */
  private interface Answer {
    int status(String path, int number) throws InterruptedException;
  }

  @TempDir private Path directory;
  private final List<Call> calls = Collections.synchronizedList(new ArrayList<>());
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server = unbound();
  private Answer answer = (path, number) -> 200;

  private static HttpServer unbound() {
    try {
      return HttpServer.create();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void start() throws IOException {
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/mlflow/api/2.0/mlflow/", this::handle);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath().replace("/mlflow/api/2.0/mlflow/", "");
    byte[] body = exchange.getRequestBody().readAllBytes();
    calls.add(
        new Call(
            path,
            String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
            JsonCodec.readMap(body)));
    try {
      int status = answer.status(path, calls.size());
      String json =
          status == 200 && path.equals("runs/create")
              ? "{\"run\":{\"info\":{\"run_id\":\"abc123\"}}}"
              : status == 200 ? "{}" : "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\"}";
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.close();
    }
  }

  private ExperimentTracker tracker() {
    URI uri = URI.create("http://localhost:" + server.getAddress().getPort() + "/mlflow/");
    return MlflowTracker.create(uri, "7", TOKEN, SOON);
  }

  private List<Call> calls(String path) {
    return calls.stream().filter(call -> call.path().equals(path)).toList();
  }

  @SuppressWarnings("unchecked")
  private List<Map<String, Object>> all(String kind) {
    return calls("runs/log-batch").stream()
        .filter(call -> call.body().containsKey(kind))
        .flatMap(call ->
            ((List<Map<String, Object>>) Objects.requireNonNull(call.body().get(kind))).stream())
        .toList();
  }

  @Test
  void run_isCreatedDescribedAndEnded() throws Exception {
    try (EmbeddedTinkerServer embedded = EmbeddedTinkerServer.start()) {
      RunResult result =
          training(embedded)
              .configuration(Map.of("data: version", "2"))
              .tracker(tracker())
              .build()
              .resumeOrStart();

      assertThat(calls.getFirst().path()).isEqualTo("runs/create");
      assertThat(calls.getFirst().body()).containsEntry("experiment_id", "7");
      assertThat(calls).allMatch(call -> call.authorization().equals("Bearer secret-token"));
      assertThat(calls.subList(1, calls.size()))
          .allMatch(call -> "abc123".equals(call.body().get("run_id")));
      assertThat(all("params"))
          .contains(
              Map.of("key", "base_model", "value", MODEL),
              Map.of("key", "data_ version", "value", "2"));
      assertThat(all("metrics"))
          .filteredOn(metric -> "loss_sum".equals(metric.get("key")))
          .extracting(metric -> ((Number) Objects.requireNonNull(metric.get("step"))).longValue())
          .hasSize(25)
          .isSorted();
      assertThat(calls.getLast().path()).isEqualTo("runs/update");
      assertThat(calls.getLast().body())
          .containsEntry("status", "FINISHED")
          .containsKey("end_time");
      List<Call> tags = calls("runs/set-tag");
      assertThat(tags).hasSize(4);
      assertThat(tags.getLast().body()).containsEntry("key", "artifact.step-25");
      assertThat(JsonCodec.readMap(bytes(tags.getLast().body().get("value"))))
          .containsOnlyKeys("artifact_id", "type", "uri", "size_bytes", "checksum", "metadata")
          .containsEntry("artifact_id", "step-25")
          .containsEntry("type", "checkpoint")
          .containsEntry("uri", result.checkpointPath());
    }
  }

  private ResumableTraining.Builder<List<Datum>> training(EmbeddedTinkerServer embedded) {
    List<Datum> sentence = List.of(Datum.supervised("the quick fox".chars().toArray()));
    return ResumableTraining.supervised(
            Batches.of(List.of(sentence), 25), LossFunction.CROSS_ENTROPY, step -> 0.01)
        .service(() ->
            ServiceClient.builder()
                .baseUrl(embedded.baseUrl().toString())
                .apiKey("tml-test")
                .build())
        .baseModel(MODEL)
        .schedule(CheckpointSchedule.builder().everySteps(10).build())
        .journal(directory.resolve("run"));
  }

  private static byte[] bytes(@Nullable Object text) {
    return String.valueOf(text).getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void numbersThatAreNotFinite_areLeftOut() {
    ExperimentTracker tracker = tracker();

    tracker.start(Map.of());
    tracker.metrics(1, Map.of("a", Double.NaN, "b", 0.5, "c", Double.POSITIVE_INFINITY));
    tracker.metrics(2, Map.of("a", Double.NaN));
    tracker.finish(ExperimentTracker.Status.STOPPED);

    assertThat(all("metrics")).extracting(metric -> metric.get("key")).containsExactly("b");
    assertThat(calls.getLast().body()).containsEntry("status", "KILLED");
  }

  @Test
  void serverThatIsBusy_isAskedAgain_andNothingIsLost() {
    answer = (path, number) -> number % 3 == 0 ? 200 : 503;
    ExperimentTracker tracker = tracker();

    tracker.start(Map.of("a", "1"));
    tracker.finish(ExperimentTracker.Status.FINISHED);

    assertThat(calls)
        .extracting(Call::path)
        .containsExactly(
            "runs/create",
            "runs/create",
            "runs/create",
            "runs/log-batch",
            "runs/log-batch",
            "runs/log-batch",
            "runs/update",
            "runs/update",
            "runs/update");
  }

  @Test
  void serverThatRefuses_costsAnEventAtTheEnd_andNoStep() throws Exception {
    answer = (path, number) -> 404;
    List<RecoveryEvent> events = Collections.synchronizedList(new ArrayList<>());
    try (EmbeddedTinkerServer embedded = EmbeddedTinkerServer.start()) {
      RunResult result =
          training(embedded).tracker(tracker()).listener(events::add).build().resumeOrStart();

      assertThat(result.isComplete()).isTrue();
      assertThat(result.recoveries()).isZero();
      assertThat(events)
          .singleElement()
          .isInstanceOfSatisfying(
              Degraded.class,
              event -> {
                assertThat(event.degradation()).isEqualTo(Degradation.HOUSEKEEPING);
                assertThat(event.reason())
                    .contains("were lost")
                    .contains("runs/create was answered with 404")
                    .contains("RESOURCE_DOES_NOT_EXIST")
                    .doesNotContain("secret-token");
              });
    }
  }

  /** The server answers nothing until the test ends. */
  @Test
  void serverThatHangs_delaysNoCall_andTheOldestAreGivenUp() {
    CountDownLatch end = new CountDownLatch(1);
    answer =
        (path, number) -> {
          end.await();
          return 200;
        };
    ExperimentTracker tracker = tracker();
    tracker.start(Map.of());

    for (int step = 1; step <= 5_000; step++) {
      tracker.metrics(step, Map.of("loss", 1.0));
    }

    assertThatThrownBy(() -> tracker.finish(ExperimentTracker.Status.FAILED))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("calls to MLflow")
        .hasMessageContaining("more than 1000 calls wait");
    end.countDown();
  }

  @Test
  void settingsThatMakeNoSense_areRefused() {
    assertThatThrownBy(() -> MlflowTracker.create(URI.create("host:1"), "0", TOKEN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("http://");
    assertThatThrownBy(() -> MlflowTracker.create(URI.create("http://a"), " ", TOKEN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("experimentId");
  }

  @Test
  void tracker_callThatCannotBeWritten_isCountedAsLostAndThoseBehindItAreSent() {
    URI uri = URI.create("http://localhost:" + server.getAddress().getPort() + "/mlflow/");
    MlflowCalls begun =
        MlflowCalls.begin(new MlflowCalls.Server(uri, "7", TOKEN, SOON), Time.system());
    begun.add("runs/set-tag", Map.of("value", Double.NaN));
    begun.add("runs/set-tag", Map.of("value", "fine"));

    assertThatThrownBy(begun::end)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("1 calls to MLflow");
    assertThat(calls("runs/set-tag"))
        .singleElement()
        .satisfies(call -> assertThat(call.body()).containsEntry("value", "fine"));
  }
}

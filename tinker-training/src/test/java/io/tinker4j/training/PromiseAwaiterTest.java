package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.training.internal.ByteBudget;
import io.tinker4j.training.internal.ResultType;
import io.tinker4j.training.telemetry.Telemetry;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.types.OptimStepResponse;
import io.tinker4j.types.QueueState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

// readiness: A2, B6, D4, M2
class PromiseAwaiterTest {
  private static final String READY = "{\"metrics\":{\"grad_norm\":1.5}}";

  private final RecordingTime time = new RecordingTime();
  private final ScriptedTransport server = new ScriptedTransport();
  private final ByteBudget budget = new ByteBudget(100);
  private final ApiClient api =
      ApiClient.builder()
          .apiKey("tml-test")
          .baseUrl("http://tinker.test")
          .transport(server)
          .time(time)
          .build();

  @AfterEach
  void close() {
    api.close();
  }

  private final List<QueueStateListener.Change> changes = new ArrayList<>();
  private final ProgressTracker activity =
      new ProgressTracker(time, changes::add, ProgressTracker.Kind.TRAINING, "model-1");
  private final PendingCall<OptimStepResponse> call =
      new PendingCall<>("OptimStep", Runners.on(time), activity, ResultTimeouts.builder().build());
  private final PromiseAwaiter awaiter =
      new PromiseAwaiter(api, time, () -> 0, budget, new Telemetry(time));

  private OptimStepResponse await() throws InterruptedException {
    return awaiter.await("req-x", ResultType.OPTIM_STEP, Duration.ofMillis(250), call);
  }

  private List<Long> sleptSeconds() {
    return time.sleeps.stream().map(Duration::toSeconds).toList();
  }

  private String body(int request) {
    return StandardCharsets.UTF_8.decode(server.requests.get(request).body()).toString();
  }

  @Test
  void await_immediateResult_sendsTheHeadersOfTheFirstPoll() throws Exception {
    server.answer(200, READY);

    assertThat(await().metrics().orElseThrow().get("grad_norm")).hasValue(1.5);

    Headers headers = server.requests.get(0).headers();
    assertThat(body(0)).isEqualTo("{\"request_id\":\"req-x\",\"allow_metadata_only\":true}");
    assertThat(headers.first("X-Tinker-Request-Type")).hasValue("OptimStep");
    assertThat(headers.first("X-Tinker-Request-Iteration")).hasValue("0");
    assertThat(headers.first("X-Tinker-Create-Promise-Roundtrip-Time")).hasValue("0.25");
    assertThat(headers.first("Accept")).hasValue("application/json");
  }

  @Test
  void await_notReady_asksAgainAtOnceWithTheNextIteration() throws Exception {
    server
        .answer(200, "{\"type\":\"try_again\",\"queue_state\":\"paused_capacity\"}")
        .answer(408, "{\"queue_state\":\"active\"}")
        .answer(200, READY);

    await();

    assertThat(time.sleeps).isEmpty();
    assertThat(server.requests.get(2).headers().first("X-Tinker-Request-Iteration")).hasValue("2");
    assertThat(server.requests.get(2).headers().first("X-Tinker-Create-Promise-Roundtrip-Time"))
        .isEmpty();
  }

  @Test
  void await_sizeOnly_reservesBytesAndAsksForTheWhole() throws Exception {
    server.answer(200, "{\"status\":\"complete_metadata\",\"response_payload_size\":60}");
    server.answer(200, READY);

    await();

    assertThat(body(1)).contains("\"allow_metadata_only\":false");
    assertThat(budget.available()).isEqualTo(100);
  }

  @Test
  void await_muchMoreThanAnnounced_isFinalAndReleasesTheBytes() {
    server.answer(200, "{\"status\":\"complete_metadata\",\"response_payload_size\":60}");
    server.answer(200, " ".repeat(2 << 20) + READY);

    assertThatThrownBy(this::await)
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("larger than the 1048696 bytes");
    assertThat(budget.available()).isEqualTo(100);
  }

  @ParameterizedTest
  @CsvSource({"200, content-encoding, br", "500, x-should-retry, false"})
  void await_answerThatDoesNotGetBetter_isFinalAtOnce(int status, String header, String value) {
    server.answer(status, Headers.builder().set(header, value).build(), READY);

    assertThatThrownBy(this::await).isInstanceOf(TinkerException.class);

    assertThat(server.requests).hasSize(1);
    assertThat(time.sleeps).isEmpty();
  }

  @Test
  void await_sizeOnlyTwice_failsAndReleasesTheBytes() {
    server.answer(200, "{\"status\":\"complete_metadata\",\"response_payload_size\":60}");
    server.answer(200, "{\"status\":\"complete_metadata\",\"response_payload_size\":60}");

    assertThatThrownBy(this::await).isInstanceOf(RequestFailedException.class);
    assertThat(budget.available()).isEqualTo(100);
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"error\":\"boom\",\"category\":\"user\"}', USER",
    "'{\"error\":\"boom\",\"category\":\"server\"}', SERVER",
    "'{\"error\":\"boom\",\"category\":\"User\"}', UNKNOWN",
    "'{\"error\":\"boom\"}', UNKNOWN",
    "'{\"error\":\"boom\",\"metrics\":{}}', UNKNOWN"
  })
  void await_failedOperation_isFinalAndTyped(
      String json, RequestFailedException.Category category) {
    server.answer(200, json);

    assertThatThrownBy(this::await)
        .isInstanceOfSatisfying(
            RequestFailedException.class,
            e -> {
              assertThat(e.category()).isEqualTo(category);
              assertThat(e.requestId()).hasValue("req-x");
              assertThat(e).hasMessageContaining("boom");
            });
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void await_overload_backsOffAndStartsAfreshAfterAnAnswer() throws Exception {
    for (int i = 0; i < 7; i++) {
      server.answer(429, "{\"detail\":\"x\"}");
    }
    server.answer(200, "{\"type\":\"try_again\"}");
    server.answer(429, "{\"detail\":\"x\"}");
    server.answer(200, READY);

    await();

    assertThat(sleptSeconds()).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L, 1L);
  }

  @Test
  void await_retryAfter_isHonoured() throws Exception {
    server.answer(
        503, Headers.builder().set("retry-after", "7").set("content-length", "1").build(), "x");
    server.answer(200, READY);

    await();

    assertThat(sleptSeconds()).containsExactly(7L);
  }

  @Test
  void await_serverErrorsAndLostConnections_arePaced() throws Exception {
    server.answer(500, "{}").lose().answer(400, Headers.empty(), "").answer(200, READY);

    await();

    assertThat(sleptSeconds()).containsExactly(1L, 2L, 4L);
  }

  @Test
  void await_billingStop_pausesFiveSeconds() throws Exception {
    server.answer(402, "{\"detail\":\"x\"}").answer(200, READY);

    await();

    assertThat(sleptSeconds()).containsExactly(5L);
  }

  @Test
  void await_badRequestWithDetail_isAFailedOperationAtOnce() {
    server.answer(400, "{\"detail\":\"top-k is not supported\"}");

    assertThatThrownBy(this::await)
        .isInstanceOf(RequestFailedException.class)
        .hasMessageContaining("top-k is not supported");
  }

  @Test
  void await_bareBadRequest_isAskedThreeTimesMore() {
    for (int i = 0; i < 4; i++) {
      server.answer(400, "what?");
    }

    assertThatThrownBy(this::await).isInstanceOf(ApiStatusException.class);
    assertThat(server.requests).hasSize(4);
    assertThat(sleptSeconds()).containsExactly(1L, 2L, 4L);
  }

  @Test
  void await_notReadyWithRetryAfter_asksAgainThen() throws Exception {
    server.answer(408, Headers.builder().set("retry-after", "7").build(), "");
    server.answer(200, READY);

    await();

    assertThat(sleptSeconds()).containsExactly(7L);
  }

  @Test
  void await_resultOrItsSize_isProgressOfAllOperations() throws Exception {
    server.answer(200, "{\"status\":\"complete_metadata\",\"response_payload_size\":60}");
    server.answer(200, READY);
    List<Duration> sinceProgress = new ArrayList<>();
    server.beforeEach(() -> {
      time.advance(Duration.ofMinutes(1));
      sinceProgress.add(activity.idleSince(0));
    });

    await();

    assertThat(sinceProgress).containsExactly(Duration.ofMinutes(1), Duration.ofMinutes(1));
    assertThat(activity.idleSince(0)).isZero();
  }

  @Test
  void await_sizeOnly_isTakenFromWhatMayBeDownloadedAtOnce() throws Exception {
    List<Long> free = new ArrayList<>();
    server.answer(200, "{\"status\":\"complete_metadata\",\"response_payload_size\":60}");
    server.answer(200, READY);
    server.beforeEach(() -> free.add(awaiter.freeBytes()));

    await();

    assertThat(free).containsExactly(100L, 40L);
  }

  @Test
  void await_resultAnnouncedAsEmpty_isReadWithinTheSlack() {
    server.answer(200, "{\"status\":\"complete_metadata\",\"response_payload_size\":0}");
    server.answer(200, " ".repeat(2 << 20) + READY);

    assertThatThrownBy(this::await)
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("larger than the 1048576 bytes");
  }

  @Test
  void await_expiredPromise_saysSo() {
    server.answer(410, "{\"detail\":\"x\"}");

    assertThatThrownBy(this::await).isInstanceOf(PromiseExpiredException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 405, 409, 413, 422, 425})
  void await_otherStatus_isFinal(int status) {
    server.answer(status, "{\"detail\":\"x\"}");

    assertThatThrownBy(this::await)
        .isInstanceOfSatisfying(
            ApiStatusException.class, e -> assertThat(e.status()).isEqualTo(status));
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void await_noProgressForTheTimeout_givesUp() {
    for (int i = 0; i < 200; i++) {
      server.answer(200, "{\"type\":\"try_again\",\"queue_state\":\"paused_capacity\"}");
    }
    server.beforeEach(() -> time.advance(Duration.ofMinutes(1)));

    assertThatThrownBy(this::await).isInstanceOf(ProgressTimeoutException.class);
    assertThat(server.requests).hasSizeBetween(120, 123);
  }

  @Test
  void await_stateThatChangesNowAndThen_isNotGivenUp() throws Exception {
    for (int i = 0; i < 180; i++) {
      String state = i / 30 % 2 == 0 ? "active" : "paused_capacity";
      server.answer(200, "{\"type\":\"try_again\",\"queue_state\":\"" + state + "\"}");
    }
    server.answer(200, READY);
    server.beforeEach(() -> time.advance(Duration.ofMinutes(1)));

    await();

    assertThat(time.now()).isAfter(Instant.EPOCH.plus(Duration.ofHours(3)));
  }

  @Test
  void await_otherOperationsOfTheClientComeFurther_isNotGivenUp() throws Exception {
    for (int i = 0; i < 180; i++) {
      server.answer(200, "{\"type\":\"try_again\",\"queue_state\":\"active\"}");
    }
    server.answer(200, READY);
    server.beforeEach(() -> {
      time.advance(Duration.ofMinutes(1));
      if (server.requests.size() % 60 == 0) {
        activity.progressed();
      }
    });

    assertThat(await()).isNotNull();
  }

  // readiness: P4
  @Test
  void await_shorterProgressTimeout_isKept() {
    for (int i = 0; i < 20; i++) {
      server.answer(200, "{\"type\":\"try_again\",\"queue_state\":\"active\"}");
    }
    server.beforeEach(() -> time.advance(Duration.ofMinutes(1)));
    PendingCall<OptimStepResponse> impatient =
        new PendingCall<>(
            "OptimStep",
            Runners.on(time),
            activity,
            ResultTimeouts.builder().progressTimeout(Duration.ofMinutes(5)).build());

    assertThatThrownBy(
            () -> awaiter.await("req-x", ResultType.OPTIM_STEP, Duration.ZERO, impatient))
        .isInstanceOf(ProgressTimeoutException.class)
        .hasMessageContaining("PT5M");
    assertThat(server.requests).hasSize(6);
  }

  // readiness: E3
  @Test
  void await_pausedQueue_isReportedOncePerChangeWithItsReason() throws Exception {
    server
        .answer(408, "{\"queue_state\":\"paused_rate_limit\",\"queue_state_reason\":\"many\"}")
        .answer(408, "{\"queue_state\":\"paused_rate_limit\",\"queue_state_reason\":\"many\"}")
        .answer(200, "{\"type\":\"try_again\",\"queue_state\":\"paused_capacity\"}")
        .answer(200, READY);

    await();

    assertThat(changes)
        .containsExactly(
            new QueueStateListener.Change("model-1", QueueState.PAUSED_RATE_LIMIT, "many"),
            new QueueStateListener.Change("model-1", QueueState.PAUSED_CAPACITY, ""),
            new QueueStateListener.Change("model-1", QueueState.ACTIVE, ""));
  }

  @Test
  void await_listenerThrows_theResultStillArrives() throws Exception {
    server.answer(200, "{\"type\":\"try_again\",\"queue_state\":\"paused_capacity\"}");
    server.answer(200, READY);
    QueueStateListener broken =
        change -> {
          throw new IllegalStateException("listener");
        };
    ProgressTracker told = new ProgressTracker(time, broken, ProgressTracker.Kind.TRAINING, "m");

    assertThat(
            awaiter.await(
                "req-x",
                ResultType.OPTIM_STEP,
                Duration.ZERO,
                new PendingCall<>(
                    "OptimStep", Runners.on(time), told, ResultTimeouts.builder().build())))
        .isNotNull();
  }

  @Test
  void await_serverThatDoesNotHoldTheQuestion_isAskedLessAndLessOften() throws Exception {
    for (int i = 0; i < 10; i++) {
      server.answer(i % 2 == 0 ? 200 : 408, "{\"type\":\"try_again\",\"queue_state\":\"active\"}");
    }
    server.answer(200, READY);

    await();

    assertThat(time.sleeps)
        .extracting(Duration::toMillis)
        .containsExactly(250L, 500L, 1000L, 2000L, 4000L, 5000L, 5000L);
  }

  @Test
  void await_jitter_shortensTheWaitsByAtMostAQuarter() throws Exception {
    server.answer(500, "{}").answer(500, "{}").answer(200, READY);
    PromiseAwaiter jittered =
        new PromiseAwaiter(
            api, time, () -> -1L, budget, new Telemetry(time)); // the largest chance below 1

    jittered.await("req-x", ResultType.OPTIM_STEP, Duration.ZERO, call);

    assertThat(time.sleeps)
        .allSatisfy(sleep -> assertThat(sleep).isPositive())
        .extracting(Duration::toMillis)
        .containsExactly(750L, 1500L);
  }

  @Test
  void await_doneFuture_stopsAsking() {
    call.future().cancel(false);

    assertThatThrownBy(this::await).isInstanceOf(InterruptedException.class);
    assertThat(server.requests).isEmpty();
  }

  @Test
  void await_futureCancelledMeanwhile_interruptsTheWaitAndReleasesTheBytes() {
    server.answer(200, "{\"status\":\"complete_metadata\",\"response_payload_size\":60}");
    server.answer(500, "{}");
    server.beforeEach(() -> {
      if (server.requests.size() == 2) {
        call.future().cancel(false);
      }
    });

    // The interrupt meets the call or, when its answer is quicker, what follows.
    assertThatThrownBy(this::await)
        .isInstanceOfAny(InterruptedException.class, CallInterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(server.requests).hasSize(2);
    assertThat(budget.available()).isEqualTo(100);
  }
}

package io.tinker4j.transport.client;

import static io.tinker4j.transport.client.TestClient.INPUT;
import static io.tinker4j.transport.client.TestClient.OK;
import static io.tinker4j.transport.client.TestClient.ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.Backoff;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.CircuitOpenException;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.internal.Environment;
import io.tinker4j.transport.jdk.EnvironmentTransports;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.wire.UntypedFuture;
import io.tinker4j.types.wire.WeightsInfoRequest;
import java.io.InputStream;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Retry budget, circuits and rejections: what calls share. */
// readiness: D2, D3, H6, I6, M1, P1, P2, P3, P5
class ResilienceTest {
  private static final Operation<WeightsInfoRequest, UntypedFuture> TRAIN =
      TestClient.post(CallKind.TRAIN);
  private static final Operation<WeightsInfoRequest, UntypedFuture> SAMPLE =
      TestClient.post(CallKind.SAMPLE);
  private static final Operation<WeightsInfoRequest, UntypedFuture> FUTURES =
      TestClient.post(CallKind.FUTURES);

  private final RecordingTime time = new RecordingTime();
  private final FakeTransport server = new FakeTransport();
  private final RecordingListener listener = new RecordingListener();
  private final ApiClient client = TestClient.of(server, time).listener(listener).build();

  private UntypedFuture call(Operation<WeightsInfoRequest, UntypedFuture> operation) {
    return client.call(operation, INPUT, ONCE);
  }

  private void failOften(int times, Operation<WeightsInfoRequest, UntypedFuture> operation) {
    for (int i = 0; i < times; i++) {
      assertThatThrownBy(() -> call(operation)).isInstanceOf(TinkerException.class);
      time.sleep(Duration.ofSeconds(3));
    }
  }

  @Property(seed = "42")
  void backoff_anyRetry_staysInItsInterval(
      @ForAll @IntRange(max = 5_000) int retry,
      @ForAll @DoubleRange(max = 1, maxIncluded = false) double random) {
    Backoff backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(10), 0.25);
    double full = retry >= 5 ? 10_000 : 500 * Math.pow(2, retry);

    assertThat((double) backoff.minusJitter(retry, random).toMillis())
        .isBetween(full * 0.75 - 1, full);
    assertThat((double) backoff.plusMinusJitter(retry, random).toMillis())
        .isBetween(full * 0.75 - 1, Math.min(full * 1.25, 10_000));
  }

  @Test
  void budget_usedUp_makesRetriesWaitInsteadOfFlooding() {
    RetryBudget budget = new RetryBudget(time);
    Duration limit = Duration.ofMinutes(10);
    for (int i = 0; i < 100; i++) {
      assertThat(budget.take(Duration.ZERO, limit)).contains(Duration.ZERO);
    }

    assertThat(budget.take(Duration.ZERO, limit)).contains(Duration.ofMillis(100));
    assertThat(budget.take(Duration.ZERO, limit)).contains(Duration.ofMillis(200));
    assertThat(budget.take(Duration.ofSeconds(1), limit)).contains(Duration.ofSeconds(1));
  }

  @Test
  void budget_growsWithCallsAndWithTime() {
    RetryBudget budget = new RetryBudget(time);
    Duration limit = Duration.ofMinutes(10);
    for (int i = 0; i < 100; i++) {
      budget.take(Duration.ZERO, limit);
    }

    for (int i = 0; i < 5; i++) {
      budget.called();
    }
    assertThat(budget.take(Duration.ZERO, limit)).contains(Duration.ZERO);
    time.sleep(Duration.ofMillis(100));
    assertThat(budget.take(Duration.ZERO, limit)).contains(Duration.ZERO);
    assertThat(budget.take(Duration.ZERO, limit).orElseThrow()).isPositive();
  }

  @Test
  void budget_waitBeyondTheLimit_isRefusedAndCostsNothing() {
    RetryBudget budget = new RetryBudget(time);

    assertThat(budget.take(Duration.ofSeconds(5), Duration.ofSeconds(5))).isEmpty();
    for (int i = 0; i < 100; i++) {
      assertThat(budget.take(Duration.ZERO, Duration.ofSeconds(1))).contains(Duration.ZERO);
    }
  }

  @Test
  void retries_ofManyCalls_stayWithinTheSharedBudget() {
    server.answer(503, "{}", "retry-after-ms", "1");
    long start = time.nanoTime();
    int calls = 200;
    for (int i = 0; i < calls; i++) {
      assertThatThrownBy(() -> client.call(TRAIN, INPUT)).isInstanceOf(TinkerException.class);
    }

    double seconds = (time.nanoTime() - start) / 1e9;
    int retries =
        server.requests.size()
            - (int)
                listener.heard.stream().filter(event -> event.equals("attempt 0 started")).count();
    assertThat(retries)
        .isPositive()
        .isLessThanOrEqualTo((int) Math.ceil(100 + 0.2 * calls + 10 * seconds));
  }

  @Test
  void circuit_fiveFailuresOverTenSeconds_opensForItsKindOnly() {
    server.answer(503, "{}");
    failOften(5, TRAIN);

    CircuitOpenException refused =
        catchThrowableOfType(CircuitOpenException.class, () -> call(TRAIN));

    assertThat(refused.retryAfter()).contains(Duration.ofMillis(4_500));
    assertThat(refused.isRetryable()).isTrue();
    assertThat(refused).hasMessageContaining("was not sent").hasMessageContaining("4.5 s");
    assertThat(server.requests).hasSize(5);
    assertThatThrownBy(() -> call(SAMPLE)).isNotInstanceOf(CircuitOpenException.class);
    assertThat(server.requests).hasSize(6);
    assertThat(listener.heard).containsOnlyOnce("circuit TRAIN OPEN");
  }

  @Test
  void circuit_manyFailuresAtOnce_staysClosed() {
    server.answer(503, "{}");

    for (int i = 0; i < 50; i++) {
      assertThatThrownBy(() -> call(TRAIN)).isInstanceOf(ApiStatusException.class);
    }

    assertThat(server.requests).hasSize(50);
  }

  @Test
  void circuit_afterItsTime_probesOnceAndCloses() {
    for (int i = 0; i < 5; i++) {
      server.answer(503, "{}");
    }
    server.answer(200, OK);
    failOften(5, TRAIN);
    time.sleep(Duration.ofSeconds(5));

    call(TRAIN);
    call(TRAIN);

    assertThat(listener.heard)
        .containsSubsequence(
            "circuit TRAIN OPEN", "circuit TRAIN HALF_OPEN", "circuit TRAIN CLOSED");
  }

  @Test
  void circuit_failedProbe_opensLonger() {
    server.answer(503, "{}");
    failOften(5, TRAIN);
    time.sleep(Duration.ofSeconds(5));

    assertThatThrownBy(() -> call(TRAIN)).isInstanceOf(ApiStatusException.class);

    assertThatThrownBy(() -> call(TRAIN))
        .isInstanceOfSatisfying(
            CircuitOpenException.class,
            e -> assertThat(e.retryAfter()).contains(Duration.ofSeconds(15)));
  }

  @Test
  void circuit_whileProbing_refusesOthers() throws Exception {
    CountDownLatch probing = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    for (int i = 0; i < 5; i++) {
      server.answer(503, "{}");
    }
    server.then(request -> {
      probing.countDown();
      answer.await();
      return FakeTransport.response(200, OK);
    });
    failOften(5, TRAIN);
    time.sleep(Duration.ofSeconds(5));
    Thread probe = Thread.ofVirtual().start(() -> call(TRAIN));
    probing.await();

    assertThatThrownBy(() -> call(TRAIN))
        .isInstanceOfSatisfying(
            CircuitOpenException.class,
            e -> assertThat(e.retryAfter()).contains(Duration.ofSeconds(1)));
    answer.countDown();
    probe.join();
    assertThat(listener.heard).endsWith("circuit TRAIN CLOSED", "call succeeded");
  }

  @ParameterizedTest
  @CsvSource({"400", "401", "404", "409", "422", "429"})
  void circuit_answersThatAreNotTheServersFault_keepItClosed(int status) {
    server.answer(status, "{\"detail\":\"x\"}");

    failOften(20, TRAIN);

    assertThat(server.requests).hasSize(20);
  }

  @Test
  void circuit_lostConnections_openIt() {
    server.then(request -> {
      throw new ConnectException("refused");
    });

    failOften(5, FUTURES);

    assertThatThrownBy(() -> call(FUTURES)).isInstanceOf(CircuitOpenException.class);
  }

  @Test
  void circuit_withSettings_opensAfterItsFailuresForItsTime() {
    ApiClient nervous =
        TestClient.of(server, time).circuitBreaker(2, Duration.ofMinutes(1)).build();
    server.answer(503, "{}");
    assertThatThrownBy(() -> nervous.call(TRAIN, INPUT, ONCE)).hasMessageContaining("503");
    time.sleep(Duration.ofSeconds(10));
    assertThatThrownBy(() -> nervous.call(TRAIN, INPUT, ONCE)).hasMessageContaining("503");

    CircuitOpenException refusal =
        catchThrowableOfType(CircuitOpenException.class, () -> nervous.call(TRAIN, INPUT, ONCE));
    assertThat(refusal.retryAfter()).contains(Duration.ofSeconds(45)); // a quarter less by chance
    assertThat(nervous.circuits())
        .hasSize(CallKind.values().length)
        .containsEntry(CallKind.TRAIN, TinkerListener.CircuitState.OPEN)
        .containsEntry(CallKind.SAMPLE, TinkerListener.CircuitState.CLOSED);
    time.sleep(Duration.ofSeconds(45));
    assertThat(nervous.circuits())
        .containsEntry(CallKind.TRAIN, TinkerListener.CircuitState.HALF_OPEN);
  }

  @Test
  void circuit_switchedOff_neverOpens() {
    ApiClient steady = TestClient.of(server, time).withoutCircuitBreaker().build();
    ApiClient byVariable =
        TestClient.of(server, time)
            .environment(TestClient.environment(Map.of("TINKER_CIRCUIT_FAILURES", "0")))
            .build();
    server.answer(503, "{}");

    for (int i = 0; i < 50; i++) {
      for (ApiClient each : List.of(steady, byVariable)) {
        assertThatThrownBy(() -> each.call(TRAIN, INPUT, ONCE))
            .isExactlyInstanceOf(ApiStatusException.class);
      }
      time.sleep(Duration.ofSeconds(3));
    }

    assertThat(server.requests).hasSize(100);
  }

  @ParameterizedTest
  @CsvSource({
    "TINKER_CIRCUIT_FAILURES, many",
    "TINKER_CIRCUIT_FAILURES, -1",
    "TINKER_CIRCUIT_OPEN_TIME, 10",
    "TINKER_CIRCUIT_OPEN_TIME, PT0S",
    "TINKER_MAX_IN_FLIGHT_TRAIN, x",
    "TINKER_MAX_IN_FLIGHT_TRAIN, 0"
  })
  void settings_ofTheEnvironmentWithoutSense_areRefused(String variable, String value) {
    Environment environment = TestClient.environment(Map.of(variable, value));

    assertThatThrownBy(
            () -> {
              EnvironmentTransports.in(environment).close();
              ApiClient.builder().apiKey("tml-x").environment(environment).build().close();
            })
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(value.equals("PT0S") ? "openTime" : value);
  }

  @Test
  void rejections_haveABudgetPerKindThatSuccessesRefill() {
    FakeTransport.Step rejection =
        request -> TransportResponse.of(400, Headers.empty(), InputStream.nullInputStream());
    for (int i = 0; i < 16; i++) {
      server.then(rejection);
    }
    server.answer(200, OK).then(rejection);
    for (int i = 0; i < 16; i++) {
      assertThatThrownBy(() -> call(TRAIN)).isInstanceOf(ConnectionException.class);
    }
    call(TRAIN);

    assertThatThrownBy(() -> call(TRAIN)).isInstanceOf(ConnectionException.class);
    assertThatThrownBy(() -> call(TRAIN)).isInstanceOf(ApiStatusException.class);
    assertThatThrownBy(() -> call(SAMPLE)).isInstanceOf(ConnectionException.class);
  }

  @Test
  void rejection_thatSaysWhy_isAnAnswer() {
    server.then(request ->
        TransportResponse.of(
            400,
            Headers.empty(),
            new java.io.ByteArrayInputStream(
                "{\"detail\":\"no\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8))));

    assertThatThrownBy(() -> call(TRAIN)).isInstanceOf(ApiStatusException.class);
  }
}

package io.tinker4j.transport.client;

import static io.tinker4j.transport.client.TestClient.INPUT;
import static io.tinker4j.transport.client.TestClient.OK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.Backoff;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.CircuitOpenException;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.internal.TinkerThreads;
import io.tinker4j.transport.jdk.JdkTransport;
import io.tinker4j.types.ClientConfigResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Durations that say "without a limit" work as such; those that make no sense are refused. */
class HugeDurationsTest {
  private static final List<Duration> HUGE =
      List.of(
          ChronoUnit.FOREVER.getDuration(),
          Duration.ofSeconds(Long.MAX_VALUE),
          Duration.ofDays(365L * 300));
  private static final Map<String, Function<Duration, Object>> SETTINGS =
      Map.of(
          "deadline", ApiClient.builder()::deadline,
          "openTime", each -> ApiClient.builder().circuitBreaker(1, each),
          "timeout", CallOptions.builder()::timeout,
          "connectTimeout", JdkTransport.builder()::connectTimeout,
          "idleTimeout", JdkTransport.builder()::idleTimeout,
          "first", each -> new Backoff(each, Duration.ofSeconds(1), 0),
          "longest", each -> new Backoff(Duration.ofSeconds(1), each, 0));

  @Test
  void settings_zeroOrNegative_areRefusedByName() {
    SETTINGS.forEach((name, setting) -> {
      for (Duration wrong : List.of(Duration.ZERO, Duration.ofNanos(-1), HUGE.get(1).negated())) {
        assertThatThrownBy(() -> setting.apply(wrong))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(name)
            .hasMessageContaining("positive");
      }
    });
  }

  @Test
  void schedule_hugeDelay_waitsInsteadOfOverflowing() {
    for (Duration huge : HUGE) {
      assertThat(Time.system().schedule(huge, () -> {}).cancel()).isTrue();
      assertThat(Time.system().schedule(huge.negated(), () -> {})).isNotNull();
    }
  }

  @Test
  void call_hugeDeadlineAndTimeout_retriesAndSucceeds() {
    for (Duration huge : HUGE) {
      FakeTransport server = new FakeTransport().answer(503, "").answer(402, "").answer(200, OK);
      CallOptions options = CallOptions.builder().deadline(huge).timeout(huge).build();

      try (ApiClient client =
          TestClient.of(server, new HastyTime()).deadline(huge).circuitBreaker(1, huge).build()) {
        assertThat(client.call(TestClient.post(CallKind.TRAIN), INPUT, options).requestId())
            .isEqualTo("r1");
      }
      assertThat(server.requests).hasSize(3);
    }
  }

  @Test
  void circuit_hugeOpenTime_opensAndStaysOpen() {
    RecordingTime time = new RecordingTime();
    FakeTransport server = new FakeTransport().answer(503, "");
    try (ApiClient client = TestClient.of(server, time).circuitBreaker(2, HUGE.get(0)).build()) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(
                () -> client.call(TestClient.post(CallKind.TRAIN), INPUT, TestClient.ONCE))
            .isInstanceOf(ApiStatusException.class);
        time.sleep(Duration.ofSeconds(11));
      }
      assertThatThrownBy(() -> client.call(TestClient.post(CallKind.TRAIN), INPUT, TestClient.ONCE))
          .isInstanceOf(CircuitOpenException.class);
    }
  }

  @Test
  void configure_billingPauseWithoutEnd_letsCallsWait() {
    FakeTransport server = new FakeTransport().answer(402, "").answer(402, "").answer(200, OK);
    try (ApiClient client = TestClient.of(server, new RecordingTime()).build()) {
      client.configure(
          ClientConfigResponse.builder()
              .billingExceptionMaxPauseDurationSec(Long.MAX_VALUE)
              .build());

      assertThat(client.call(TestClient.post(CallKind.TRAIN), INPUT).requestId()).isEqualTo("r1");
    }
  }

  @Test
  void token_thatExpiresInMillionsOfYears_isUsed() {
    String jwt =
        "eyJ."
            + Base64.getUrlEncoder()
                .encodeToString("{\"exp\":9e15}".getBytes(StandardCharsets.UTF_8))
            + ".x";
    FakeTransport server =
        new FakeTransport().answer(200, "{\"jwt\":\"" + jwt + "\"}").answer(200, OK);
    try (ApiClient client = TestClient.of(server, Time.system()).build()) {
      client.configure(ClientConfigResponse.builder().pjwtAuthEnabled(true).build());

      assertThat(client.call(TestClient.post(CallKind.TRAIN), INPUT).requestId()).isEqualTo("r1");
    }
    assertThat(server.requests.get(1).headers().first("X-API-Key")).contains(jwt);
  }

  @Test
  void close_hugeGraceWithoutThreads_returns() {
    for (Duration huge : HUGE) {
      TinkerThreads.create().close(huge);
    }
  }

  @Test
  void transport_hugeTimeouts_connects() throws Exception {
    try (FaultyServer server = FaultyServer.start(0, (s, f) -> {});
        JdkTransport transport =
            JdkTransport.builder().connectTimeout(HUGE.get(0)).idleTimeout(HUGE.get(0)).build();
        ApiClient client =
            ApiClient.builder()
                .apiKey(TestClient.KEY)
                .baseUrl("http://" + server.authority())
                .transport(transport)
                .build()) {
      assertThat(client.call(Operations.HEALTHZ).status()).isEqualTo("ok");
    }
  }
}

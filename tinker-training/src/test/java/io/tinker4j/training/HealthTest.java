package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.training.Health.Status;
import io.tinker4j.training.internal.PendingCalls;
import io.tinker4j.training.telemetry.Telemetry;
import io.tinker4j.training.telemetry.TelemetryQueue;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.TinkerListener.CircuitState;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.wire.TelemetrySeverity;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a service client says about its health. */
@Tag("readiness:K5")
@Tag("readiness:R9")
@Timeout(60)
class HealthTest {
  private final RecordingTime time = new RecordingTime();
  private final FakeService server = new FakeService();
  private final ServiceClient service = server.client().time(time).build();

  @BeforeEach
  void answer() {
    healthz(200);
  }

  @AfterEach
  void close() {
    service.close(Duration.ZERO);
  }

  private void healthz(int status) {
    server.on("healthz", call -> FakeService.json(status, Map.of("status", "ok")));
  }

  private Status status(String component) {
    return service.health().component(component).orElseThrow().status();
  }

  private double pending() {
    return Objects.requireNonNull(
        service.health().component("operations").orElseThrow().measures().get("pending"));
  }

  private Health later() {
    time.advance(Duration.ofSeconds(5));
    return service.health();
  }

  @Test
  void health_freshClient_isUpAndOpensNothing() {
    Health health = service.health();

    assertThat(health.status()).isEqualTo(Status.UP);
    assertThat(health.components())
        .extracting(Health.Component::name)
        .containsExactly("api", "session", "circuits", "telemetry", "operations", "background");
    assertThat(server.calls).extracting(FakeService.Call::path).containsExactly("healthz");
    assertThat(health.toString()).startsWith("UP\n").contains("none opened yet");
  }

  @Test
  void health_askedOften_asksTheServiceEveryFiveSeconds() {
    for (int i = 0; i < 100; i++) {
      service.health();
    }
    assertThat(server.callsTo("healthz")).hasSize(1);

    later();
    assertThat(server.callsTo("healthz")).hasSize(2);
  }

  @Test
  void health_serviceFails_isDegradedAndDownAfterThreeTimesInARow() {
    healthz(503);
    assertThat(service.health().status()).isEqualTo(Status.DEGRADED);
    assertThat(later().status()).isEqualTo(Status.DEGRADED);
    server.on(
        "healthz",
        call -> {
          throw new IOException("cut");
        });
    assertThat(later().status()).isEqualTo(Status.DOWN);
    assertThat(later().component("api").orElseThrow().measures())
        .containsEntry("failed_checks", 4.0);

    healthz(200);
    assertThat(later().status()).isEqualTo(Status.UP);
  }

  @Test
  void health_credentialSourceThrowsItsOwn_showsNoTextOfIt() {
    AtomicReference<RuntimeException> thrown = new AtomicReference<>();
    String key = "opaque-credential-77123";
    try (ServiceClient open =
        server
            .client()
            .apiKey("")
            .credentials(() -> {
              RuntimeException failure = thrown.get();
              if (failure != null) {
                throw failure;
              }
              return key;
            })
            .time(time)
            .build()) {
      assertThat(open.health().status()).isEqualTo(Status.UP);
      time.advance(Duration.ofSeconds(5));
      thrown.set(new IllegalStateException("no " + key + " and no hunter2hunter2"));
      assertThat(open.health().component("api").orElseThrow().detail())
          .contains("java.lang.IllegalStateException")
          .doesNotContain(key, "hunter2hunter2");

      time.advance(Duration.ofSeconds(5));
      thrown.set(new CredentialSource.UnavailableException("sealed: " + key));
      assertThat(open.health().component("api").orElseThrow().detail()).isEqualTo("sealed: ***");
    }
  }

  @Test
  void health_serverWithoutTheEndpoint_isUp() {
    healthz(404);

    for (int i = 0; i < 5; i++) {
      assertThat(later().status()).isEqualTo(Status.UP);
    }
  }

  @Test
  void health_sessionWithoutHeartbeats_isDownAfterTwoMinutes() {
    service.createSamplingClient("base");
    assertThat(status("session")).isEqualTo(Status.UP);

    time.advance(Duration.ofMinutes(2));
    assertThat(status("session")).isEqualTo(Status.UP);
    time.advance(Duration.ofSeconds(1));
    assertThat(status("session")).isEqualTo(Status.DOWN);
    assertThat(service.health().status()).isEqualTo(Status.DOWN);
  }

  @Test
  void health_sessionSuspectAndLost_isDegradedAndDown() throws Exception {
    CountDownLatch suspect = new CountDownLatch(1);
    CountDownLatch lost = new CountDownLatch(1);
    CountDownLatch seen = new CountDownLatch(1);
    HastyHeartbeats hasty = new HastyHeartbeats();
    server.on(
        "session_heartbeat",
        call -> {
          if (hasty.elapsed().compareTo(Duration.ofSeconds(45)) < 0) {
            return FakeService.json(503, Map.of("detail", "x"));
          }
          seen.await();
          return FakeService.json(404, Map.of("detail", "ended"));
        });
    ServiceClient.Builder builder =
        server
            .client()
            .time(hasty)
            .sessionListener(change -> {
              switch (change.state()) {
                case ALIVE -> {}
                case SUSPECT -> suspect.countDown();
                case LOST -> lost.countDown();
                case FINISHED -> {}
              }
            });
    try (ServiceClient suspected = builder.build()) {
      suspected.createSamplingClient("base");
      assertThat(suspect.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(suspected.health().component("session").orElseThrow().status())
          .isEqualTo(Status.DEGRADED);
      seen.countDown();
      assertThat(lost.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(suspected.health().status()).isEqualTo(Status.DOWN);
    }
  }

  @Test
  void health_openCircuit_isDegradedUntilItsTimeIsOver() {
    server.on("get_info", call -> FakeService.json(503, Map.of("detail", "x")));
    TrainingClient training = service.createLoraTrainingClient("base");
    while (status("circuits") == Status.UP) {
      assertThatThrownBy(training::getInfo).isInstanceOf(TinkerException.class);
    }

    assertThat(service.health().component("circuits").orElseThrow())
        .satisfies(circuits -> {
          assertThat(circuits.status()).isEqualTo(Status.DEGRADED);
          assertThat(circuits.detail()).isEqualTo("TRAIN OPEN");
          assertThat(circuits.measures())
              .containsEntry("open_train", 1.0)
              .containsEntry("open_rest", 0.0);
        });
    time.advance(Duration.ofSeconds(20));
    assertThat(status("circuits")).isEqualTo(Status.UP);
  }

  @Test
  void health_eventsDropped_isDegradedForAMinute() throws Exception {
    Telemetry telemetry = new Telemetry(time);
    try (var api = FakeService.api(server)) {
      assertThat(api.circuits()).hasSize(CallKind.values().length);
      assertThat(api.circuits().values()).containsOnly(CircuitState.CLOSED);
      server.on("telemetry", call -> FakeService.json(503, Map.of("detail", "x")));
      telemetry.start(api, api.threads(), () -> 0);
      HealthCheck check =
          new HealthCheck(api, time, new ClientShutdown(api, api.threads(), telemetry), telemetry);
      for (int i = 0; i <= TelemetryQueue.CAPACITY; i++) {
        telemetry.generic("e", TelemetrySeverity.INFO, Map.of());
      }

      assertThat(check.check(new PendingCalls()).component("telemetry").orElseThrow())
          .satisfies(component -> {
            assertThat(component.status()).isEqualTo(Status.DEGRADED);
            assertThat(component.measures())
                .containsEntry("dropped_total", 1.0)
                .containsEntry("waiting", (double) TelemetryQueue.CAPACITY);
          });
      time.advance(Duration.ofSeconds(61));
      assertThat(check.check(new PendingCalls()).status()).isEqualTo(Status.UP);
      telemetry.close(Duration.ZERO);
    }
  }

  @Test
  void health_operationsInProgress_areCounted() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    server.on(
        "optim_step",
        call -> {
          gate.await();
          return FakeService.json(200, Map.of("request_id", "r"));
        });
    assertThat(pending()).isZero();
    TrainingClient training = service.createLoraTrainingClient("base");
    var step = training.optimStep(AdamParams.builder().build());

    // The creation of the model may not have ended on its thread.
    assertThat(pending()).isBetween(1.0, 2.0);
    gate.countDown();
    step.join();
  }

  @Test
  void health_closedClient_isDownAndAsksNobody() {
    service.close();

    assertThat(service.health().status()).isEqualTo(Status.DOWN);
    assertThat(server.callsTo("healthz")).isEmpty();
  }
}

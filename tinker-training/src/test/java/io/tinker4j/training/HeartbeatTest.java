package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.transport.CredentialSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One session's heartbeats hang; another's go on. */
@Tag("readiness:I5")
@Timeout(60)
class HeartbeatTest {
  @Test
  void heartbeats_whileAnotherSessionsHang_comeEveryTenSeconds() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    FakeService stuck = new FakeService();
    List<Instant> beats = new CopyOnWriteArrayList<>();
    FakeService fine = new FakeService();
    try (ManualTime time = ManualTime.create();
        ServiceClient first = stuck.client().telemetry(false).time(time).build();
        ServiceClient second = fine.client().telemetry(false).time(time).build()) {
      stuck.on(
          "session_heartbeat",
          call -> {
            hanging.countDown();
            time.sleep(Duration.ofDays(1));
            return FakeService.json(200, null);
          });
      fine.on(
          "session_heartbeat",
          call -> {
            beats.add(time.now());
            return FakeService.json(200, null);
          });
      first.createSamplingClient("base");
      second.createSamplingClient("base");
      Instant start = time.now();

      time.awaitWaits(2);
      time.advance(Duration.ofSeconds(10));
      assertThat(hanging.await(10, TimeUnit.SECONDS)).isTrue();
      for (int beat = 1; beat < 6; beat++) {
        time.advance(Duration.ofSeconds(10));
      }

      assertThat(beats).hasSize(6);
      for (int i = 0; i < beats.size(); i++) {
        assertThat(Duration.between(start, beats.get(i)))
            .isBetween(Duration.ofSeconds(10L * i + 9), Duration.ofSeconds(10L * i + 11));
      }
    }
  }

  private static void fail(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure;
  }

  @Test
  void heartbeats_credentialSourceThrowsAnything_goOnAndHealthSaysSo() throws Exception {
    FakeService server = new FakeService();
    CountDownLatch beaten = new CountDownLatch(1);
    server.on(
        "session_heartbeat",
        call -> {
          beaten.countDown();
          new CountDownLatch(1).await();
          return FakeService.json(200, Map.of());
        });
    List<Throwable> failures =
        List.of(new IllegalStateException("the vault is sealed"), new OutOfMemoryError("test"));
    AtomicInteger asked = new AtomicInteger();
    CredentialSource source =
        () -> {
          if (Thread.currentThread().getName().startsWith("tinker-heartbeat")) {
            int beat = asked.getAndIncrement();
            if (beat == 2) {
              Thread.currentThread().interrupt();
              throw new InterruptedException("a stray interrupt");
            }
            if (beat < failures.size()) {
              fail(failures.get(beat));
            }
          }
          return "tml-test";
        };
    try (ServiceClient service =
        server.client().credentials(source).telemetry(false).time(new HastyHeartbeats()).build()) {
      service.createSamplingClient("base");

      assertThat(beaten.await(20, TimeUnit.SECONDS)).as("a heartbeat after the failures").isTrue();
      assertThat(service.sessionState()).isEqualTo(SessionListener.State.ALIVE);
      Health.Component background = service.health().component("background").orElseThrow();
      assertThat(background.status()).isEqualTo(Health.Status.DEGRADED);
      assertThat(background.detail()).contains("heartbeat");
      assertThat(background.measures()).containsEntry("failures_total", 2.0);
    }
  }
}

package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
}

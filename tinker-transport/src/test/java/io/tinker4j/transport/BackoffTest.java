package io.tinker4j.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.Backoff.Growth;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

// readiness: U8
class BackoffTest {
  private static final Duration FIRST = Duration.ofSeconds(1);

  private static List<Long> seconds(Growth growth) {
    Backoff backoff = new Backoff(FIRST, Duration.ofSeconds(60), 0, growth);
    return IntStream.range(0, 8)
        .mapToObj(retry -> backoff.plusMinusJitter(retry, 0.3).toSeconds())
        .toList();
  }

  @Test
  void waits_growAsTheirKindSays_upToTheLongest() {
    assertThat(seconds(Growth.EXPONENTIAL)).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);
    assertThat(seconds(Growth.LINEAR)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    assertThat(seconds(Growth.CONSTANT)).containsOnly(1L);
    Backoff linear = new Backoff(FIRST, Duration.ofSeconds(60), 0, Growth.LINEAR);
    assertThat(linear.minusJitter(Integer.MAX_VALUE, 0)).isEqualTo(Duration.ofSeconds(60));
    assertThat(new Backoff(FIRST, Duration.ofSeconds(60), 0.5))
        .isEqualTo(new Backoff(FIRST, Duration.ofSeconds(60), 0.5, Growth.EXPONENTIAL));
  }

  @Test
  void jitter_staysWithinItsBounds_forEachKind() {
    for (Growth growth : Growth.values()) {
      Backoff plain = new Backoff(FIRST, Duration.ofSeconds(60), 0, growth);
      Backoff jittered = new Backoff(FIRST, Duration.ofSeconds(60), 0.25, growth);
      for (int retry = 0; retry < 100; retry++) {
        double wait = plain.plusMinusJitter(retry, 0).toNanos();
        for (double random : new double[] {0, 0.4, 1}) {
          assertThat((double) jittered.plusMinusJitter(retry, random).toNanos())
              .isBetween(0.75 * wait, Math.min(1.25 * wait, 60e9));
          assertThat((double) jittered.minusJitter(retry, random).toNanos())
              .isBetween(0.75 * wait, wait);
        }
      }
    }
  }

  @Test
  void badValues_areRefusedByName() {
    assertThatThrownBy(() -> new Backoff(Duration.ZERO, FIRST, 0, Growth.LINEAR))
        .hasMessageContaining("first");
    assertThatThrownBy(() -> new Backoff(FIRST, FIRST, 1.5, Growth.CONSTANT))
        .hasMessageContaining("jitter is 1.5");
  }
}

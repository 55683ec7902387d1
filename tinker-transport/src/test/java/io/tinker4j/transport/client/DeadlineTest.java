package io.tinker4j.transport.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.Time;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class DeadlineTest {
  @Test
  void deadline_expires_interruptsAndLeavesNoInterruptBehind() {
    Deadline deadline = new Deadline(Time.system(), Duration.ofMillis(20));
    try (deadline) {
      assertThatThrownBy(() -> new CountDownLatch(1).await())
          .isInstanceOf(InterruptedException.class);
      assertThat(deadline.isExpired()).isTrue();
      Thread.currentThread().interrupt(); // as an I/O layer does that restores the flag
    }

    assertThat(Thread.interrupted()).isFalse();
    assertThat(deadline.isExpired()).isTrue();
  }

  @Test
  void deadline_closedInTime_neverInterrupts() {
    for (int i = 0; i < 2_000; i++) {
      try (Deadline deadline = new Deadline(Time.system(), Duration.ofNanos(i * 20L))) {
        Thread.onSpinWait();
      }
      assertThat(Thread.interrupted()).as("try " + i).isFalse();
    }
  }
}

package io.tinker4j.training;

import io.tinker4j.transport.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that only the waits between heartbeats move, and at once; all others never end. */
final class HastyHeartbeats implements Time {
  private final AtomicLong nanos = new AtomicLong();

  Duration elapsed() {
    return Duration.ofNanos(nanos.get());
  }

  @Override
  public Instant now() {
    return Instant.EPOCH.plusNanos(nanos.get());
  }

  @Override
  public long nanoTime() {
    return nanos.get();
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    if (!Thread.currentThread().getName().startsWith("tinker-heartbeat")) {
      new CountDownLatch(1).await();
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    nanos.addAndGet(duration.toNanos());
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    return () -> true;
  }
}

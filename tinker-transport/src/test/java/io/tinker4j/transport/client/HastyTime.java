package io.tinker4j.transport.client;

import io.tinker4j.transport.Time;
import java.time.Duration;
import java.time.Instant;

/** The system's time, but that every sleep is over at once; deadlines are real. */
final class HastyTime implements Time {
  private final Time system = Time.system();

  @Override
  public Instant now() {
    return system.now();
  }

  @Override
  public long nanoTime() {
    return system.nanoTime();
  }

  @Override
  public void sleep(Duration duration) {}

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    return system.schedule(delay, task);
  }
}

package io.tinker4j.transport.client;

import io.tinker4j.transport.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A clock on which every sleep is over at once and is written down; nothing scheduled happens. */
public final class RecordingTime implements Time {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  final List<Duration> sleeps = new CopyOnWriteArrayList<>();
  private final AtomicLong nanos = new AtomicLong();

  @Override
  public Instant now() {
    return START.plusNanos(nanos.get());
  }

  @Override
  public long nanoTime() {
    return nanos.get();
  }

  @Override
  public void sleep(Duration duration) {
    sleeps.add(duration);
    nanos.addAndGet(duration.toNanos());
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    return () -> true;
  }
}

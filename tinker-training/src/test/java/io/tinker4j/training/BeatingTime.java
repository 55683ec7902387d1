package io.tinker4j.training;

import io.tinker4j.transport.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock on which heartbeats happen when a test says so, and all other sleeps are over at once.
 */
final class BeatingTime implements Time {
  private final AtomicLong nanos = new AtomicLong();
  private final Semaphore allowed = new Semaphore(0);
  private final Semaphore waiting = new Semaphore(0);
  private final List<Duration> waits = new CopyOnWriteArrayList<>();

  /** Lets so many heartbeats happen, and returns when the last one is over. */
  void beats(int count) throws InterruptedException {
    waiting.acquire();
    for (int i = 0; i < count; i++) {
      allowed.release();
      waiting.acquire();
    }
    waiting.release();
  }

  /** Lets a heartbeat happen after which there is no other. */
  void lastBeat() throws InterruptedException {
    waiting.acquire();
    allowed.release();
  }

  /** How long the waits for heartbeats were. */
  List<Duration> waits() {
    return waits;
  }

  void advance(Duration duration) {
    nanos.addAndGet(duration.toNanos());
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
    if (Thread.currentThread().getName().startsWith("tinker-heartbeat")) {
      waits.add(duration);
      waiting.release();
      allowed.acquire();
    }
    advance(duration);
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    return () -> true;
  }
}

package io.tinker4j.transport.client;

import io.tinker4j.transport.Time;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps all retries of a client together below 20 % of its calls plus 10 per second, so that a
 * server in trouble is not buried under them.
 *
 * <p>A retry beyond the budget is not dropped: it waits until the budget has grown, unless its
 * call's deadline comes first. Thread-safe.
 */
final class RetryBudget {
  static final double PER_CALL = 0.2;
  static final double PER_SECOND = 10;
  static final double MOST = 100;

  private final Time time;
  private final ReentrantLock lock = new ReentrantLock(); // guards: retries, refilled
  private double retries = MOST;
  private long refilled;

  RetryBudget(Time time) {
    this.time = time;
    this.refilled = time.nanoTime();
  }

  /** Adds a call's share. */
  void called() {
    lock.lock();
    try {
      retries = Math.min(MOST, retries + PER_CALL);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes one retry.
   *
   * @param delay how long the retry would wait anyway
   * @param limit how long it may wait at most
   * @return how long to wait; empty when that would be the limit or more, and nothing was taken
   */
  Optional<Duration> take(Duration delay, Duration limit) {
    lock.lock();
    try {
      refill();
      double left = retries - 1;
      Duration debt = Duration.ofNanos((long) (Math.max(0, -left) / PER_SECOND * 1e9));
      Duration wait = debt.compareTo(delay) > 0 ? debt : delay;
      if (wait.compareTo(limit) >= 0) {
        return Optional.empty();
      }
      retries = left;
      return Optional.of(wait);
    } finally {
      lock.unlock();
    }
  }

  private void refill() {
    long now = time.nanoTime();
    retries = Math.min(MOST, retries + (now - refilled) / 1e9 * PER_SECOND);
    refilled = now;
  }
}

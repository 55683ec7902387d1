package io.tinker4j.transport;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * The clock, the waits and the alarms of a client; replaceable so that tests need not wait.
 *
 * <p>Implementations are thread-safe.
 */
public interface Time {
  /** Returns the time of the system: the real clock, and one daemon thread for all alarms. */
  static Time system() {
    return SystemTime.INSTANCE;
  }

  /**
   * Returns a duration in nanoseconds, to be added to {@link #nanoTime}. One of more than a hundred
   * years, either way, counts as a hundred years, so that no sum of the two overflows.
   */
  static long nanos(Duration duration) {
    long longest = TimeUnit.DAYS.toNanos(36_500);
    return Math.clamp(TimeUnit.NANOSECONDS.convert(duration), -longest, longest);
  }

  /** Returns the time of day; for showing and for comparing with a server's. */
  Instant now();

  /** Returns nanoseconds since some fixed moment; for measuring. */
  long nanoTime();

  /**
   * Waits, however long the duration is. Returns at once if it is zero or negative.
   *
   * @throws InterruptedException if the thread is interrupted before or while it waits
   */
  void sleep(Duration duration) throws InterruptedException;

  /**
   * Runs a task once after a delay, however long that is.
   *
   * @param task must be short and must not block: all tasks share one thread
   */
  Scheduled schedule(Duration delay, Runnable task);

  /** A task that will run. */
  interface Scheduled {
    /**
     * Returns true if the task was cancelled before it began, false if it ran, runs or was already
     * cancelled.
     */
    boolean cancel();
  }
}

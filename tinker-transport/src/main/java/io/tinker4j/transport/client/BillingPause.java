package io.tinker4j.transport.client;

import io.tinker4j.transport.Time;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether calls wait while the account is blocked for billing (402): for an hour, or what
 * the server's configuration says, from the first such answer. An incident is over when none came
 * for five minutes. Thread-safe.
 */
final class BillingPause {
  static final Duration WAIT = Duration.ofSeconds(5);

  private static final System.Logger log = System.getLogger(BillingPause.class.getName());
  private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);
  private static final Duration FORGOTTEN = Duration.ofMinutes(5);

  private final Time time;
  private final ReentrantLock lock = new ReentrantLock(); // guards: the fields below
  private Duration longest = Duration.ofHours(1);
  private @Nullable Long first;
  private @Nullable Long lastLogged;

  BillingPause(Time time) {
    this.time = time;
  }

  void limit(Duration limit) {
    lock.lock();
    try {
      longest = limit;
    } finally {
      lock.unlock();
    }
  }

  /** Notes a 402 and returns whether its call is to be sent again after {@link #WAIT}. */
  boolean mayWait(String detail) {
    lock.lock();
    try {
      long now = time.nanoTime();
      if (isOlder(lastLogged, FORGOTTEN, now)) {
        first = null;
        lastLogged = null;
      }
      if (isOlder(first, longest, now)) {
        log.log(
            System.Logger.Level.ERROR,
            () -> "the account is still blocked for billing; giving up: waited=" + longest);
        return false;
      }
      if (lastLogged == null || isOlder(lastLogged, LOG_INTERVAL, now)) {
        log.log(
            System.Logger.Level.WARNING,
            () -> "the account is blocked for billing; calls wait: detail=" + detail);
        lastLogged = now;
      }
      if (first == null) {
        first = now;
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private static boolean isOlder(@Nullable Long moment, Duration age, long now) {
    return moment != null && now - moment > Time.nanos(age);
  }
}

package io.tinker4j.transport.internal;

import io.tinker4j.transport.Redaction;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.internal.TinkerThreads.Failures;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What failed in the background of one client: counted, and logged at most once a minute.
 * Thread-safe.
 */
final class BackgroundFailures {
  private static final System.Logger log = System.getLogger(TinkerThreads.class.getName());
  private static final Duration PERIOD = Duration.ofMinutes(1);

  private final Time time;
  private final ReentrantLock lock = new ReentrantLock(); // guards: the fields below
  private long count;
  private long unlogged;
  private String last = "";
  private @Nullable Long lastAt;
  private @Nullable Long loggedAt;
  private volatile Redaction redaction = Redaction.create();

  BackgroundFailures(Time time) {
    this.time = time;
  }

  void redactWith(Redaction known) {
    redaction = known;
  }

  Throwable redacted(Throwable failure) {
    return redaction.failure(failure);
  }

  void note(String role, Throwable failure) {
    long since;
    lock.lock();
    try {
      count++;
      unlogged++;
      last = role + ": " + shown(failure);
      long now = time.nanoTime();
      lastAt = now;
      if (loggedAt != null && now - loggedAt < PERIOD.toNanos()) {
        return;
      }
      loggedAt = now;
      since = unlogged;
      unlogged = 0;
    } finally {
      lock.unlock();
    }
    log.log(
        System.Logger.Level.WARNING,
        () -> "background work failed and goes on: role=%s failures=%d".formatted(role, since),
        redaction.failure(failure));
  }

  private String shown(Throwable failure) {
    String type = Redaction.typeName(failure);
    String summary = redaction.summary(failure);
    return summary.equals(type) ? type : type + ": " + summary;
  }

  Failures failures() {
    lock.lock();
    try {
      boolean isRecent = lastAt != null && time.nanoTime() - lastAt <= PERIOD.toNanos();
      return new Failures(count, isRecent, last);
    } finally {
      lock.unlock();
    }
  }
}

package io.tinker4j.training;

import io.tinker4j.transport.Time;
import io.tinker4j.types.QueueState;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the operations of one client learn together: when one of them last made progress, and what
 * the server lets them wait for. Thread-safe.
 */
final class ProgressTracker {
  private static final System.Logger log = System.getLogger(ProgressTracker.class.getName());
  private static final Duration LOG_PERIOD = Duration.ofMinutes(1);

  /** Whose operations they are; decides the words of the log. */
  enum Kind {
    TRAINING(
        "Training for %s is paused. Reason: %s.", "concurrent training clients rate limit hit"),
    CREATION(
        "Model creation for %s is paused. Reason: %s.",
        "concurrent training clients rate limit hit"),
    SAMPLING(
        "Sampling is paused for sampler %s. Reason: %s", "concurrent sampler weights limit hit");

    private final String message;
    private final String rateLimit;

    Kind(String message, String rateLimit) {
      this.message = message;
      this.rateLimit = rateLimit;
    }
  }

  private final Time time;
  private final QueueStateListener listener;
  private final Kind kind;
  private final String subject;
  private final ReentrantLock lock = new ReentrantLock(); // guards: the fields below
  private final Map<QueueState, Long> logged = new HashMap<>();
  private QueueStateListener.Change last;
  private long progress;

  ProgressTracker(Time time, QueueStateListener listener, Kind kind, String subject) {
    this.time = time;
    this.listener = listener;
    this.kind = kind;
    this.subject = subject;
    this.last = new QueueStateListener.Change(subject, QueueState.ACTIVE, "");
    this.progress = time.nanoTime();
  }

  /**
   * Returns the activity of an operation that is not the server's: nobody asks for its progress.
   */
  static ProgressTracker none(Time time) {
    return new ProgressTracker(time, change -> {}, Kind.CREATION, "");
  }

  /** Notes that an operation has come further. */
  void progressed() {
    lock.lock();
    try {
      progress = time.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  /** Returns how long no operation has come further, counted from that moment at the earliest. */
  Duration idleSince(long moment) {
    long now = time.nanoTime();
    lock.lock();
    try {
      return Duration.ofNanos(Math.min(now - moment, now - progress));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Notes what the server says: a change is progress and goes to the listener; a pause is logged,
   * each state at most once a minute.
   */
  void report(QueueState state, String reason) {
    QueueStateListener.Change change = new QueueStateListener.Change(subject, state, reason);
    boolean isNew;
    boolean isDue;
    lock.lock();
    try {
      long now = time.nanoTime();
      isNew = !change.equals(last);
      if (isNew) {
        last = change;
        progress = now;
      }
      Long before = logged.get(state);
      isDue =
          !state.equals(QueueState.ACTIVE)
              && (before == null || now - before >= LOG_PERIOD.toNanos());
      if (isDue) {
        logged.put(state, now);
      }
    } finally {
      lock.unlock();
    }
    if (isDue) {
      log.log(
          System.Logger.Level.WARNING, () -> kind.message.formatted(subject, shown(state, reason)));
    }
    if (isNew) {
      tell(change);
    }
  }

  private String shown(QueueState state, String reason) {
    if (!reason.isEmpty()) {
      return reason;
    }
    return switch (state.known()) {
      case PAUSED_RATE_LIMIT -> kind.rateLimit;
      case PAUSED_CAPACITY -> "Tinker backend is running short on capacity, please wait";
      case ACTIVE, UNRECOGNIZED -> "unknown";
    };
  }

  private void tell(QueueStateListener.Change change) {
    try {
      listener.queueStateChanged(change);
    } catch (RuntimeException | Error e) {
      log.log(
          System.Logger.Level.WARNING,
          () -> "the queue state listener failed: " + Objects.toString(e.getMessage()),
          e);
    }
  }
}

package io.tinker4j.recovery;

import io.tinker4j.transport.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What recoveries may still cost. Not thread-safe. */
final class RecoveryBudget {
  private static final Duration HOUR = Duration.ofHours(1);

  private final RecoveryPolicy policy;
  private final Time time;
  private final Deque<Long> begins = new ArrayDeque<>();
  private final List<String> tried = new ArrayList<>();
  private long highest = -1;
  private long progressed;
  private int attempts;
  private int waits;
  private Duration waited = Duration.ZERO;

  RecoveryBudget(RecoveryPolicy policy, Time time) {
    this.policy = policy;
    this.time = time;
    this.progressed = time.nanoTime();
  }

  /**
   * A lineage has ended early. It is a new incident when there was progress since the last one.
   *
   * @param highest what grows with each step that had never been done before
   * @return whether it is a new one
   */
  boolean incident(long highest) {
    long now = time.nanoTime();
    boolean isNew = highest > this.highest;
    if (isNew) {
      this.highest = highest;
      attempts = 0;
      waits = 0;
      waited = Duration.ZERO;
      tried.clear();
      progressed = now;
      begins.add(now);
    }
    while (!begins.isEmpty() && now - begins.getFirst() > HOUR.toNanos()) {
      begins.removeFirst();
    }
    return isNew;
  }

  /** Returns the number of the attempt that begins now, from 1. */
  int nextAttempt() {
    return ++attempts;
  }

  /** Takes back the number of the attempt that has begun last. */
  void attemptWasNone() {
    attempts--;
  }

  /**
   * Returns how long to wait for capacity until the next attempt; empty when that was waited for
   * long enough.
   *
   * @param random from 0 to 1
   */
  Optional<Duration> capacityWait(double random) {
    Duration left = policy.capacityWait().minus(waited);
    if (left.isZero()) {
      return Optional.empty();
    }
    Duration next = policy.backoff().plusMinusJitter(waits++, random);
    Duration wait = next.compareTo(left) < 0 ? next : left;
    waited = waited.plus(wait);
    return Optional.of(wait);
  }

  void tried(String what) {
    tried.add(what);
  }

  List<String> tried() {
    return List.copyOf(tried);
  }

  /** Returns which limit is reached, null when there may be another attempt. */
  @Nullable String reached() {
    if (attempts >= policy.maxAttempts()) {
      return "after %d attempts (maxAttempts)".formatted(attempts);
    }
    if (begins.size() > policy.maxRecoveriesPerHour()) {
      return "after %d recoveries within an hour (maxRecoveriesPerHour)".formatted(begins.size());
    }
    if (time.nanoTime() - progressed > Time.nanos(policy.progressDeadline())) {
      return "after %s without a new step (progressDeadline)".formatted(policy.progressDeadline());
    }
    return null;
  }

  /**
   * Returns how long to wait before the next attempt. Before the first one it is up to what chance
   * may add to the first wait, so that runs that broke together do not come back together.
   *
   * @param random from 0 to 1
   */
  Duration delay(double random) {
    if (attempts == 0) {
      double most = policy.backoff().first().toNanos() * policy.backoff().jitter();
      return Duration.ofNanos(Math.round(most * random));
    }
    return policy.backoff().plusMinusJitter(attempts - 1, random);
  }
}

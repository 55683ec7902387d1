package io.tinker4j.transport.client;

import io.tinker4j.transport.Backoff;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.CircuitOpenException;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.transport.TinkerListener.CircuitState;
import io.tinker4j.transport.internal.CircuitSettings;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;

/**
 * Stops calls of one kind while the server does not answer them.
 *
 * <p>It opens when so many calls in a row (five, unless set) found no working server, retries
 * included, over at least ten seconds: a hiccup that hits many calls at once does not open it.
 * While it is open, calls fail before anything is sent. After the open time (10 seconds, unless
 * set), then twice, then three times that, give or take a quarter, it lets one call through at a
 * time: a success closes it, a failure starts the next wait. Thread-safe.
 */
final class CircuitBreaker {
  private static final Duration SPAN = Duration.ofSeconds(10);
  private static final Duration WHILE_PROBING = Duration.ofSeconds(1);

  private final CallKind kind;
  private final Time time;
  private final DoubleSupplier random;
  private final TinkerListener listener;
  private final CircuitSettings settings;
  private final Backoff openFor;
  private final ReentrantLock lock = new ReentrantLock(); // guards: the fields below
  private CircuitState state = CircuitState.CLOSED;
  private int failures;
  private long firstFailure;
  private int openings;
  private long openUntil;
  private boolean probing;

  CircuitBreaker(
      CallKind kind,
      CircuitSettings settings,
      Time time,
      DoubleSupplier random,
      TinkerListener listener) {
    this.kind = kind;
    this.settings = settings;
    this.time = time;
    this.random = random;
    this.listener = listener;
    this.openFor = new Backoff(settings.openTime(), settings.openTime().multipliedBy(3), 0.25);
  }

  /**
   * Lets a call begin. Whoever is let in must report its end.
   *
   * @throws CircuitOpenException when it must not begin now
   */
  void enter(String call) {
    update(() -> {
      long now = time.nanoTime();
      if (state == CircuitState.OPEN && openUntil - now <= 0) {
        state = CircuitState.HALF_OPEN;
      }
      switch (state) {
        case CLOSED -> {}
        case OPEN -> throw refusal(call, Duration.ofNanos(openUntil - now));
        case HALF_OPEN -> {
          if (probing) {
            throw refusal(call, WHILE_PROBING);
          }
          probing = true;
        }
      }
    });
  }

  private CircuitOpenException refusal(String call, Duration retryAfter) {
    return new CircuitOpenException(
        "%s was not sent: the last %s calls found no working server; the next try is in %.1f s"
            .formatted(call, kind, retryAfter.toNanos() / 1e9),
        retryAfter);
  }

  /** Returns whether calls are let in now. */
  CircuitState state() {
    lock.lock();
    try {
      boolean over = state == CircuitState.OPEN && openUntil - time.nanoTime() <= 0;
      return over ? CircuitState.HALF_OPEN : state;
    } finally {
      lock.unlock();
    }
  }

  /** Reports that the server answered a call that was let in, whatever it answered. */
  void succeeded() {
    update(() -> {
      failures = 0;
      openings = 0;
      probing = false;
      state = CircuitState.CLOSED;
    });
  }

  /** Reports that a call that was let in found no working server. */
  void failed() {
    update(() -> {
      long now = time.nanoTime();
      if (failures++ == 0) {
        firstFailure = now;
      }
      boolean enough = settings.failures() > 0 && failures >= settings.failures();
      boolean lasting = enough && now - firstFailure >= SPAN.toNanos();
      boolean failedProbe = state == CircuitState.HALF_OPEN && probing;
      probing = false;
      if (failedProbe || (state == CircuitState.CLOSED && lasting)) {
        openUntil = now + openFor.plusMinusJitter(openings++, random.getAsDouble()).toNanos();
        state = CircuitState.OPEN;
      }
    });
  }

  /** Reports that a call that was let in ended without telling anything about the server. */
  void abandoned() {
    update(() -> probing = false);
  }

  /** The listener hears of a change after the lock is free. */
  private void update(Runnable step) {
    CircuitState before;
    CircuitState after;
    lock.lock();
    try {
      before = state;
      step.run();
    } finally {
      after = state;
      lock.unlock();
    }
    if (before != after) {
      listener.circuitChanged(kind, after);
    }
  }
}

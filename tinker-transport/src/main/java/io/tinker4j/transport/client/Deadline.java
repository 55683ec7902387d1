package io.tinker4j.transport.client;

import io.tinker4j.transport.Time;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Interrupts the current thread when time is up, unless closed before. After {@link #close} no
 * interrupt of this deadline is left on the thread or still to come.
 */
final class Deadline implements AutoCloseable {
  private enum State {
    RUNNING,
    INTERRUPTING,
    EXPIRED,
    CLOSED,
    CLOSED_AFTER_EXPIRY
  }

  private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);
  private final Thread thread = Thread.currentThread();
  private final Time.Scheduled alarm;

  Deadline(Time time, Duration duration) {
    this.alarm = time.schedule(duration, this::expire);
  }

  private void expire() {
    if (state.compareAndSet(State.RUNNING, State.INTERRUPTING)) {
      thread.interrupt();
      state.set(State.EXPIRED);
    }
  }

  /** Returns whether time was up before the end; stays true when closed. */
  boolean isExpired() {
    State now = state.get();
    return now != State.RUNNING && now != State.CLOSED;
  }

  @Override
  public void close() {
    if (state.compareAndSet(State.RUNNING, State.CLOSED)) {
      alarm.cancel();
      return;
    }
    while (state.get() == State.INTERRUPTING) {
      Thread.onSpinWait();
    }
    if (state.compareAndSet(State.EXPIRED, State.CLOSED_AFTER_EXPIRY)) {
      Thread.interrupted();
    }
  }
}

package io.tinker4j.testkit.time;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Finds out whether a virtual thread is running or waiting for its turn: it is not once a thread of
 * one's own runs on every carrier at the same moment, since turns are given in order. So a thread
 * that was started is known to have got as far as its first wait, however busy the machine is.
 */
final class CarrierRoll {
  private static final int CARRIERS =
      Integer.getInteger(
          "jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());
  private static final long GLANCE_NANOS = 50_000;

  /** Of two rolls at once, each would wait for the carriers that the other keeps busy. */
  private static final ReentrantLock ONE_AT_A_TIME = new ReentrantLock();

  private final AtomicInteger present = new AtomicInteger();
  private final Thread caller = Thread.currentThread();
  private volatile boolean over;

  private CarrierRoll() {}

  /**
   * Waits until no other virtual thread runs; to be called by a platform thread.
   *
   * @param patience how long to wait at most
   * @param abandoned whether there is no need to know any more
   */
  static void call(Duration patience, BooleanSupplier abandoned) throws InterruptedException {
    ONE_AT_A_TIME.lockInterruptibly();
    try {
      new CarrierRoll().await(System.nanoTime() + patience.toNanos(), abandoned);
    } finally {
      ONE_AT_A_TIME.unlock();
    }
  }

  private void await(long end, BooleanSupplier abandoned) throws InterruptedException {
    for (int i = 0; i < CARRIERS; i++) {
      Thread unused = Thread.ofVirtual().name("tinker-manual-time-roll").start(this::answer);
    }
    try {
      while (present.get() < CARRIERS && end - System.nanoTime() > 0 && !abandoned.getAsBoolean()) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        LockSupport.parkNanos(this, GLANCE_NANOS);
      }
    } finally {
      over = true;
    }
  }

  /** Stays on its carrier, which a thread that waits would leave to another. */
  private void answer() {
    if (present.incrementAndGet() == CARRIERS) {
      LockSupport.unpark(caller);
    }
    while (present.get() < CARRIERS && !over) {
      Thread.onSpinWait();
    }
  }
}

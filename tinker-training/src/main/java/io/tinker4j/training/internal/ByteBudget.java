package io.tinker4j.training.internal;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A number of bytes that may be in use at once. Whoever comes while nothing is overdrawn is
 * admitted, however large; later ones wait until enough was given back. A zero budget admits one at
 * a time. First come, first served.
 */
public final class ByteBudget {
  private final ReentrantLock lock = new ReentrantLock(true); // guards: available
  private final Condition returned = lock.newCondition();
  private long available;

  public ByteBudget(long bytes) {
    this.available = bytes;
  }

  /** Waits for admission; the lease gives the bytes back when closed. */
  public Lease acquire(long bytes) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (available < 0) {
        returned.await();
      }
      available -= bytes;
    } finally {
      lock.unlock();
    }
    return () -> release(bytes);
  }

  public long available() {
    lock.lock();
    try {
      return available;
    } finally {
      lock.unlock();
    }
  }

  private void release(long bytes) {
    lock.lock();
    try {
      available += bytes;
      returned.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Bytes in use; closed exactly once by its owner. */
  @FunctionalInterface
  public interface Lease extends AutoCloseable {
    @Override
    void close();
  }
}

package io.tinker4j.training;

import io.tinker4j.transport.Time;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The operations in progress of one service client. Thread-safe. */
final class PendingCalls {
  private final ReentrantLock lock = new ReentrantLock(); // guards: count, closed
  private final Condition ended = lock.newCondition();
  private int count;
  private boolean closed;

  /**
   * Counts an operation that begins.
   *
   * @throws IllegalStateException when no new ones are taken
   */
  void begin() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the service client is closed");
      }
      count++;
    } finally {
      lock.unlock();
    }
  }

  /** Counts the end of an operation. */
  void end() {
    lock.lock();
    try {
      count--;
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  int count() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  /** Takes no new ones. */
  void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  /** Waits, in real time, until none is left; returns false when there still are some then. */
  boolean awaitNone(Duration longest) throws InterruptedException {
    long left = Time.nanos(longest);
    lock.lock();
    try {
      while (count > 0 && left > 0) {
        left = ended.awaitNanos(left);
      }
      return count == 0;
    } finally {
      lock.unlock();
    }
  }
}

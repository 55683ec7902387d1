package io.tinker4j.training.internal;

import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.internal.TinkerThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The operations in progress of one service client. Thread-safe. */
public final class PendingCalls {
  private final ReentrantLock lock = new ReentrantLock(); // guards: pending, closed
  private final Condition ended = lock.newCondition();
  private final Set<CompletableFuture<?>> pending =
      Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean closed;

  /**
   * Counts an operation that begins, by its future.
   *
   * @throws IllegalStateException when no new ones are taken
   */
  public void begin(CompletableFuture<?> future) {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the service client is closed");
      }
      pending.add(future);
    } finally {
      lock.unlock();
    }
  }

  /** Counts the end of an operation. */
  @SuppressWarnings("UndefinedEquals") // futures are equal when they are the same
  public void end(CompletableFuture<?> future) {
    lock.lock();
    try {
      pending.remove(future);
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  public int count() {
    lock.lock();
    try {
      return pending.size();
    } finally {
      lock.unlock();
    }
  }

  /** Takes no new ones. */
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  /** Waits, in real time, until none is left; returns false when there still are some then. */
  public boolean awaitNone(Duration longest) throws InterruptedException {
    long left = Time.nanos(longest);
    lock.lock();
    try {
      while (!pending.isEmpty() && left > 0) {
        left = ended.awaitNanos(left);
      }
      return pending.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Fails the futures of those that are left, each on a thread of its own, because callbacks of
   * them run there; waits for these, in real time and all together at most that long.
   */
  public void fail(Duration longest) {
    List<Thread> failing = new ArrayList<>();
    for (CompletableFuture<?> each : left()) {
      failing.add(
          TinkerThreads.startLast(
              "tinker-release",
              () ->
                  each.completeExceptionally(
                      new CallInterruptedException(
                          "the operation was in progress when the client was closed",
                          new InterruptedException("closed")))));
    }
    long end = Time.system().nanoTime() + Time.nanos(longest);
    try {
      for (Thread each : failing) {
        boolean unused = each.join(Duration.ofNanos(end - Time.system().nanoTime()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<CompletableFuture<?>> left() {
    lock.lock();
    try {
      return List.copyOf(pending);
    } finally {
      lock.unlock();
    }
  }
}

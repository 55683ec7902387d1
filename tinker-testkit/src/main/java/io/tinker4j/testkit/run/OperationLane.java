package io.tinker4j.testkit.run;

import java.util.ArrayDeque;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs the operations of one model one after the other in the order of their numbers; an operation
 * beyond a gap waits for the gap to be filled.
 */
public final class OperationLane {
  private final Executor workers;

  /** Guards all fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final TreeMap<Long, Runnable> waiting = new TreeMap<>();
  private final Queue<Runnable> again = new ArrayDeque<>();
  private long next;
  private boolean running;
  private @Nullable Runnable last;

  /** The first operation to run is the one with the number {@code first}. */
  OperationLane(Executor workers, long first) {
    this.workers = workers;
    next = first;
  }

  /** Adds the operation of a number that has none yet. It must not throw. */
  void submit(long number, Runnable operation) {
    lock.lock();
    try {
      waiting.put(number, operation);
      startIfReady();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds an operation under a number that has one already: it runs as soon as it can, though not
   * before the first one.
   */
  void submitAgain(long number, Runnable operation) {
    lock.lock();
    try {
      Runnable first = waiting.get(number);
      if (first == null) {
        again.add(operation);
      } else {
        waiting.put(
            number,
            () -> {
              first.run();
              operation.run();
            });
      }
      startIfReady();
    } finally {
      lock.unlock();
    }
  }

  /** Runs this after all operations before the first gap; those beyond it never run. */
  void finish(Runnable lastOperation) {
    lock.lock();
    try {
      last = lastOperation;
      startIfReady();
    } finally {
      lock.unlock();
    }
  }

  /** The number that operations wait for because nothing has come under it; empty when none do. */
  OptionalLong missing() {
    lock.lock();
    try {
      return running || waiting.isEmpty() || waiting.containsKey(next)
          ? OptionalLong.empty()
          : OptionalLong.of(next);
    } finally {
      lock.unlock();
    }
  }

  private void startIfReady() {
    if (!running && (last != null || !again.isEmpty() || waiting.containsKey(next))) {
      running = true;
      workers.execute(this::drain);
    }
  }

  private void drain() {
    for (Runnable operation = take(); operation != null; operation = take()) {
      operation.run();
    }
  }

  private @Nullable Runnable take() {
    lock.lock();
    try {
      Runnable operation = again.poll();
      if (operation != null) {
        return operation;
      }
      operation = waiting.remove(next);
      if (operation != null) {
        next++;
        return operation;
      }
      operation = last;
      if (operation != null) {
        last = null;
        waiting.clear();
        return operation;
      }
      running = false;
      return null;
    } finally {
      lock.unlock();
    }
  }
}

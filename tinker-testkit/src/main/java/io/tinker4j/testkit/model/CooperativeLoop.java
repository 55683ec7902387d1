package io.tinker4j.testkit.model;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs a task per index on the calling thread and on whatever threads an executor lends.
 *
 * <p>The caller takes indexes like everyone else, so an executor that is busy, shut down or runs
 * tasks in place costs speed, never the result.
 */
final class CooperativeLoop {
  private final int count;
  private final Supplier<IntConsumer> workers;
  private final AtomicInteger next = new AtomicInteger();
  private final CountDownLatch finished;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  private CooperativeLoop(int count, Supplier<IntConsumer> workers) {
    this.count = count;
    this.workers = workers;
    this.finished = new CountDownLatch(count);
  }

  /**
   * Runs a task for 0 to {@code count - 1} and returns when all have ended, interrupted or not: the
   * tasks write to memory that the caller goes on to use.
   *
   * @param workers makes the task of each participating thread, with memory of its own
   */
  static void run(int count, Executor executor, Supplier<IntConsumer> workers) {
    CooperativeLoop loop = new CooperativeLoop(count, workers);
    int helpers = Math.min(count, Runtime.getRuntime().availableProcessors()) - 1;
    try {
      for (int i = 0; i < helpers; i++) {
        executor.execute(loop::takeIndexes);
      }
    } catch (RejectedExecutionException e) {
      // The executor is full or shut down; the caller does the work.
    }
    loop.takeIndexes();
    loop.awaitHelpers();
    loop.rethrow();
  }

  private void takeIndexes() {
    IntConsumer task = null;
    for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
      try {
        if (task == null) {
          task = workers.get();
        }
        task.accept(i);
      } catch (RuntimeException | Error e) {
        failure.compareAndSet(null, e);
      } finally {
        finished.countDown();
      }
    }
  }

  private void awaitHelpers() {
    boolean interrupted = false;
    while (true) {
      try {
        finished.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void rethrow() {
    switch (failure.get()) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }
}

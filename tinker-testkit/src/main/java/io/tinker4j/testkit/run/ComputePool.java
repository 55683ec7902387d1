package io.tinker4j.testkit.run;

import io.tinker4j.testkit.time.ServerTime;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The threads of the server: a virtual one for each waiting lane, and one per processor for what
 * computes, so that computing never keeps the server from answering.
 */
public final class ComputePool implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ThreadFactory processorFactory =
      Thread.ofPlatform().daemon().name("tinker-server-compute-", 0).factory();
  private final Queue<Thread> processorThreads = new ConcurrentLinkedQueue<>();
  private final ExecutorService processors =
      Executors.newFixedThreadPool(
          Runtime.getRuntime().availableProcessors(), this::newProcessorThread);
  private final ExecutorService lanes =
      Executors.newThreadPerTaskExecutor(
          Thread.ofVirtual().name("tinker-server-lane-", 0).factory());

  private final ServerTime time;
  private volatile boolean closing;

  public ComputePool(ServerTime time) {
    this.time = time;
  }

  /** Runs what computes, at most one task per processor at once. */
  public Executor processors() {
    return time.announcing(processors);
  }

  /** Runs what mostly waits. */
  Executor lanes() {
    return time.announcing(lanes);
  }

  /** Runs a task on a processor thread and waits for it. */
  <T> T call(Callable<T> task) throws Exception {
    try {
      return processors.submit(task).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  private Thread newProcessorThread(Runnable work) {
    return processorFactory.newThread(() -> {
      // Not before: one that is not started yet cannot be waited for.
      processorThreads.add(Thread.currentThread());
      work.run();
    });
  }

  /** Says that the server is about to be closed, with threads in the middle of their work. */
  public void prepareClose() {
    closing = true;
  }

  /** Whether the server is being closed: what is not written down then was never promised. */
  boolean isClosing() {
    return closing;
  }

  /** Interrupts everything and waits a few seconds for it to end. */
  @Override
  public void close() {
    lanes.shutdownNow();
    processors.shutdownNow();
    try {
      long end = System.nanoTime() + PATIENCE.toNanos();
      lanes.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      processors.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      // A pool calls itself terminated a moment before its last thread ends.
      for (Thread thread : processorThreads) {
        boolean unused = thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      }
      time.endAllWork();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package io.tinker4j.transport;

import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The threads of one client: virtual ones for its work, platform ones for what must go on while the
 * JVM is busy.
 *
 * <p>Threads are named {@code tinker-<role>-<n>} and never keep the JVM alive. What a task throws
 * is logged. Thread-safe.
 */
public final class TinkerThreads implements AutoCloseable {
  private static final System.Logger log = System.getLogger(TinkerThreads.class.getName());
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private final Duration grace;
  private final AtomicLong numbers = new AtomicLong();
  // guards: live, closed
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  private final Set<Thread> live = new HashSet<>();
  private boolean closed;

  private TinkerThreads(Duration grace) {
    this.grace = grace;
  }

  /** Returns an owner of threads that has none yet. Close it. */
  public static TinkerThreads create() {
    return withGrace(GRACE);
  }

  static TinkerThreads withGrace(Duration grace) {
    return new TinkerThreads(grace);
  }

  /**
   * Starts a task on a virtual thread, which may block.
   *
   * @param role what the thread does, in a word; part of its name
   * @return the thread, already running
   * @throws IllegalStateException if closed
   */
  public Thread start(String role, Runnable task) {
    return start(Thread.ofVirtual(), role, task);
  }

  /**
   * Starts a task on a daemon platform thread: for heartbeats, which must not wait behind busy
   * virtual threads.
   *
   * @param role what the thread does, in a word; part of its name
   * @return the thread, already running
   * @throws IllegalStateException if closed
   */
  public Thread platformThread(String role, Runnable task) {
    return start(Thread.ofPlatform().daemon(), role, task);
  }

  private Thread start(Thread.Builder builder, String role, Runnable task) {
    Objects.requireNonNull(task, "task");
    Thread thread =
        builder
            .name(
                "tinker-" + Objects.requireNonNull(role, "role") + "-" + numbers.getAndIncrement())
            .uncaughtExceptionHandler(TinkerThreads::logFailure)
            .unstarted(() -> runTracked(task));
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException(
            "cannot start " + thread.getName() + ": the client is closed");
      }
      live.add(thread);
    } finally {
      lock.unlock();
    }
    thread.start();
    return thread;
  }

  /**
   * Makes a call on one of these threads, which may be the current one, and waits for it; an
   * interrupt of the caller is passed on.
   *
   * @param unwanted gets a value that came too late
   * @throws CallInterruptedException when the caller was interrupted
   */
  <O> O await(String what, Supplier<O> call, Consumer<? super O> unwanted) {
    if (isCurrent()) {
      return call.get();
    }
    CompletableFuture<O> result = new CompletableFuture<>();
    Thread thread =
        start(
            "call",
            () -> {
              try {
                O value = call.get();
                if (!result.complete(value)) {
                  unwanted.accept(value);
                }
              } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
              }
            });
    try {
      return result.get();
    } catch (InterruptedException e) {
      thread.interrupt();
      if (!result.cancel(false) && !result.isCompletedExceptionally()) {
        unwanted.accept(result.join());
      }
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(what + " was interrupted", e);
    } catch (ExecutionException e) {
      throw rethrown(e);
    }
  }

  /** The exception of the SDK's thread, with the caller's stack beside it. */
  private static RuntimeException rethrown(ExecutionException e) {
    if (e.getCause() instanceof RuntimeException cause) {
      cause.addSuppressed(new Throwable("called from here"));
      return cause;
    }
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(e);
  }

  private void runTracked(Runnable task) {
    try {
      task.run();
    } finally {
      lock.lock();
      try {
        live.remove(Thread.currentThread());
        ended.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private static void logFailure(Thread thread, Throwable failure) {
    log.log(System.Logger.Level.ERROR, () -> "a task failed: thread=" + thread.getName(), failure);
  }

  /** Returns whether the current thread is one of these. */
  boolean isCurrent() {
    lock.lock();
    try {
      return live.contains(Thread.currentThread());
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many threads have not ended. */
  int liveCount() {
    lock.lock();
    try {
      return live.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets no task start any more, waits at most five seconds for those that run, then interrupts
   * them. Does not wait for the thread that calls it. An interrupt ends the waiting at once and
   * stays set. Calling it again does nothing.
   */
  @Override
  public void close() {
    close(grace);
  }

  /**
   * The same with another time to wait for tasks that run; those interrupted get a second to end.
   */
  public void close(Duration grace) {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        live.remove(Thread.currentThread());
        awaitEnd(grace);
        live.forEach(Thread::interrupt);
        awaitEnd(LAST_WORDS);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until no thread is alive or the grace is over; gives the lock away meanwhile. */
  private void awaitEnd(Duration grace) {
    long remaining = Time.nanos(grace);
    try {
      while (!live.isEmpty() && remaining > 0) {
        remaining = ended.awaitNanos(remaining);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

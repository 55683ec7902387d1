package io.tinker4j.transport.internal;

import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.CallTimeoutException;
import io.tinker4j.transport.Redaction;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerException;
import java.time.Duration;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

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
  private static final long PAUSE_AFTER_FAILURE = Duration.ofMillis(100).toNanos();

  private final Duration grace;
  private final BackgroundFailures failures;
  private final AtomicLong numbers = new AtomicLong();
  // guards: live, awaited, closed, released
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  private final Set<Thread> live = new HashSet<>();
  private final IdentityHashMap<CompletableFuture<?>, String> awaited = new IdentityHashMap<>();
  private boolean closed;
  private boolean released;

  private TinkerThreads(Duration grace, Time time) {
    this.grace = grace;
    this.failures = new BackgroundFailures(time);
  }

  /** One round of work that goes on in the background. */
  @FunctionalInterface
  public interface Step {
    /** Does the work and returns whether there is another round. */
    boolean run() throws Exception;
  }

  /**
   * What failed in the background and could be told to no caller.
   *
   * @param count since these threads were created
   * @param isRecent whether the last failure was within the last minute
   * @param last the last failure: what an exception of the SDK says, without credentials, and the
   *     type of any other; empty when there was none
   */
  public record Failures(long count, boolean isRecent, String last) {}

  /** Returns an owner of threads that has none yet. Close it. */
  public static TinkerThreads create() {
    return create(Time.system());
  }

  /**
   * Returns an owner of threads that has none yet, whose failures are dated by that clock. Close
   * it.
   */
  public static TinkerThreads create(Time time) {
    return new TinkerThreads(GRACE, time);
  }

  /** Starts a virtual thread for what comes after the threads of a client are closed. */
  public static Thread startLast(String name, Runnable task) {
    return Thread.ofVirtual().name(name).start(task);
  }

  public static TinkerThreads withGrace(Duration grace) {
    return new TinkerThreads(grace, Time.system());
  }

  /** Sets what knows the credentials that failures must not show. Default: their form alone. */
  public void redactWith(Redaction redaction) {
    failures.redactWith(redaction);
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
            .uncaughtExceptionHandler(this::logFailure)
            .unstarted(new Tracked(task));
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
    try {
      thread.start();
    } catch (Throwable e) { // such as OutOfMemoryError: no thread can be made
      ended(thread);
      throw e;
    }
    return thread;
  }

  /**
   * Repeats a step on the current thread until it says that it was the last, or these threads are
   * closed. Nothing else ends it: what a step throws, errors included, is {@linkplain #noteFailure
   * noted}, and the next one begins a tenth of a second later; an interrupt that comes from no
   * close ends a step alone.
   *
   * @param role what the thread does, in a word
   */
  public void repeat(String role, Step step) {
    boolean goesOn = true;
    while (goesOn && !isClosed()) {
      try {
        goesOn = step.run();
      } catch (InterruptedException | CallInterruptedException e) {
        boolean unused = Thread.interrupted();
      } catch (Throwable e) {
        noteFailure(role, e);
        LockSupport.parkNanos(PAUSE_AFTER_FAILURE);
      }
    }
  }

  /**
   * Counts a failure that no caller sees, and logs it as a WARNING, at most once a minute. Throws
   * nothing, even when there is no memory left.
   *
   * @param role what the thread does that failed, in a word
   */
  public void noteFailure(String role, Throwable failure) {
    try {
      failures.note(role, failure);
    } catch (Throwable e) {
      // It is counted; a logger that throws, or wants memory that is not there, must not end the
      // work that goes on.
    }
  }

  /** Returns what failed in the background so far. */
  public Failures failures() {
    return failures.failures();
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Does something on a thread of its own and waits for it, in real time and at most that long.
   * What takes longer is interrupted and left behind, and counts as a failure.
   *
   * @param role what the thread does, in a word
   * @return whether it has ended; false also when the caller was interrupted, whose flag stays set
   */
  public boolean within(String role, Duration longest, Runnable task) {
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    Thread thread;
    try {
      thread =
          start(
              role,
              () -> {
                try {
                  task.run();
                } finally {
                  ended.complete(true);
                }
              });
    } catch (IllegalStateException e) { // closed: whoever comes so late waits for itself
      task.run();
      return true;
    }
    try {
      return ended.get(Time.nanos(longest), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      thread.interrupt();
      noteFailure(role, stubborn(thread));
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
    return false;
  }

  private static TinkerException stubborn(Thread thread) {
    return new CallTimeoutException(
        thread.getName() + " does not end in time and is left behind; what it calls blocks",
        new TimeoutException("left behind"));
  }

  /**
   * Makes a call on one of these threads, which may be the current one, and waits for it; an
   * interrupt of the caller is passed on. The caller is released without the call when that ignores
   * the interrupt at the end of its time, or when these threads are closed.
   *
   * @param unwanted gets a value that came too late
   * @param left how much longer the call may take, by whatever clock
   * @throws CallInterruptedException when the caller was interrupted, or these threads are closed
   * @throws CallTimeoutException when the call does not end long after its time
   */
  public <O> O await(
      String what, Supplier<O> call, Consumer<? super O> unwanted, Supplier<Duration> left) {
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
    awaited(what, result);
    try {
      return untilReleased(what, result, thread, left);
    } catch (InterruptedException e) {
      thread.interrupt();
      if (!result.cancel(false) && !result.isCompletedExceptionally()) {
        unwanted.accept(result.join());
      }
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(what + " was interrupted", e);
    } catch (ExecutionException e) {
      throw rethrown(e);
    } finally {
      notAwaited(result);
    }
  }

  /** Interrupts a call that is still there after its time, and soon waits no longer. */
  private <O> O untilReleased(
      String what, CompletableFuture<O> result, Thread thread, Supplier<Duration> left)
      throws InterruptedException, ExecutionException {
    while (true) {
      long time = Math.clamp(Time.nanos(left.get()), 0, Long.MAX_VALUE - LAST_WORDS.toNanos());
      try {
        return result.get(time + LAST_WORDS.toNanos(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        if (left.get().isPositive()) {
          continue;
        }
        thread.interrupt();
      }
      try {
        return result.get(Time.nanos(grace), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        CallTimeoutException timeout =
            new CallTimeoutException(
                what + " does not end after its deadline; what it calls ignores the interrupt", e);
        if (result.completeExceptionally(timeout)) {
          noteFailure("call", stubborn(thread));
        }
      }
    }
  }

  private void awaited(String what, CompletableFuture<?> result) {
    lock.lock();
    try {
      if (released) {
        result.completeExceptionally(closedBefore(what));
      } else {
        awaited.put(result, what);
      }
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("UndefinedEquals") // the map goes by identity
  private void notAwaited(CompletableFuture<?> result) {
    lock.lock();
    try {
      awaited.remove(result);
    } finally {
      lock.unlock();
    }
  }

  private static CallInterruptedException closedBefore(String what) {
    return new CallInterruptedException(
        what + " ended, because the client was closed", new InterruptedException("closed"));
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

  /** A task whose thread is known as long as it runs. */
  private final class Tracked implements Runnable {
    private final Runnable task;

    Tracked(Runnable task) {
      this.task = task;
    }

    @Override
    public void run() {
      try {
        task.run();
      } finally {
        ended(Thread.currentThread());
      }
    }
  }

  private void ended(Thread thread) {
    lock.lock();
    try {
      live.remove(thread);
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void logFailure(Thread thread, Throwable failure) {
    log.log(
        System.Logger.Level.ERROR,
        () -> "a task failed: thread=" + thread.getName(),
        failures.redacted(failure));
  }

  /** Returns whether the current thread is one of these. */
  public boolean isCurrent() {
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
   * them, and after another second releases whoever still waits for one. Does not wait for the
   * thread that calls it. An interrupt ends the waiting at once and stays set. Calling it again
   * does nothing.
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
        releaseCallers();
      }
    } finally {
      lock.unlock();
    }
  }

  /** With the lock. A thread that ignores its interrupt is left behind. */
  private void releaseCallers() {
    released = true;
    awaited.forEach((result, what) -> result.completeExceptionally(closedBefore(what)));
    awaited.clear();
    if (!live.isEmpty()) {
      String names = live.stream().map(Thread::getName).limit(10).collect(Collectors.joining(", "));
      int count = live.size();
      log.log(
          System.Logger.Level.WARNING,
          () -> "closed with threads that ignore interrupts: count=%d %s".formatted(count, names));
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

package io.tinker4j.recipes.rollout;

import io.tinker4j.transport.Time;
import io.tinker4j.transport.internal.TinkerThreads;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Calls of what others have written, each on a thread of its own, so that one that hangs holds
 * nobody up. Thread-safe.
 */
final class TimedCalls {
  private static final System.Logger log = System.getLogger(TimedCalls.class.getName());

  private final TinkerThreads threads;
  private final Time time;
  private final AtomicLong late = new AtomicLong();

  TimedCalls(TinkerThreads threads, Time time) {
    this.threads = threads;
    this.time = time;
  }

  /**
   * Makes a call and waits for it.
   *
   * @throws TimeoutException when it takes too long: it is interrupted and left behind
   * @throws InterruptedException when the caller is interrupted: it is, too
   * @throws Exception what the call has thrown
   */
  <T> T within(String what, Duration limit, Callable<T> call) throws Exception {
    if (!limit.isPositive()) {
      throw new TimeoutException(what + " was not called: the rollout's time is over");
    }
    CompletableFuture<T> result = new CompletableFuture<>();
    Runnable expire =
        () ->
            result.completeExceptionally(new TimeoutException(what + " took longer than " + limit));
    Thread thread = threads.start("rollout-call", () -> run(what, limit, call, result, expire));
    try {
      return result.get();
    } catch (InterruptedException e) {
      result.completeExceptionally(e);
      thread.interrupt();
      throw e;
    } catch (ExecutionException e) {
      thread.interrupt();
      switch (e.getCause()) {
        case Error error -> throw error;
        case Exception cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }

  private <T> void run(
      String what, Duration limit, Callable<T> call, CompletableFuture<T> result, Runnable expire) {
    Time.Scheduled alarm = time.schedule(limit, expire);
    try {
      T value = call.call();
      if (!result.complete(value)) {
        late.incrementAndGet();
        if (value instanceof AutoCloseable unwanted) {
          unwanted.close();
        }
      }
    } catch (Throwable e) { // given to whoever waits
      if (!result.completeExceptionally(e)) {
        log.log(System.Logger.Level.DEBUG, () -> what + " failed after it was given up", e);
      }
    } finally {
      boolean unused = alarm.cancel();
    }
  }

  /** Returns how many results came after their time and were dropped. */
  long late() {
    return late.get();
  }
}

package io.tinker4j.recovery;

import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.internal.TinkerThreads;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** Runs what may hang on a thread of its own, and gives it up when its time is over. */
final class TimedAttempt {
  private static final System.Logger log = System.getLogger(TimedAttempt.class.getName());

  private final Time time;
  private final TinkerThreads threads;
  private final Duration longest;

  TimedAttempt(Time time, TinkerThreads threads, Duration longest) {
    this.time = time;
    this.threads = threads;
    this.longest = longest;
  }

  /**
   * Runs the work.
   *
   * @throws AttemptException when it took too long, or failed with what is no exception of ours
   */
  <T> T run(Callable<T> work) throws AttemptException, InterruptedException {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        threads.start(
            "recovery",
            () -> {
              try {
                result.complete(work.call());
              } catch (Exception | Error e) {
                result.completeExceptionally(e);
              }
            });
    // A thread that sleeps, rather than an alarm, which a test's clock takes for a call in flight.
    Thread watch = threads.start("recovery-limit", () -> giveUp(result));
    try {
      return join(result);
    } catch (TinkerException | InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw new AttemptException(String.valueOf(e.getMessage()), e);
    } finally {
      watch.interrupt();
      thread.interrupt();
    }
  }

  private void giveUp(CompletableFuture<?> result) {
    try {
      time.sleep(longest);
      result.completeExceptionally(new TimeoutException("it took longer than " + longest));
    } catch (InterruptedException e) {
      log.log(System.Logger.Level.DEBUG, "an attempt has ended in time");
    }
  }

  /** Waits for a result and throws a failure as it was thrown. */
  static <T> T join(CompletableFuture<T> future) throws Exception {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }
}

package io.tinker4j.training;

import io.tinker4j.training.internal.ResultFuture;
import io.tinker4j.transport.Time;
import io.tinker4j.types.QueueState;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One operation of a client from the user's call until its future is done: how long its result is
 * waited for, and whether anybody still timeouts.
 */
final class PendingCall<T> {
  static final Duration DEFAULT_PROGRESS_TIMEOUT = Duration.ofHours(2);

  private final String operation;
  private final ProgressTracker activity;
  private final Duration progressTimeout;
  private final long start;
  private final ResultFuture<T> future = new ResultFuture<>();

  /** Starts the call of an operation whose progress the activity knows. */
  PendingCall(String operation, Runner runner, ProgressTracker activity, ResultTimeouts timeouts) {
    this.operation = operation;
    this.activity = activity;
    this.progressTimeout = timeouts.progressTimeout().orElse(DEFAULT_PROGRESS_TIMEOUT);
    this.start = runner.time().nanoTime();
    timeouts.deadline().ifPresent(deadline -> failAfter(deadline, runner));
  }

  private void failAfter(Duration deadline, Runner runner) {
    Time.Scheduled alarm =
        runner.alarm(
            deadline,
            () -> future.completeExceptionally(new DeadlineExceededException(operation, deadline)));
    CompletableFuture<T> unused = future.ended().whenComplete((value, failure) -> alarm.cancel());
  }

  ResultFuture<T> future() {
    return future;
  }

  /** Returns the future, failed. */
  ResultFuture<T> failed(Throwable cause) {
    future.completeExceptionally(cause);
    return future;
  }

  /** Notes what the server says about the operation. */
  void report(QueueState state, String reason) {
    activity.report(state, reason);
  }

  /** Notes that the operation has come further. */
  void progressed() {
    activity.progressed();
  }

  /**
   * Throws when the result is not to be waited for any longer.
   *
   * @throws InterruptedException when the future is done already: cancelled, or past its deadline
   */
  void checkWanted(String requestId) throws InterruptedException {
    if (future.isDone()) {
      throw new InterruptedException("nobody waits for " + operation + " any more");
    }
    if (activity.idleSince(start).compareTo(progressTimeout) > 0) {
      throw new ProgressTimeoutException(operation, requestId, progressTimeout);
    }
  }

  /** Lets the calling thread be interrupted once nobody waits any more, until that is closed. */
  Wait interruptible() {
    Thread thread = Thread.currentThread();
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<T> unused =
        future
            .ended()
            .whenComplete((value, failure) -> {
              if (over.compareAndSet(false, true)) {
                thread.interrupt();
              }
            });
    return () -> over.set(true);
  }

  /** A time in which a thread may be interrupted. */
  @FunctionalInterface
  interface Wait extends AutoCloseable {
    @Override
    void close();
  }
}

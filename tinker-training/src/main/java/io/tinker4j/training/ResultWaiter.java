package io.tinker4j.training;

import io.tinker4j.training.internal.ResultType;
import io.tinker4j.transport.Time;
import java.time.Duration;
import java.util.concurrent.Callable;

/** How one client waits for the results of its operations. Thread-safe. */
final class ResultWaiter {
  private final Runner runner;
  private final PromiseAwaiter awaiter;
  private final ProgressTracker progress;
  private final ResultTimeouts defaults;
  private final ResultTimeouts timeouts;

  /** Waits as the service client says. */
  ResultWaiter(
      Runner runner, PromiseAwaiter awaiter, ProgressTracker progress, ResultTimeouts defaults) {
    this(runner, awaiter, progress, defaults, defaults);
  }

  private ResultWaiter(
      Runner runner,
      PromiseAwaiter awaiter,
      ProgressTracker progress,
      ResultTimeouts defaults,
      ResultTimeouts timeouts) {
    this.runner = runner;
    this.awaiter = awaiter;
    this.progress = progress;
    this.defaults = defaults;
    this.timeouts = timeouts;
  }

  /** Returns one that waits as these say, and where they are silent as the service client does. */
  ResultWaiter with(ResultTimeouts own) {
    ResultTimeouts.Builder completed = ResultTimeouts.builder();
    own.deadline().or(defaults::deadline).ifPresent(completed::deadline);
    own.progressTimeout().or(defaults::progressTimeout).ifPresent(completed::progressTimeout);
    return new ResultWaiter(runner, awaiter, progress, defaults, completed.build());
  }

  /** Returns one that waits exactly as these say. */
  ResultWaiter exactly(ResultTimeouts own) {
    return new ResultWaiter(runner, awaiter, progress, defaults, own);
  }

  Runner runner() {
    return runner;
  }

  Time time() {
    return runner.time();
  }

  ResultTimeouts timeouts() {
    return timeouts;
  }

  /** Starts the call of an operation. */
  <T> PendingCall<T> begin(String operation) {
    return new PendingCall<>(operation, runner, progress, timeouts);
  }

  /** Waits for the result of an operation that the server has accepted. */
  <T> T await(String requestId, ResultType<T> type, Duration roundtrip, PendingCall<?> call)
      throws InterruptedException {
    return awaiter.await(requestId, type, roundtrip, call);
  }

  /** Waits for a call that the server answers at once. */
  <T> T await(String operation, Callable<T> work) {
    return runner.await(operation, timeouts, work);
  }
}

package io.tinker4j.training;

import io.tinker4j.training.internal.PendingCalls;
import io.tinker4j.training.internal.ResultFuture;
import io.tinker4j.training.internal.StartQueue;
import io.tinker4j.training.telemetry.Telemetry;
import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.internal.TinkerThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * Runs operations on threads of the SDK and waits for them, in a way that interrupts and deadlines
 * end. Thread-safe.
 */
final class Runner {
  private static final System.Logger log = System.getLogger(Runner.class.getName());

  private final TinkerThreads threads;
  private final Time time;
  private final PendingCalls pending;
  private final Telemetry telemetry;

  Runner(TinkerThreads threads, Time time, PendingCalls pending, Telemetry telemetry) {
    this.threads = threads;
    this.time = time;
    this.pending = pending;
    this.telemetry = telemetry;
  }

  Time time() {
    return time;
  }

  /** What an operation does on a thread of the SDK. */
  @FunctionalInterface
  interface Work<T> {
    T run(PendingCall<T> call) throws Exception;
  }

  /** The way of an operation on its thread. */
  private record Job<T>(PendingCall<T> call, Work<T> work, Runnable end) implements Runnable {
    @Override
    public void run() {
      try {
        call.future().complete(work.run(call));
      } catch (Exception | Error e) {
        fail(call.future(), e);
      } finally {
        end.run();
      }
    }
  }

  /**
   * Runs an operation on a thread of the SDK and completes its call's future; a failure is
   * reported.
   *
   * @throws IllegalStateException when the service client is closed
   */
  <T> ResultFuture<T> launch(String role, PendingCall<T> call, Work<T> work) {
    pending.begin(call.future());
    try {
      Thread unused = threads.start(role, new Job<>(call, work, () -> pending.end(call.future())));
    } catch (RuntimeException e) {
      pending.end(call.future());
      throw e;
    }
    return reported(call);
  }

  /**
   * The same on a thread that the operation gets in its turn; one that is done before, because it
   * was cancelled or came to its deadline, gives its turn to the next.
   */
  <T> ResultFuture<T> launchInTurn(
      StartQueue queue, String role, PendingCall<T> call, Work<T> work) {
    pending.begin(call.future());
    StartQueue.Entry entry =
        new StartQueue.Entry() {
          @Override
          public void start() {
            Thread unused =
                threads.start(
                    role,
                    new Job<>(
                        call,
                        work,
                        () -> {
                          queue.leave();
                          pending.end(call.future());
                        }));
          }

          @Override
          public void fail(RuntimeException reason) {
            pending.end(call.future());
            call.future().completeExceptionally(reason);
          }
        };
    queue.add(entry);
    CompletableFuture<T> unused =
        call.future()
            .ended()
            .whenComplete((value, failure) -> {
              if (queue.remove(entry)) {
                pending.end(call.future());
              }
            });
    return reported(call);
  }

  private <T> ResultFuture<T> reported(PendingCall<T> call) {
    CompletableFuture<T> unused =
        call.future()
            .ended()
            .whenComplete((value, failure) -> {
              if (failure != null) {
                telemetry.failed(failure);
              }
            });
    return call.future();
  }

  /**
   * Runs a blocking operation on a thread of the SDK and waits for it. When the deadline of the
   * options is over, or the caller is interrupted, the operation's thread is interrupted.
   *
   * @throws DeadlineExceededException when the deadline is over
   * @throws CallInterruptedException when the caller is interrupted, whose flag stays set
   * @throws IllegalStateException when the service client is closed
   */
  <T> T await(String operation, ResultTimeouts timeouts, Callable<T> work) {
    PendingCall<T> call = new PendingCall<>(operation, this, ProgressTracker.none(time), timeouts);
    return join(
        operation,
        launch(
            "call",
            call,
            ignored -> {
              try (PendingCall.Wait wait = call.interruptible()) {
                return work.call();
              }
            }));
  }

  /**
   * Waits for an operation and throws its failure as the SDK's own exception. An interrupt cancels
   * it.
   */
  static <T> T join(String operation, CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      future.cancel(false);
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(operation + " was interrupted", e);
    } catch (ExecutionException e) {
      throw rethrown(operation, Objects.requireNonNull(e.getCause()));
    }
  }

  /** The exception of the SDK's thread, with the caller's stack beside it. */
  private static RuntimeException rethrown(String operation, Throwable failure) {
    return switch (failure) {
      case Error error -> throw error;
      case TinkerException ours -> {
        ours.addSuppressed(new Throwable("called from here"));
        yield ours;
      }
      case RuntimeException e -> e;
      case InterruptedException e ->
          new CallInterruptedException(operation + " ended, because the client was closed", e);
      default -> new CompletionException(failure);
    };
  }

  /** Does something when time is up, on a thread of its own: it may be a user's. */
  Time.Scheduled alarm(Duration delay, Runnable task) {
    return time.schedule(
        delay,
        () -> {
          try {
            Thread unused = threads.start("alarm", task);
          } catch (IllegalStateException e) {
            log.log(System.Logger.Level.DEBUG, "an alarm comes after the client is closed");
          } catch (RuntimeException | Error e) {
            threads.noteFailure("alarm", e);
            task.run(); // late is worse than on the thread of all alarms
          }
        });
  }

  /** Runs the tasks side by side and returns, in their order, how they ended. */
  <T> List<CompletableFuture<T>> inParallel(List<Callable<T>> tasks) throws InterruptedException {
    List<CompletableFuture<T>> ended = new ArrayList<>();
    CompletableFuture<T> first = new CompletableFuture<>();
    ended.add(first);
    for (Callable<T> task : tasks.subList(1, tasks.size())) {
      ended.add(run("chunk", task));
    }
    complete(first, tasks.get(0));
    try {
      CompletableFuture.allOf(ended.toArray(CompletableFuture[]::new)).get();
    } catch (ExecutionException e) {
      // Each future tells how its task ended.
    }
    return ended;
  }

  /** Runs a task on a thread of the SDK. */
  <T> CompletableFuture<T> run(String role, Callable<T> task) {
    CompletableFuture<T> future = new CompletableFuture<>();
    Thread unused = threads.start(role, () -> complete(future, task));
    return future;
  }

  /** Waits for a future and throws its failure as it was thrown. */
  static <T> T joinUnwrapped(CompletableFuture<T> future) throws Exception {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static <T> void complete(CompletableFuture<T> future, Callable<T> task) {
    try {
      future.complete(task.call());
    } catch (Exception | Error e) {
      fail(future, e);
    }
  }

  private static void fail(CompletableFuture<?> future, Throwable failure) {
    if (failure instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    future.completeExceptionally(failure);
  }
}

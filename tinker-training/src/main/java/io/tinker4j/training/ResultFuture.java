package io.tinker4j.training;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The future of an operation. It knows whether its caller has looked at how the operation ended, or
 * will be told: what is called before that counts on the operation.
 */
final class ResultFuture<T> extends CompletableFuture<T> {
  private final CompletableFuture<T> ended;
  private boolean isShared;
  private volatile boolean isSeen;

  ResultFuture() {
    ended = whenComplete((value, failure) -> {});
    isShared = true;
  }

  /** Returns a future that is done when this one is; for dependents of the SDK's own. */
  CompletableFuture<T> ended() {
    return ended;
  }

  /** Whether the caller has looked at the result or has registered who is told of it. */
  boolean isSeen() {
    return isSeen;
  }

  /** Called by each method that registers a dependent stage. */
  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    isSeen |= isShared;
    return new CompletableFuture<>();
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    try {
      return super.get();
    } finally {
      see();
    }
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    try {
      return super.get(timeout, unit);
    } finally {
      see();
    }
  }

  @Override
  public T join() {
    try {
      return super.join();
    } finally {
      see();
    }
  }

  @Override
  public T getNow(T valueIfAbsent) {
    see();
    return super.getNow(valueIfAbsent);
  }

  @Override
  public T resultNow() {
    see();
    return super.resultNow();
  }

  @Override
  public Throwable exceptionNow() {
    see();
    return super.exceptionNow();
  }

  @Override
  public State state() {
    see();
    return super.state();
  }

  @Override
  public boolean isCompletedExceptionally() {
    see();
    return super.isCompletedExceptionally();
  }

  private void see() {
    isSeen |= isDone();
  }
}

package io.tinker4j.training.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The future of an operation, or one derived from it. It knows whether the caller has looked at how
 * the operation ended, or will be told: by a method that returns or throws the outcome, or by a
 * stage that runs on failures. A stage that runs on success alone, such as that of {@code
 * thenAccept}, tells nobody of a failure; nor does a time-out.
 */
public class TrackedFuture<T> extends CompletableFuture<T> {
  private final AtomicBoolean seen;

  TrackedFuture(AtomicBoolean seen) {
    this.seen = seen;
  }

  /** Whether the caller has looked at the outcome, or has registered who is told of a failure. */
  public final boolean isSeen() {
    return seen.get();
  }

  /** Registers what the SDK does at the end, which does not count as a look. */
  final void atTheEnd(BiConsumer<? super T, ? super Throwable> action) {
    CompletableFuture<T> unused = super.whenComplete(action);
  }

  /** A derived future passes failures on: who looks at it looks at this one. */
  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new TrackedFuture<>(seen);
  }

  private void told() {
    seen.set(true);
  }

  private void looked() {
    if (isDone()) {
      seen.set(true);
    }
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    try {
      return super.get();
    } finally {
      looked();
    }
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    try {
      return super.get(timeout, unit);
    } finally {
      looked();
    }
  }

  @Override
  public T join() {
    try {
      return super.join();
    } finally {
      looked();
    }
  }

  @Override
  public T getNow(T valueIfAbsent) {
    looked();
    return super.getNow(valueIfAbsent);
  }

  @Override
  public T resultNow() {
    looked();
    return super.resultNow();
  }

  @Override
  public Throwable exceptionNow() {
    looked();
    return super.exceptionNow();
  }

  @Override
  public State state() {
    looked();
    return super.state();
  }

  @Override
  public boolean isCompletedExceptionally() {
    looked();
    return super.isCompletedExceptionally();
  }

  @Override
  public <U> CompletableFuture<U> handle(BiFunction<? super T, Throwable, ? extends U> then) {
    told();
    return super.handle(then);
  }

  @Override
  public <U> CompletableFuture<U> handleAsync(BiFunction<? super T, Throwable, ? extends U> then) {
    told();
    return super.handleAsync(then);
  }

  @Override
  public <U> CompletableFuture<U> handleAsync(
      BiFunction<? super T, Throwable, ? extends U> then, Executor executor) {
    told();
    return super.handleAsync(then, executor);
  }

  @Override
  public CompletableFuture<T> whenComplete(BiConsumer<? super T, ? super Throwable> action) {
    told();
    return super.whenComplete(action);
  }

  @Override
  public CompletableFuture<T> whenCompleteAsync(BiConsumer<? super T, ? super Throwable> action) {
    told();
    return super.whenCompleteAsync(action);
  }

  @Override
  public CompletableFuture<T> whenCompleteAsync(
      BiConsumer<? super T, ? super Throwable> action, Executor executor) {
    told();
    return super.whenCompleteAsync(action, executor);
  }

  @Override
  public CompletableFuture<T> exceptionally(Function<Throwable, ? extends T> otherwise) {
    told();
    return super.exceptionally(otherwise);
  }

  @Override
  public CompletableFuture<T> exceptionallyAsync(Function<Throwable, ? extends T> otherwise) {
    told();
    return super.exceptionallyAsync(otherwise);
  }

  @Override
  public CompletableFuture<T> exceptionallyAsync(
      Function<Throwable, ? extends T> otherwise, Executor executor) {
    told();
    return super.exceptionallyAsync(otherwise, executor);
  }

  @Override
  public CompletableFuture<T> exceptionallyCompose(
      Function<Throwable, ? extends CompletionStage<T>> otherwise) {
    told();
    return super.exceptionallyCompose(otherwise);
  }

  @Override
  public CompletableFuture<T> exceptionallyComposeAsync(
      Function<Throwable, ? extends CompletionStage<T>> otherwise) {
    told();
    return super.exceptionallyComposeAsync(otherwise);
  }

  @Override
  public CompletableFuture<T> exceptionallyComposeAsync(
      Function<Throwable, ? extends CompletionStage<T>> otherwise, Executor executor) {
    told();
    return super.exceptionallyComposeAsync(otherwise, executor);
  }

  @Override
  public CompletableFuture<T> orTimeout(long timeout, TimeUnit unit) {
    return withoutALook(() -> super.orTimeout(timeout, unit));
  }

  @Override
  public CompletableFuture<T> completeOnTimeout(T value, long timeout, TimeUnit unit) {
    return withoutALook(() -> super.completeOnTimeout(value, timeout, unit));
  }

  /** The JDK's own time-outs use {@link #whenComplete}. */
  private CompletableFuture<T> withoutALook(Supplier<CompletableFuture<T>> timeout) {
    boolean before = seen.get();
    CompletableFuture<T> same = timeout.get();
    if (!before) {
      seen.set(false);
    }
    return same;
  }
}

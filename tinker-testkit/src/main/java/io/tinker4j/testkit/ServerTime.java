package io.tinker4j.testkit;

import io.tinker4j.transport.Time;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Time as the server sees it: its clock can be wrong, and a {@link ManualTime} is told what the
 * server is doing, so that it does not move on meanwhile. Safe for use by many threads.
 */
final class ServerTime implements InstantSource {
  private final Time time;
  private final @Nullable ManualTime manual;
  private final AtomicInteger work = new AtomicInteger();
  private final AtomicReference<Duration> shift = new AtomicReference<>(Duration.ZERO);

  private ServerTime(Time time) {
    this.time = time;
    manual = time instanceof ManualTime itself ? itself : null;
  }

  static ServerTime of(Time time) {
    return new ServerTime(time);
  }

  @Override
  public Instant instant() {
    return time.now().plus(shift.get());
  }

  long nanoTime() {
    return time.nanoTime();
  }

  /** Makes the clock go wrong by so much more. */
  void shift(Duration by) {
    shift.accumulateAndGet(by, Duration::plus);
  }

  /** Waits for a future that never fails; empty when it takes longer. For the server's work. */
  <T> Optional<T> await(CompletableFuture<T> future, Duration atMost) throws InterruptedException {
    if (manual != null) {
      return manual.hold(future, atMost);
    }
    if (future.isDone() || atMost.isZero()) {
      return Optional.ofNullable(future.getNow(null));
    }
    CompletableFuture<Optional<T>> either = new CompletableFuture<>();
    Time.Scheduled alarm = time.schedule(atMost, () -> either.complete(Optional.empty()));
    CompletableFuture<?> done = future.thenAccept(value -> either.complete(Optional.of(value)));
    try {
      return either.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("nothing completes it with an exception", e);
    } finally {
      alarm.cancel();
      done.cancel(false);
    }
  }

  /** Waits. For the server's work. */
  void sleep(Duration duration) throws InterruptedException {
    await(new CompletableFuture<Object>(), duration);
  }

  /** Begins something that takes no time; {@link #endWork} must follow. */
  void beginWork() {
    work.incrementAndGet();
    if (manual != null) {
      manual.beginWork();
    }
  }

  void endWork() {
    boolean mine = work.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
    if (mine && manual != null) {
      manual.endWork(1);
    }
  }

  /** Returns an executor whose tasks are the server's work from when they are handed over. */
  Executor announcing(Executor executor) {
    return task -> {
      beginWork();
      try {
        executor.execute(() -> {
          try {
            task.run();
          } finally {
            endWork();
          }
        });
      } catch (RuntimeException e) {
        endWork();
        throw e;
      }
    };
  }

  /** Ends all work of a server that is closed, also what never ran. */
  void endAllWork() {
    int left = work.getAndSet(0);
    if (manual != null) {
      manual.endWork(left);
    }
  }
}

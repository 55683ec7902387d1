package io.tinker4j.testkit.time;

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
public final class ServerTime implements InstantSource {
  private final Time time;
  private final @Nullable ManualTime manual;
  private final AtomicInteger work = new AtomicInteger();
  private final AtomicReference<Duration> shift = new AtomicReference<>(Duration.ZERO);

  private ServerTime(Time time) {
    this.time = time;
    manual = time instanceof ManualTime itself ? itself : null;
  }

  public static ServerTime of(Time time) {
    return new ServerTime(time);
  }

  @Override
  public Instant instant() {
    return time.now().plus(shift.get());
  }

  public long nanoTime() {
    return time.nanoTime();
  }

  /** Makes the clock go wrong by so much more. */
  public void shift(Duration by) {
    shift.accumulateAndGet(by, Duration::plus);
  }

  /** Waits for a future that never fails; empty when it takes longer. For the server's work. */
  public <T> Optional<T> await(CompletableFuture<T> future, Duration atMost)
      throws InterruptedException {
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
  public void sleep(Duration duration) throws InterruptedException {
    await(new CompletableFuture<Object>(), duration);
  }

  /** Begins something that takes no time; {@link #endWork} must follow. */
  public void beginWork() {
    work.incrementAndGet();
    if (manual != null) {
      manual.beginWork();
    }
  }

  public void endWork() {
    boolean mine = work.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
    if (mine && manual != null) {
      manual.endWork(1);
    }
  }

  /** Returns an executor whose tasks are the server's work from when they are handed over. */
  public Executor announcing(Executor executor) {
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
  public void endAllWork() {
    int left = work.getAndSet(0);
    if (manual != null) {
      manual.endWork(left);
    }
  }
}

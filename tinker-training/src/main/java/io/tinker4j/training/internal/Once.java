package io.tinker4j.training.internal;

import io.tinker4j.transport.CallInterruptedException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Something that is made by the first who needs it, which may take long; who comes meanwhile waits,
 * and who only wants to know what is there does not. When making it fails, the next one tries.
 * Thread-safe.
 */
public final class Once<T> {
  private final AtomicReference<CompletableFuture<T>> made =
      new AtomicReference<>(CompletableFuture.failedFuture(new IllegalStateException("not made")));

  /** Returns what is there, if anything is. */
  public Optional<T> peek() {
    CompletableFuture<T> now = current();
    return isMade(now) ? Optional.of(now.join()) : Optional.empty();
  }

  private CompletableFuture<T> current() {
    return Objects.requireNonNull(made.get());
  }

  private static boolean isMade(CompletableFuture<?> future) {
    return future.isDone() && !future.isCompletedExceptionally();
  }

  /**
   * Returns what is there, or makes it.
   *
   * @param isUsable whether what is there still serves
   * @throws CallInterruptedException when interrupted while another one makes it
   */
  public T get(Predicate<? super T> isUsable, Supplier<? extends T> making) {
    while (true) {
      CompletableFuture<T> now = current();
      if (!now.isDone()) {
        await(now);
      } else if (isMade(now) && isUsable.test(now.join())) {
        return now.join();
      } else {
        CompletableFuture<T> mine = new CompletableFuture<>();
        if (made.compareAndSet(now, mine)) {
          return make(mine, making);
        }
      }
    }
  }

  private static <T> T make(CompletableFuture<T> mine, Supplier<? extends T> making) {
    try {
      T value = making.get();
      mine.complete(value);
      return value;
    } catch (RuntimeException | Error e) {
      mine.completeExceptionally(e);
      throw e;
    }
  }

  /** A failure is that of whoever makes it: it may be his deadline. */
  private static void await(CompletableFuture<?> another) {
    try {
      Object unused = another.get();
    } catch (ExecutionException e) {
      // The next round tries again.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException("interrupted while another thread asks the server", e);
    }
  }
}

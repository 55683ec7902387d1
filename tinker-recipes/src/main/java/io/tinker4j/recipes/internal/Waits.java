package io.tinker4j.recipes.internal;

import io.tinker4j.transport.CallInterruptedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Waiting for results as the SDK's blocking calls do. */
public final class Waits {
  private Waits() {}

  /**
   * Returns a result, or throws what it has failed with.
   *
   * @param what is waited for, in the message of an interrupt
   * @throws CallInterruptedException when the thread is interrupted, whose flag stays set
   * @throws java.util.concurrent.CancellationException when it was cancelled
   */
  public static <T> T await(String what, CompletableFuture<T> result) {
    try {
      return result.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException("waiting for " + what + " was interrupted", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case Error error -> throw error;
        case RuntimeException failure -> throw failure;
        case null, default -> throw new IllegalStateException(what + " failed", e);
      }
    }
  }
}

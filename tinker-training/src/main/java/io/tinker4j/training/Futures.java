package io.tinker4j.training;

import io.tinker4j.transport.TinkerException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Blocking waits of the clients that return values instead of futures. */
final class Futures {
  private Futures() {}

  /** Waits for a future and throws its failure as the SDK's own exception. */
  static <T> T join(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof TinkerException cause) {
        cause.addSuppressed(new Throwable("called from here"));
        throw cause;
      }
      throw e;
    }
  }
}

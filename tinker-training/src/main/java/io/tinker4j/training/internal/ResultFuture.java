package io.tinker4j.training.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** The future of an operation. */
public final class ResultFuture<T> extends TrackedFuture<T> {
  private final CompletableFuture<T> ended = new CompletableFuture<>();

  public ResultFuture() {
    super(new AtomicBoolean());
    atTheEnd((value, failure) -> {
      if (failure == null) {
        ended.complete(value);
      } else {
        ended.completeExceptionally(failure);
      }
    });
  }

  /** Returns a future that is done when this one is; for dependents of the SDK's own. */
  public CompletableFuture<T> ended() {
    return ended;
  }
}

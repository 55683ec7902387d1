package io.tinker4j.testkit.http;

import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Local calls that are not answered yet. Safe for use by many threads. */
public final class OpenCalls {
  private final Queue<CompletableFuture<Delivery>> calls = new ConcurrentLinkedQueue<>();

  public void add(CompletableFuture<Delivery> call) {
    calls.removeIf(CompletableFuture::isDone);
    calls.add(call);
  }

  /** Ends them as a connection ends: without an answer, however far they were. */
  public void end(String reason) {
    for (CompletableFuture<Delivery> call : calls) {
      boolean unused = call.completeExceptionally(new IOException(reason));
    }
  }
}

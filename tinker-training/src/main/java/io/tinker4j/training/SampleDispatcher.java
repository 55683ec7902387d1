package io.tinker4j.training;

import io.tinker4j.transport.ApiClient;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.Operations;
import io.tinker4j.transport.Time;
import io.tinker4j.types.SampleRequest;
import io.tinker4j.types.UntypedFuture;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Submits samples: at most 400 at once and within a byte budget, held only until the server has
 * accepted. When the server says that it is overloaded, all samplers of the client pause for one
 * second, or five when the prompt is large, and the same request is sent again.
 */
final class SampleDispatcher {
  private static final int SLOTS = 400;
  private static final long LARGE_PROMPT_BYTES = 131_072;
  private static final Duration SHORT_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONG_PAUSE = Duration.ofSeconds(5);

  private final ApiClient api;
  private final Time time;
  private final ByteBudget bytes;
  private final Semaphore slots = new Semaphore(SLOTS, true);
  private final AtomicLong pausedUntil;

  SampleDispatcher(ApiClient api, Time time, ByteBudget bytes) {
    this.api = api;
    this.time = time;
    this.bytes = bytes;
    this.pausedUntil = new AtomicLong(time.nanoTime());
  }

  UntypedFuture submit(SampleRequest request) throws InterruptedException {
    long estimate = ByteEstimate.ofPrompt(request.prompt());
    slots.acquire();
    try (ByteBudget.Lease lease = bytes.acquire(estimate)) {
      while (true) {
        awaitPause();
        try {
          return api.call(Operations.ASAMPLE, request);
        } catch (ApiStatusException e) {
          if (e.status() != 429 && e.status() != 402) {
            throw e;
          }
          Duration shortest = estimate <= LARGE_PROMPT_BYTES ? SHORT_PAUSE : LONG_PAUSE;
          pause(e.retryAfter().filter(asked -> asked.compareTo(shortest) > 0).orElse(shortest));
        }
      }
    } finally {
      slots.release();
    }
  }

  /** The latest end of all pauses counts: neither another pause nor a success cuts one short. */
  private void pause(Duration pause) {
    long until = time.nanoTime() + pause.toNanos();
    pausedUntil.accumulateAndGet(until, (a, b) -> a - b > 0 ? a : b);
  }

  private void awaitPause() throws InterruptedException {
    for (long left = pausedUntil.get() - time.nanoTime();
        left > 0;
        left = pausedUntil.get() - time.nanoTime()) {
      time.sleep(Duration.ofNanos(left));
    }
  }
}

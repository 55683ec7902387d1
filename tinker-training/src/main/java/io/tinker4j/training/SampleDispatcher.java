package io.tinker4j.training;

import io.tinker4j.training.internal.ByteBudget;
import io.tinker4j.training.internal.ByteEstimate;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.wire.SampleRequest;
import io.tinker4j.types.wire.UntypedFuture;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Submits samples: at most 400 at once and within a byte budget, held only until the server has
 * accepted. When the server says that it is overloaded (429), or that the account is blocked (402),
 * all samplers of the client pause for what it asks, at least for one second, or five when the
 * prompt is large; and for ten seconds more at most ten samples are submitted at once, whose bytes
 * count twenty times. The same request is sent again, under the same sequence number.
 */
final class SampleDispatcher {
  private static final int SLOTS = 400;
  private static final int THROTTLED_SLOTS = 10;
  private static final int THROTTLED_BYTES = 20;
  private static final Duration THROTTLED = Duration.ofSeconds(10);
  private static final long LARGE_PROMPT_BYTES = 131_072;
  private static final Duration SHORT_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONG_PAUSE = Duration.ofSeconds(5);
  private static final CallOptions OPTIONS =
      SubmissionOptions.patient().finalStatus(402).finalStatus(429).build();

  private final ApiClient api;
  private final Time time;
  private final ByteBudget bytes;
  private final Semaphore slots = new Semaphore(SLOTS, true);
  private final Semaphore throttledSlots = new Semaphore(THROTTLED_SLOTS, true);
  private final AtomicLong pausedUntil;
  private final AtomicLong overloads = new AtomicLong();

  SampleDispatcher(ApiClient api, Time time, ByteBudget bytes) {
    this.api = api;
    this.time = time;
    this.bytes = bytes;
    this.pausedUntil = new AtomicLong(time.nanoTime() - THROTTLED.toNanos());
  }

  /** Returns when the server has accepted the sample. */
  UntypedFuture submit(SampleRequest request) throws InterruptedException {
    slots.acquire();
    try {
      return new Submission(request).run();
    } finally {
      slots.release();
    }
  }

  /** How often the server has said that there are too many. */
  long overloads() {
    return overloads.get();
  }

  /** How many samples more could be submitted now. */
  int freeSlots() {
    return slots.availablePermits();
  }

  /** One sample on its way. */
  private final class Submission {
    private final SampleRequest request;
    private final long estimate;
    private boolean throttled;

    Submission(SampleRequest request) {
      this.request = request;
      this.estimate = ByteEstimate.ofPrompt(request.prompt());
    }

    UntypedFuture run() throws InterruptedException {
      try {
        while (true) {
          awaitPause();
          // Bytes are taken last and given back before any other wait: nobody waits for a slot
          // while holding bytes that the holder of the slot waits for.
          try (ByteBudget.Lease lease = bytes.acquire(cost())) {
            if (pauseLeft() <= 0) {
              return api.call(Operations.SAMPLE, request, OPTIONS);
            }
          } catch (ApiStatusException e) {
            pause(e);
          }
        }
      } finally {
        if (throttled) {
          throttledSlots.release();
        }
      }
    }

    private long cost() {
      return isThrottled() ? THROTTLED_BYTES * estimate : estimate;
    }

    /** Whoever was let in before the server complained is one of the few, too, from then on. */
    private void awaitPause() throws InterruptedException {
      throttle();
      for (long left = pauseLeft(); left > 0; left = pauseLeft()) {
        time.sleep(Duration.ofNanos(left));
        throttle();
      }
    }

    private void throttle() throws InterruptedException {
      if (!throttled && isThrottled()) {
        throttledSlots.acquire();
        throttled = true;
      }
    }

    /** The latest end of all pauses counts: neither another one nor a success cuts one short. */
    private void pause(ApiStatusException e) {
      if (e.status() != 429 && !api.mayWaitForBilling(e)) {
        throw e;
      }
      if (e.status() == 429) {
        overloads.incrementAndGet();
      }
      Duration shortest = estimate <= LARGE_PROMPT_BYTES ? SHORT_PAUSE : LONG_PAUSE;
      Duration pause =
          e.retryAfter().filter(asked -> asked.compareTo(shortest) > 0).orElse(shortest);
      long until = time.nanoTime() + pause.toNanos();
      pausedUntil.accumulateAndGet(until, (a, b) -> a - b > 0 ? a : b);
    }
  }

  private boolean isThrottled() {
    return pauseLeft() > -THROTTLED.toNanos();
  }

  private long pauseLeft() {
    return pausedUntil.get() - time.nanoTime();
  }
}

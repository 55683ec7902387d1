package io.tinker4j.training;

import io.tinker4j.transport.ApiClient;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.CallOptions;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.FutureOutcome;
import io.tinker4j.transport.RateLimitException;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.types.FutureRetrieveRequest;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the result of one promise, by asking until the server has it.
 *
 * <p>The server holds each question open while the result is not ready, so a new one follows at
 * once. Faults are met with patience and pacing: overload, server errors and lost connections are
 * asked again after 1, 2, 4 … 30 seconds or what {@code Retry-After} says; a bare 400 three times;
 * a billing stop every five seconds. Everything else is final. The waiting ends without a result
 * when the server showed no sign of progress for the progress timeout, or when nobody waits any
 * more.
 */
final class PromiseAwaiter {
  private static final System.Logger log = System.getLogger(PromiseAwaiter.class.getName());
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(30);
  private static final Duration BILLING_PAUSE = Duration.ofSeconds(5);
  private static final int BARE_BAD_REQUESTS = 3;

  private final ApiClient api;
  private final Time time;
  private final ByteBudget responseBytes;
  private final Duration progressTimeout;

  PromiseAwaiter(ApiClient api, Time time, ByteBudget responseBytes, Duration progressTimeout) {
    this.api = api;
    this.time = time;
    this.responseBytes = responseBytes;
    this.progressTimeout = progressTimeout;
  }

  /**
   * Waits for a result.
   *
   * @param roundtrip how long the submission took
   * @param abandoned whether nobody waits any more; asked before every question
   */
  <T> T await(String requestId, ResultType<T> type, Duration roundtrip, BooleanSupplier abandoned)
      throws InterruptedException {
    return new Waiting<>(requestId, type, roundtrip, abandoned).run();
  }

  /** The state of one waiting. */
  private final class Waiting<T> {
    private final String requestId;
    private final ResultType<T> type;
    private final Duration roundtrip;
    private final BooleanSupplier abandoned;
    private long lastProgress = time.nanoTime();
    private int iteration;
    private int backoffs;
    private int bareBadRequests;
    private boolean sizeWanted = true;
    private String queueState = "active";

    Waiting(String requestId, ResultType<T> type, Duration roundtrip, BooleanSupplier abandoned) {
      this.requestId = requestId;
      this.type = type;
      this.roundtrip = roundtrip;
      this.abandoned = abandoned;
    }

    T run() throws InterruptedException {
      ByteBudget.@Nullable Lease lease = null;
      try {
        while (true) {
          checkWanted();
          FutureOutcome<T> outcome = ask();
          switch (outcome) {
            case null -> {}
            case FutureOutcome.Ready<T> ready -> {
              return ready.result();
            }
            case FutureOutcome.Failed<T> failed ->
                throw new RequestFailedException(
                    type.requestType(),
                    requestId,
                    failed.error(),
                    RequestFailedException.Category.of(failed.category()));
            case FutureOutcome.SizeOnly<T> size -> {
              if (lease != null) {
                throw new RequestFailedException(
                    type.requestType(),
                    requestId,
                    "the server answered twice with the size of the result only",
                    RequestFailedException.Category.SERVER);
              }
              lease = responseBytes.acquire(size.bytes());
              sizeWanted = false;
            }
            case FutureOutcome.TryAgain<T> again -> notReady(again);
          }
        }
      } finally {
        if (lease != null) {
          lease.close();
        }
      }
    }

    private void checkWanted() throws InterruptedException {
      if (abandoned.getAsBoolean()) {
        throw new InterruptedException("nobody waits for the result any more");
      }
      if (time.nanoTime() - lastProgress > progressTimeout.toNanos()) {
        throw new ProgressTimeoutException(type.requestType(), requestId, progressTimeout);
      }
    }

    /** Returns null when the question is to be asked again. */
    private @Nullable FutureOutcome<T> ask() throws InterruptedException {
      FutureRetrieveRequest request =
          FutureRetrieveRequest.builder()
              .requestId(requestId)
              .allowMetadataOnly(sizeWanted)
              .build();
      try {
        FutureOutcome<T> outcome = api.call(type.operation(), request, options());
        backoffs = 0;
        return outcome;
      } catch (ApiStatusException e) {
        pause(e);
      } catch (ConnectionException e) {
        backOff(e);
      }
      return null;
    }

    private CallOptions options() {
      CallOptions.Builder options =
          CallOptions.builder()
              .header("X-Tinker-Request-Iteration", Integer.toString(iteration))
              .header("X-Tinker-Request-Type", type.requestType());
      if (iteration == 0) {
        options.header(
            "X-Tinker-Create-Promise-Roundtrip-Time", Double.toString(roundtrip.toNanos() / 1e9));
      }
      iteration++;
      return options.build();
    }

    private void pause(ApiStatusException e) throws InterruptedException {
      switch (e.status()) {
        case 402 -> time.sleep(BILLING_PAUSE);
        case 408 -> {
          bareBadRequests = 0;
          backoffs = 0;
        }
        case 410 -> throw new PromiseExpiredException(type.requestType(), requestId, e);
        case 400 -> badRequest(e);
        default -> {
          if (e.status() < 500 && !(e instanceof RateLimitException)) {
            throw e;
          }
          backOff(e);
        }
      }
    }

    /** A 400 that says why is a failed operation on some servers; a bare one may be a proxy's. */
    private void badRequest(ApiStatusException e) throws InterruptedException {
      if (e.detail().isPresent()) {
        throw new RequestFailedException(
            type.requestType(),
            requestId,
            e.detail().get(),
            RequestFailedException.Category.UNKNOWN);
      }
      if (bareBadRequests++ == BARE_BAD_REQUESTS) {
        throw e;
      }
      backOff(e);
    }

    private void backOff(TinkerException cause) throws InterruptedException {
      Duration delay = cause.retryAfter().orElse(backoff(backoffs));
      backoffs++;
      log.log(
          System.Logger.Level.DEBUG,
          () -> "asking again: request=%s delay=%s cause=%s".formatted(requestId, delay, cause));
      time.sleep(delay);
    }

    private void notReady(FutureOutcome.TryAgain<T> again) {
      String state = again.queueState().value();
      if (state.equals("active") || !state.equals(queueState)) {
        lastProgress = time.nanoTime();
      }
      if (!state.equals(queueState) && !state.equals("active")) {
        log.log(
            System.Logger.Level.WARNING,
            () ->
                "%s is paused by the server: state=%s reason=%s request=%s"
                    .formatted(
                        type.requestType(), state, again.reason().orElse("none"), requestId));
      }
      queueState = state;
    }
  }

  private static Duration backoff(int earlier) {
    return earlier >= 5 ? MAX_BACKOFF : Duration.ofSeconds(1L << earlier);
  }
}

package io.tinker4j.training;

import io.tinker4j.training.internal.ByteBudget;
import io.tinker4j.training.internal.ResultType;
import io.tinker4j.training.telemetry.Telemetry;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.Backoff;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.RateLimitException;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.FutureOutcome;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.QueueState;
import io.tinker4j.types.wire.FutureRetrieveRequest;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the result of one promise, by asking until the server has it.
 *
 * <p>The server holds each question open while the result is not ready, so a new one follows at
 * once; one that answers quickly several times in a row is asked less and less often, down to every
 * five seconds. Faults are met with patience and pacing: overload, server errors and lost
 * connections are asked again after 1, 2, 4 … 30 seconds, less up to a quarter, or what {@code
 * Retry-After} says; a bare 400 three times; a billing stop every five seconds. Everything else is
 * final, also what the server says is not to be tried again ({@code x-should-retry: false}). Of a
 * result that was announced with its size, not much more than that is read. The waiting ends
 * without a result when the client's operations showed no sign of progress for the progress
 * timeout, or when nobody waits any more.
 */
final class PromiseAwaiter {
  private static final System.Logger log = System.getLogger(PromiseAwaiter.class.getName());
  private static final Backoff FAULTS =
      new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30), 0.25);
  private static final Backoff QUICK_ANSWERS =
      new Backoff(Duration.ofMillis(250), Duration.ofSeconds(5), 0.25);
  private static final Duration QUICK = Duration.ofSeconds(1);
  private static final int QUICK_ANSWERS_AT_ONCE = 3;
  private static final Duration BILLING_PAUSE = Duration.ofSeconds(5);
  private static final int BARE_BAD_REQUESTS = 3;

  /** The size that is announced may be that of another form of the result. */
  private static final long ANNOUNCEMENT_SLACK = 1 << 20;

  /** What is read of a result at most is less than that in any case. */
  private static final long MOST_ANNOUNCED = 1L << 30;

  private final ApiClient api;
  private final Time time;
  private final RandomGenerator random;
  private final ByteBudget responseBytes;
  private final Telemetry telemetry;

  PromiseAwaiter(
      ApiClient api,
      Time time,
      RandomGenerator random,
      ByteBudget responseBytes,
      Telemetry telemetry) {
    this.api = api;
    this.time = time;
    this.random = random;
    this.responseBytes = responseBytes;
    this.telemetry = telemetry;
  }

  /**
   * Waits for a result.
   *
   * @param roundtrip how long the submission took
   * @param call for which it is; ends the waiting when its future is done
   */
  <T> T await(String requestId, ResultType<T> type, Duration roundtrip, PendingCall<?> call)
      throws InterruptedException {
    try (PendingCall.Wait wait = call.interruptible()) {
      T result = new Waiting<>(requestId, type, roundtrip, call).run();
      call.progressed();
      return result;
    }
  }

  /** How many bytes of results more could be downloading now. */
  long freeBytes() {
    return responseBytes.available();
  }

  /** The state of one waiting. */
  private final class Waiting<T> {
    private final String requestId;
    private final ResultType<T> type;
    private final Duration roundtrip;
    private final PendingCall<?> call;
    private final PollReports reports;
    private int iteration;
    private int faults;
    private int quickAnswers;
    private int bareBadRequests;
    private boolean sizeWanted = true;
    private long announced = -1;
    private boolean paused;

    Waiting(String requestId, ResultType<T> type, Duration roundtrip, PendingCall<?> call) {
      this.requestId = requestId;
      this.type = type;
      this.roundtrip = roundtrip;
      this.call = call;
      this.reports = new PollReports(telemetry, time, requestId, type.requestType());
    }

    private RequestFailedException repeatedSize() {
      return new RequestFailedException(
          type.requestType(),
          requestId,
          "the server answered twice with the size of the result only",
          RequestFailedException.Category.SERVER);
    }

    T run() throws InterruptedException {
      ByteBudget.@Nullable Lease lease = null;
      try {
        while (true) {
          call.checkWanted(requestId);
          long asked = time.nanoTime();
          FutureOutcome<T> outcome = ask(asked);
          switch (outcome) {
            case null -> {}
            case FutureOutcome.Ready<T> ready -> {
              if (paused) {
                call.report(QueueState.ACTIVE, "");
              }
              return ready.result();
            }
            case FutureOutcome.Failed<T> failed -> throw failure(failed);
            case FutureOutcome.SizeOnly<T> size -> {
              if (lease != null) {
                throw repeatedSize();
              }
              lease = responseBytes.acquire(Math.max(0, size.bytes()));
              sizeWanted = false;
              announced = Math.max(0, size.bytes());
              call.progressed();
            }
            case FutureOutcome.TryAgain<T> again -> {
              if (!isUnknown(again.queueState()) || again.reason().isPresent()) {
                report(again.queueState(), again.reason().orElse(""));
              }
              pace(asked);
            }
          }
        }
      } finally {
        if (lease != null) {
          lease.close();
        }
      }
    }

    private RequestFailedException failure(FutureOutcome.Failed<T> failed) {
      RequestFailedException failure =
          new RequestFailedException(
              type.requestType(),
              requestId,
              failed.error(),
              RequestFailedException.Category.of(failed.category()));
      reports.failed(failure, iteration);
      return failure;
    }

    /** Returns null when the question is to be asked again. */
    private @Nullable FutureOutcome<T> ask(long asked) throws InterruptedException {
      FutureRetrieveRequest request =
          FutureRetrieveRequest.builder()
              .requestId(requestId)
              .allowMetadataOnly(sizeWanted)
              .build();
      try {
        FutureOutcome<T> outcome = api.call(type.operation(), request, options());
        faults = 0;
        return outcome;
      } catch (ApiStatusException e) {
        reports.refused(e, iteration);
        pause(e, asked);
      } catch (ConnectionException e) {
        reports.lost(e, iteration);
        if (!e.isRetryable()) {
          throw e;
        }
        backOff(e);
      } catch (DecodeException e) {
        reports.unreadable(e, iteration);
        throw e;
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
      if (announced >= 0) {
        options.answerBytes(2 * Math.min(announced, MOST_ANNOUNCED) + ANNOUNCEMENT_SLACK);
      }
      iteration++;
      return options.build();
    }

    private void pause(ApiStatusException e, long asked) throws InterruptedException {
      switch (e.status()) {
        case 402 -> {
          if (!api.mayWaitForBilling(e)) {
            throw e;
          }
          time.sleep(BILLING_PAUSE);
        }
        case 408 -> {
          faults = 0;
          notReady(e, asked);
        }
        case 410 -> throw new PromiseExpiredException(type.requestType(), requestId, e);
        case 400 -> badRequest(e);
        default -> {
          boolean overload = e.status() >= 500 || e instanceof RateLimitException;
          if (!overload || !e.isRetryable()) {
            throw e;
          }
          backOff(e);
        }
      }
    }

    /** A 408 is the other way to say that the result is not ready; JSON may tell the state. */
    private void notReady(ApiStatusException e, long asked) throws InterruptedException {
      JsonCodec.tryReadMap(e.body())
          .ifPresent(json -> {
            bareBadRequests = 0;
            if (json.get("queue_state") instanceof String state) {
              Object reason = json.get("queue_state_reason");
              report(QueueState.of(state), reason == null ? "" : reason.toString());
            }
          });
      if (e.retryAfter().isPresent()) {
        time.sleep(e.retryAfter().get());
      } else {
        pace(asked);
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
      Duration delay = cause.retryAfter().orElseGet(() -> FAULTS.minusJitter(faults, chance()));
      faults++;
      log.log(
          System.Logger.Level.DEBUG,
          () -> "asking again: request=%s delay=%s cause=%s".formatted(requestId, delay, cause));
      time.sleep(delay);
    }

    private void report(QueueState state, String reason) {
      paused = !state.equals(QueueState.ACTIVE);
      call.report(state, reason);
    }

    /** Asks again at once as long as the server holds the questions, and less often if not. */
    private void pace(long asked) throws InterruptedException {
      if (time.nanoTime() - asked >= QUICK.toNanos()) {
        quickAnswers = 0;
      } else if (quickAnswers++ >= QUICK_ANSWERS_AT_ONCE) {
        time.sleep(QUICK_ANSWERS.minusJitter(quickAnswers - QUICK_ANSWERS_AT_ONCE - 1, chance()));
      }
    }
  }

  private static boolean isUnknown(QueueState state) {
    return state.known() == QueueState.Known.UNRECOGNIZED;
  }

  private double chance() {
    return random.nextDouble();
  }
}

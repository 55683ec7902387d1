package io.tinker4j.training.telemetry;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.types.wire.TelemetrySeverity;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reports failed calls under the names that the reference client's reports have, and passes
 * everything on to the user's listener. Calls that go on by themselves in the background are not
 * reported, nor the reports.
 */
public final class TelemetryListener implements TinkerListener {
  private static final String CALL = "InternalClientHolder.execute_with_retries.exception";
  private static final String SAMPLE = "RetryHandler.execute.exception";
  private static final Set<String> BACKGROUND =
      Set.of("healthz", "session_heartbeat", "client_dynamic_config", "finish_session");

  private final Telemetry telemetry;
  private final TinkerListener next;

  public TelemetryListener(Telemetry telemetry, TinkerListener next) {
    this.telemetry = telemetry;
    this.next = next;
  }

  @Override
  public void retrying(TracedAttempt failed, Duration delay, TinkerException cause) {
    report(failed.call(), failed.number() + 1, null, cause);
    next.retrying(failed, delay, cause);
  }

  /** A call of the REST client is an operation; training and sampling report theirs themselves. */
  @Override
  public void callFailed(TracedCall call, Duration took, Throwable failure) {
    report(call, 0, took, failure);
    if (call.kind() == CallKind.REST && !BACKGROUND.contains(call.operation())) {
      telemetry.failed(failure);
    }
    next.callFailed(call, took, failure);
  }

  private void report(TracedCall call, int attempts, @Nullable Duration took, Throwable failure) {
    boolean isSample = call.kind() == CallKind.SAMPLE;
    boolean isReported =
        isSample || call.kind() == CallKind.TRAIN || call.kind() == CallKind.SESSION;
    if (!isReported || BACKGROUND.contains(call.operation()) || Telemetry.isStop(failure)) {
      return;
    }
    boolean isRetryable = failure instanceof TinkerException ours && ours.isRetryable();
    boolean isUserError = TinkerException.isUserError(failure);
    Map<String, @Nullable Object> data = new LinkedHashMap<>();
    data.put("func", call.operation());
    describe(failure, data);
    data.put(isSample ? "should_retry" : "is_retryable", isRetryable);
    data.put("is_user_error", isUserError);
    if (attempts > 0) {
      data.put("attempt_count", attempts);
    }
    if (took != null) {
      data.put("elapsed_time", took.toNanos() / 1e9);
    }
    telemetry.generic(
        isSample ? SAMPLE : CALL,
        isRetryable || isUserError ? TelemetrySeverity.WARNING : TelemetrySeverity.ERROR,
        data);
  }

  /** Adds what a failure says, in the reference client's words. */
  public static void describe(Throwable failure, Map<String, @Nullable Object> data) {
    FailureReport report = FailureReport.of(failure);
    data.put("exception", report.message());
    data.put("exception_type", report.type());
    data.put("status_code", failure instanceof ApiStatusException e ? e.status() : null);
  }

  @Override
  public void callStarted(TracedCall call) {
    next.callStarted(call);
  }

  @Override
  public void callSucceeded(TracedCall call, Duration took) {
    next.callSucceeded(call, took);
  }

  @Override
  public void attemptStarted(TracedAttempt attempt) {
    next.attemptStarted(attempt);
  }

  @Override
  public void attemptAnswered(TracedAttempt attempt, Traffic traffic) {
    next.attemptAnswered(attempt, traffic);
  }

  @Override
  public void attemptFailed(TracedAttempt attempt, Duration took, Throwable failure) {
    next.attemptFailed(attempt, took, failure);
  }

  @Override
  public void poolWaited(CallKind kind, Duration waited) {
    next.poolWaited(kind, waited);
  }

  @Override
  public void circuitChanged(CallKind kind, CircuitState state) {
    next.circuitChanged(kind, state);
  }

  @Override
  public Optional<String> traceparent(TracedAttempt attempt) {
    return next.traceparent(attempt);
  }
}

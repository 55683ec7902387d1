package io.tinker4j.training;

import io.tinker4j.training.telemetry.FailureReport;
import io.tinker4j.training.telemetry.Telemetry;
import io.tinker4j.training.telemetry.TelemetryListener;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.Redaction;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.types.wire.TelemetrySeverity;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reports what questions for one result fail with, as the reference client does. */
final class PollReports {
  private static final String PREFIX = "APIFuture.result_async.";

  private final Telemetry telemetry;
  private final Time time;
  private final long start;
  private final String requestId;
  private final String requestType;

  PollReports(Telemetry telemetry, Time time, String requestId, String requestType) {
    this.telemetry = telemetry;
    this.time = time;
    this.start = time.nanoTime();
    this.requestId = requestId;
    this.requestType = requestType;
  }

  /** Reports a refused question; 408 is no failure, it says that the result is not ready. */
  void refused(ApiStatusException failure, int iteration) {
    if (failure.status() == 408) {
      return;
    }
    boolean isFatal = failure.status() < 500 && failure.status() != 429 && failure.status() != 402;
    Map<String, @Nullable Object> data = failure(failure, iteration, isFatal);
    if (isFatal) {
      data.put("response_headers", Redaction.report(failure.headers().toString()));
      data.put("response_body", Redaction.report(failure.body()));
    }
    telemetry.generic(
        PREFIX + "api_status_error",
        isFatal ? TelemetrySeverity.ERROR : TelemetrySeverity.WARNING,
        data);
  }

  /** Reports a question that got no answer and is asked again. */
  void lost(ConnectionException failure, int iteration) {
    telemetry.generic(
        PREFIX + "connection_error", TelemetrySeverity.WARNING, failure(failure, iteration, false));
  }

  /** Reports a result that is not what the protocol says. */
  void unreadable(DecodeException failure, int iteration) {
    Map<String, @Nullable Object> data = data(iteration);
    FailureReport report = FailureReport.of(failure);
    data.put("exception", report.message());
    data.put("exception_type", report.type());
    data.put("exception_stack", report.trace());
    telemetry.generic(PREFIX + "validation_error", TelemetrySeverity.ERROR, data);
  }

  /** Reports an operation that the server has failed. */
  void failed(RequestFailedException failure, int iteration) {
    Map<String, @Nullable Object> data = data(iteration);
    String category = failure.category().name();
    data.put("error", Redaction.report(String.valueOf(failure.getMessage())));
    data.put("error_category", category.charAt(0) + category.substring(1).toLowerCase(Locale.ROOT));
    data.put("is_user_error", failure.isUserError());
    telemetry.generic(
        PREFIX + "application_error",
        failure.isUserError() ? TelemetrySeverity.WARNING : TelemetrySeverity.ERROR,
        data);
  }

  private Map<String, @Nullable Object> failure(
      TinkerException failure, int iteration, boolean isFatal) {
    Map<String, @Nullable Object> data = data(iteration);
    TelemetryListener.describe(failure, data);
    data.put("kind", isFatal ? "fatal" : "retry_with_backoff");
    data.put("should_retry", !isFatal);
    data.put("is_user_error", failure.isUserError());
    return data;
  }

  private Map<String, @Nullable Object> data(int iteration) {
    Map<String, @Nullable Object> data = new LinkedHashMap<>();
    data.put("request_id", requestId);
    data.put("request_type", requestType);
    data.put("iteration", iteration);
    data.put("elapsed_time", (time.nanoTime() - start) / 1e9);
    return data;
  }
}

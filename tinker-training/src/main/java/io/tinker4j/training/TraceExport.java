package io.tinker4j.training;

import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.wire.SessionRequest;
import io.tinker4j.types.wire.TraceExportResponse;
import io.tinker4j.types.wire.TraceExportStatus;
import java.time.Duration;
import java.util.Optional;

/** Waits for the trace of one session. */
final class TraceExport {
  private static final System.Logger log = System.getLogger(TraceExport.class.getName());
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final Duration LONGEST = Duration.ofMinutes(30);

  private final ApiClient api;
  private final String sessionId;

  TraceExport(ApiClient api, String sessionId) {
    this.api = api;
    this.sessionId = sessionId;
  }

  /** Returns the address of the trace. */
  String await() {
    long end = api.time().nanoTime() + LONGEST.toNanos();
    boolean told = false;
    while (true) {
      Optional<String> url = ask();
      if (url.isPresent()) {
        return url.get();
      }
      if (!told) {
        told = true;
        log.log(System.Logger.Level.DEBUG, () -> "waiting for the trace: session=" + sessionId);
      }
      if (api.time().nanoTime() + PAUSE.toNanos() - end > 0) {
        throw new ProgressTimeoutException("trace_export", sessionId, LONGEST);
      }
      api.pause(PAUSE);
    }
  }

  private Optional<String> ask() {
    TraceExportResponse answer =
        api.call(Operations.TRACE_EXPORT, SessionRequest.builder().sessionId(sessionId).build());
    if (answer.status().equals(TraceExportStatus.FAILED)) {
      throw failure(answer.error().orElse("the server does not say why"));
    }
    if (answer.status().equals(TraceExportStatus.READY) && answer.url().isEmpty()) {
      throw failure("it is ready but has no address");
    }
    return answer.url();
  }

  private RequestFailedException failure(String error) {
    return new RequestFailedException(
        "trace_export", sessionId, error, RequestFailedException.Category.UNKNOWN);
  }
}

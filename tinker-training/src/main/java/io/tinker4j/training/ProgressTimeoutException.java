package io.tinker4j.training;

import io.tinker4j.transport.TinkerException;
import java.time.Duration;
import java.util.Optional;

/**
 * A promise showed no progress for the client's progress timeout, so the waiting was given up. The
 * operation may still complete on the server.
 */
public final class ProgressTimeoutException extends TinkerException {
  private static final long serialVersionUID = 1;

  private final String requestId;

  ProgressTimeoutException(String operation, String requestId, Duration timeout) {
    super(
        "%s showed no progress for %s (request %s); the operation may still complete on the server"
            .formatted(operation, timeout, requestId));
    this.requestId = requestId;
  }

  @Override
  public Optional<String> requestId() {
    return Optional.of(requestId);
  }
}

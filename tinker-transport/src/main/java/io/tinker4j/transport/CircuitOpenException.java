package io.tinker4j.transport;

import java.time.Duration;
import java.util.Optional;

/**
 * The call was not sent, because the calls of its kind before it found no working server. {@link
 * #retryAfter} tells when the next one may go out.
 */
public final class CircuitOpenException extends ConnectionException {
  private static final long serialVersionUID = 1;

  private final Duration retryAfter;

  public CircuitOpenException(String message, Duration retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  @Override
  public Optional<Duration> retryAfter() {
    return Optional.of(retryAfter);
  }
}

package io.tinker4j.transport;

import java.time.Duration;
import java.util.Optional;

/**
 * The server answered with an error status. Subclasses stand for the statuses that callers treat
 * differently; all others are of this class.
 */
public class ApiStatusException extends TinkerException {
  private static final long serialVersionUID = 1;

  private final ErrorAnswer answer;

  ApiStatusException(String message, ErrorAnswer answer) {
    super(message);
    this.answer = answer;
  }

  public static ApiStatusException of(String message, ErrorAnswer answer) {
    return switch (answer.status()) {
      case 401, 403 -> new AuthenticationException(message, answer);
      case 404 -> new NotFoundException(message, answer);
      case 409 -> new ConflictException(message, answer);
      case 429 -> new RateLimitException(message, answer);
      default -> new ApiStatusException(message, answer);
    };
  }

  /** Returns the HTTP status. */
  public final int status() {
    return answer.status();
  }

  /** Returns the response's headers. */
  public final Headers headers() {
    return answer.headers();
  }

  /** Returns the response's body as text. */
  public final String body() {
    return answer.body();
  }

  /** Returns what the server says about the error, when the body is JSON that says so. */
  public final Optional<String> detail() {
    return answer.detail();
  }

  /** Returns how many attempts the call made; the answer is that to the last one. */
  public final int attempts() {
    return answer.attempts();
  }

  /** Returns whether the server, or else the status (408, 409, 429, 5xx), allows another try. */
  @Override
  public final boolean isRetryable() {
    return answer.isRetryable();
  }

  /**
   * Returns whether the status is 400 to 499, but for 408 and 429, of which the load is at fault.
   */
  @Override
  public final boolean isUserError() {
    return status() >= 400 && status() <= 499 && status() != 408 && status() != 429;
  }

  @Override
  public final Optional<Duration> retryAfter() {
    return answer.retryAfter();
  }

  @Override
  public final Optional<String> requestId() {
    return answer.headers().first("x-request-id");
  }
}

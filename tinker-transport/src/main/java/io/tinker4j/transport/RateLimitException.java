package io.tinker4j.transport;

/** The server is overloaded or the caller over its rate (429). */
public final class RateLimitException extends ApiStatusException {
  private static final long serialVersionUID = 1;

  RateLimitException(String message, ErrorAnswer answer) {
    super(message, answer);
  }
}

package io.tinker4j.transport;

/** What the call names does not exist, or is not the caller's (404). */
public final class NotFoundException extends ApiStatusException {
  private static final long serialVersionUID = 1;

  NotFoundException(String message, ErrorAnswer answer) {
    super(message, answer);
  }
}

package io.tinker4j.transport;

/** The call contradicts the server's state, for example a checkpoint's name is taken (409). */
public final class ConflictException extends ApiStatusException {
  private static final long serialVersionUID = 1;

  ConflictException(String message, ErrorAnswer answer) {
    super(message, answer);
  }
}

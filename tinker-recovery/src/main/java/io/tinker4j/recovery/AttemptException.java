package io.tinker4j.recovery;

/** An attempt has failed for a reason of its own. */
final class AttemptException extends Exception {
  private static final long serialVersionUID = 1;

  AttemptException(String message) {
    super(message);
  }

  AttemptException(String message, Throwable cause) {
    super(message, cause);
  }
}

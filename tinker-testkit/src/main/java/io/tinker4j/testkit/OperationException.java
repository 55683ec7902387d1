package io.tinker4j.testkit;

import java.io.Serial;

/** An operation that was accepted cannot be carried out, for a reason the user can mend. */
final class OperationException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  OperationException(String message) {
    super(message);
  }
}

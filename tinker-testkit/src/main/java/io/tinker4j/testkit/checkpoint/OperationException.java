package io.tinker4j.testkit.checkpoint;

import java.io.Serial;

/** An operation that was accepted cannot be carried out, for a reason the user can mend. */
public final class OperationException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public OperationException(String message) {
    super(message);
  }
}

package io.tinker4j.training;

import io.tinker4j.transport.TinkerException;
import java.time.Duration;

/**
 * A call had no result by the deadline its {@link ResultTimeouts} set. Only the waiting has ended:
 * what was submitted, or is still to be in its turn, runs on the server all the same.
 */
public final class DeadlineExceededException extends TinkerException {
  private static final long serialVersionUID = 1;

  DeadlineExceededException(String operation, Duration deadline) {
    super(
        "no result of %s within %s; the operation itself was not taken back"
            .formatted(operation, deadline));
  }
}

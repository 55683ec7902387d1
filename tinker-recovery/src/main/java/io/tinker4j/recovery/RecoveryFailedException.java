package io.tinker4j.recovery;

import io.tinker4j.transport.TinkerException;
import java.util.List;

/**
 * A run could not be brought back within the limits of its policy. Its journal and checkpoints are
 * as they were: {@code resumeOrStart()} tries again when the cause is gone.
 */
public final class RecoveryFailedException extends TinkerException {
  private static final long serialVersionUID = 1;

  @SuppressWarnings("serial") // of the JDK, and unmodifiable
  private final List<String> tried;

  RecoveryFailedException(String limit, List<String> tried, Throwable cause) {
    super(
        "the run was given up, %s. Tried: %s. The cause: %s"
            .formatted(limit, tried, cause.getMessage()),
        cause);
    this.tried = List.copyOf(tried);
  }

  /** Returns what was tried, in order. */
  public List<String> tried() {
    return tried;
  }
}

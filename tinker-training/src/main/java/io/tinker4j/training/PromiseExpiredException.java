package io.tinker4j.training;

import io.tinker4j.transport.TinkerException;
import java.util.Optional;

/**
 * The server no longer knows a promise, so it is not known whether the operation was executed.
 *
 * <p>For a training operation, roll back to a checkpoint: sending the same operation again under a
 * new sequence number could apply it twice. A sample can simply be asked for again.
 */
public final class PromiseExpiredException extends TinkerException {
  private static final long serialVersionUID = 1;

  private final String requestId;

  PromiseExpiredException(String operation, String requestId, Throwable cause) {
    super(
        "the promise of %s expired on the server (request %s); it is not known whether it ran"
            .formatted(operation, requestId),
        cause);
    this.requestId = requestId;
  }

  @Override
  public Optional<String> requestId() {
    return Optional.of(requestId);
  }
}

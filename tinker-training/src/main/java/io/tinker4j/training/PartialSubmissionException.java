package io.tinker4j.training;

import io.tinker4j.transport.TinkerException;
import java.time.Duration;
import java.util.Optional;

/**
 * A call that was sent as several requests failed after the server had accepted some of them. For
 * {@code forwardBackward} that means that the model's gradients may hold a part of the batch: go on
 * from a checkpoint. The cause is the failure.
 */
public final class PartialSubmissionException extends TinkerException {
  private static final long serialVersionUID = 1;

  private final int accepted;
  private final int requests;

  PartialSubmissionException(int accepted, int requests, Exception cause) {
    super(
        "%d of %d requests of this call were accepted by the server, the others not: %s"
            .formatted(accepted, requests, cause.getMessage()),
        cause);
    this.accepted = accepted;
    this.requests = requests;
  }

  /** Returns how many requests of the call the server has accepted. */
  public int accepted() {
    return accepted;
  }

  /** Returns how many requests the call was to be sent as. */
  public int requests() {
    return requests;
  }

  @Override
  public Optional<Duration> retryAfter() {
    return getCause() instanceof TinkerException cause ? cause.retryAfter() : Optional.empty();
  }
}

package io.tinker4j.training;

import io.tinker4j.transport.TinkerException;
import java.util.Objects;

/**
 * An earlier operation of this model could not be submitted, so nothing behind it was sent: the
 * server runs a model's operations without gaps.
 *
 * <p>The cause is the first failure. The model's state is that of the last operation whose future
 * completed; continue with a new training client, created from a checkpoint or retried from the
 * failed operation.
 */
public final class TrainingHaltedException extends TinkerException {
  private static final long serialVersionUID = 1;

  private final String modelId;

  TrainingHaltedException(String modelId, Throwable cause) {
    super(
        "not sent, because an earlier operation of model "
            + modelId
            + " could not be submitted: "
            + cause.getMessage()
            + " Create a new training client, for example from the last checkpoint.",
        cause);
    this.modelId = modelId;
  }

  /** Returns a copy with the stack of the call that it is thrown from. */
  TrainingHaltedException again() {
    return new TrainingHaltedException(modelId, Objects.requireNonNull(getCause()));
  }

  /** Returns the model whose lane is halted. */
  public String modelId() {
    return modelId;
  }
}

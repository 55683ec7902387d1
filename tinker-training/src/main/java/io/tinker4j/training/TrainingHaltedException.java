package io.tinker4j.training;

import io.tinker4j.training.internal.Sentences;
import io.tinker4j.transport.TinkerException;
import java.util.Objects;

/**
 * An operation was not sent, because an earlier one of its model failed that it counts on; the
 * cause is that failure.
 *
 * <p>When {@link #isFinal()}, it is not known whether the server has taken the earlier operation
 * in, and the client sends nothing more. The model's state is that of the last operation whose
 * future completed. {@link ServiceClient#attachTrainingClient} gives another client of the live
 * model, to save it; or continue from a checkpoint. Otherwise the earlier operation was refused and
 * the client goes on: correct it and call both again. Of an earlier operation that was carried out
 * in part ({@link PartialSubmissionException}, {@link PartialPassException}) only the rest is
 * called again.
 */
public final class TrainingHaltedException extends TinkerException {
  private static final long serialVersionUID = 1;

  private final String modelId;
  private final boolean isFinal;

  private TrainingHaltedException(
      String modelId, boolean isFinal, String message, Throwable cause) {
    super(message, cause);
    this.modelId = modelId;
    this.isFinal = isFinal;
  }

  static TrainingHaltedException forGood(String modelId, Throwable cause) {
    return new TrainingHaltedException(
        modelId,
        true,
        ("not sent, because it is not known whether the server has taken in an earlier operation of"
                + " model %s: %s Attach another client to save the model if it lives, or create one"
                + " from the last checkpoint.")
            .formatted(modelId, Sentences.of(cause)),
        cause);
  }

  static TrainingHaltedException once(String modelId, Throwable cause) {
    return new TrainingHaltedException(
        modelId,
        false,
        ("not sent, because it counts on an earlier operation of model %s that failed: %s %s")
            .formatted(
                modelId,
                Sentences.of(cause),
                isPartial(cause)
                    ? "Then call this again."
                    : "The client goes on; call both again."),
        cause);
  }

  /** Whether a part of the earlier operation was carried out; its text says what to do. */
  private static boolean isPartial(Throwable cause) {
    return cause instanceof PartialSubmissionException || cause instanceof PartialPassException;
  }

  /** Returns a copy with the stack of the call that it is thrown from. */
  TrainingHaltedException again() {
    return new TrainingHaltedException(
        modelId, isFinal, Objects.requireNonNull(getMessage()), Objects.requireNonNull(getCause()));
  }

  /** Returns the model whose operation was not sent. */
  public String modelId() {
    return modelId;
  }

  /** Returns whether the client sends nothing more; false when only this operation was not sent. */
  public boolean isFinal() {
    return isFinal;
  }

  /** Returns false: nothing was sent. */
  @Override
  public boolean mayHaveActed() {
    return false;
  }
}

package io.tinker4j.training;

import io.tinker4j.types.QueueState;
import java.util.Optional;

/**
 * Hears when the server pauses the operations of a client and when it goes on.
 *
 * <p>Called once per change of state or reason, on a thread of the SDK: be quick, and thread-safe.
 * What it throws is logged and has no effect on the operation.
 */
@FunctionalInterface
public interface QueueStateListener {
  /**
   * What a client's operations wait for now.
   *
   * @param subject the model's id, or that of the sampling session; the base model or path while a
   *     model is being created
   * @param state {@link QueueState#ACTIVE} when the server goes on
   * @param reason what the server says about it; empty when it says nothing
   */
  record Change(String subject, QueueState state, Optional<String> reason) {
    /** Makes a change whose reason may be an empty text: there is none. */
    public Change(String subject, QueueState state, String reason) {
      this(subject, state, Optional.of(reason).filter(text -> !text.isEmpty()));
    }
  }

  /** The state has changed. */
  void queueStateChanged(Change change);
}

package io.tinker4j.recipes.rollout;

import io.tinker4j.transport.TinkerException;

/** A rollout has failed for good, or too many have; the message names group and member. */
public final class RolloutException extends TinkerException {
  private static final long serialVersionUID = 1;

  /** Creates an exception without a cause. */
  public RolloutException(String message) {
    super(message);
  }

  /** Creates an exception with what a rollout has failed with. */
  public RolloutException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Returns true: an environment that failed may not fail again. */
  @Override
  public boolean isRetryable() {
    return true;
  }
}

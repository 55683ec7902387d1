package io.tinker4j.recipes.rollout;

import io.tinker4j.types.SampledSequence;

/**
 * What a model acts in, in tokens: one episode of it, used once. {@link MessageEnvironment} is the
 * same in messages.
 *
 * <p>Methods are called one after the other, on virtual threads of the SDK, and may block; what
 * computes for long without blocking takes a processor from other rollouts. A call that takes
 * longer than {@link RolloutOptions#stepDeadline} is interrupted and left behind. What a method
 * throws fails the rollout, and {@link RolloutOptions#failurePolicy} says what then.
 */
public interface Environment extends AutoCloseable {
  /** Returns what the model reads first. Called once, before anything else. */
  Observation initialObservation() throws Exception;

  /**
   * Takes an action.
   *
   * @param action what the model has said, with log-probabilities; what stopped it is included
   */
  StepResult step(SampledSequence action) throws Exception;

  /** Gives up what the environment holds, at the end of a rollout and also of a failed one. */
  @Override
  default void close() {}
}

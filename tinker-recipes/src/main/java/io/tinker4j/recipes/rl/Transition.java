package io.tinker4j.recipes.rl;

import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampledSequence;
import java.nio.FloatBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One turn of a trajectory: what the model read, what it said, and the reward. Immutable. */
public final class Transition {
  private final ModelInput observation;
  private final SampledSequence action;
  private final double reward;
  private final boolean isTrained;

  private Transition(
      ModelInput observation, SampledSequence action, double reward, boolean isTrained) {
    this.observation = observation;
    this.action = action;
    this.reward = reward;
    this.isTrained = isTrained;
  }

  /**
   * Returns a turn that is trained on.
   *
   * @param observation all that the model read before it spoke, earlier turns included
   * @param action what it said, with one log-probability for each token
   * @param reward the reward of this turn alone
   * @throws IllegalArgumentException when the action does not have one finite log-probability for
   *     each token, or the reward is not finite
   */
  public static Transition of(ModelInput observation, SampledSequence action, double reward) {
    Objects.requireNonNull(observation, "observation");
    requireLogprobs(action);
    Checks.finite("reward", reward);
    return new Transition(observation, action, reward, true);
  }

  private static void requireLogprobs(SampledSequence action) {
    int tokens = action.tokens().remaining();
    int count = action.logprobs().map(FloatBuffer::remaining).orElse(0);
    if (count != tokens) {
      throw new IllegalArgumentException(
          "the action has %d tokens and %d log-probabilities; ask the sampler for one per token"
              .formatted(tokens, count));
    }
    Checks.finite("the action's logprobs", action.toFloats());
  }

  /**
   * Returns this turn as one that is not trained on: its tokens stay in the context of later turns
   * with mask and advantage 0, and its reward counts. For answers that could not be understood.
   */
  public Transition withoutTraining() {
    return new Transition(observation, action, reward, false);
  }

  /** Returns what the model read. */
  public ModelInput observation() {
    return observation;
  }

  /** Returns what the model said. */
  public SampledSequence action() {
    return action;
  }

  /** Returns the reward of this turn. */
  public double reward() {
    return reward;
  }

  /** Returns whether the action is trained on. Default: true. */
  public boolean isTrained() {
    return isTrained;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Transition that
        && observation.equals(that.observation)
        && action.equals(that.action)
        && Double.compare(reward, that.reward) == 0
        && isTrained == that.isTrained;
  }

  @Override
  public int hashCode() {
    return Objects.hash(observation, action, reward, isTrained);
  }

  @Override
  public String toString() {
    return "Transition{%s, reward %s%s}".formatted(action, reward, isTrained ? "" : ", untrained");
  }
}

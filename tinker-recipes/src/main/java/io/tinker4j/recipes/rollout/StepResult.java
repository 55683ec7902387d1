package io.tinker4j.recipes.rollout;

import io.tinker4j.types.internal.Checks;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an action has led to: a reward, and what the model reads next, if anything. Immutable. */
public final class StepResult {
  private final double reward;
  private final @Nullable Observation next;
  private final boolean isTrained;
  private final Map<String, Double> metrics;

  private StepResult(
      double reward, @Nullable Observation next, boolean isTrained, Map<String, Double> metrics) {
    this.reward = reward;
    this.next = next;
    this.isTrained = isTrained;
    this.metrics = metrics;
  }

  /**
   * Returns the end of an episode.
   *
   * @throws IllegalArgumentException when the reward is not finite
   */
  public static StepResult done(double reward) {
    return new StepResult(finite("reward", reward), null, true, Map.of());
  }

  /**
   * Returns a result after which the model acts again.
   *
   * @param reward of this turn alone, often 0
   * @throws IllegalArgumentException when the reward is not finite
   */
  public static StepResult next(double reward, Observation next) {
    return new StepResult(
        finite("reward", reward), Objects.requireNonNull(next, "next"), true, Map.of());
  }

  private static double finite(String name, double value) {
    Checks.range(name, value, -Double.MAX_VALUE, Double.MAX_VALUE);
    return value;
  }

  /**
   * Returns the same result for an action that is not trained on, such as an answer that could not
   * be understood; its reward counts.
   */
  public StepResult withoutTraining() {
    return new StepResult(reward, next, false, metrics);
  }

  /**
   * Returns the same result with one more number to be reported: summed up over an episode, and the
   * mean of episodes is a metric of the step.
   *
   * @throws IllegalArgumentException when the value is not finite
   */
  public StepResult withMetric(String name, double value) {
    Map<String, Double> more = new LinkedHashMap<>(metrics);
    more.put(Objects.requireNonNull(name, "name"), finite(name, value));
    return new StepResult(reward, next, isTrained, Collections.unmodifiableMap(more));
  }

  /** Returns the reward of this turn. */
  public double reward() {
    return reward;
  }

  /** Returns what the model reads next; empty at the end of the episode. */
  public Optional<Observation> nextObservation() {
    return Optional.ofNullable(next);
  }

  /** Returns whether the episode is over. */
  public boolean isEpisodeDone() {
    return next == null;
  }

  /** Returns whether the action is trained on. Default: true. */
  public boolean isTrained() {
    return isTrained;
  }

  /** Returns what else is reported, by name. */
  public Map<String, Double> metrics() {
    return metrics;
  }

  @Override
  public String toString() {
    return "StepResult{reward %s%s%s}"
        .formatted(reward, isEpisodeDone() ? ", done" : "", isTrained ? "" : ", untrained");
  }
}

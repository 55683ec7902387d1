package io.tinker4j.recipes.rollout;

import io.tinker4j.recipes.rl.Trajectory;
import io.tinker4j.types.internal.Checks;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Environments that begin alike, such as several attempts at one problem, whose rewards are
 * compared with each other; the cookbook's {@code EnvGroupBuilder}. Must be thread-safe: its
 * environments are made by the threads of their rollouts.
 */
public interface EnvironmentGroup {
  /** Returns how many rollouts there are, at least 1. */
  int size();

  /**
   * Makes an environment; called anew for each attempt.
   *
   * @param member the place in the group, from 0
   */
  Environment makeEnvironment(int member) throws Exception;

  /**
   * Returns a final reward for each trajectory, in addition to those of its turns; for graders that
   * compare the members of a group. Called once when all rollouts of the group have ended, on a
   * virtual thread of the SDK. Default: 0 for each.
   *
   * @param trajectories those of the rollouts that have not failed, in the order of the members
   */
  default double[] computeGroupRewards(List<Trajectory> trajectories) throws Exception {
    return new double[trajectories.size()];
  }

  /**
   * Returns a group without a common grader.
   *
   * @param environments gives a new environment at each call; thread-safe
   * @throws IllegalArgumentException when the size is below 1
   */
  static EnvironmentGroup of(int size, Supplier<? extends Environment> environments) {
    Checks.atLeast("size", size, 1);
    Objects.requireNonNull(environments, "environments");
    return new EnvironmentGroup() {
      @Override
      public int size() {
        return size;
      }

      @Override
      public Environment makeEnvironment(int member) {
        return environments.get();
      }
    };
  }
}

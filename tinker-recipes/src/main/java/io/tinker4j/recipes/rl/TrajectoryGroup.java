package io.tinker4j.recipes.rl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Trajectories that are compared with each other: attempts at the same task. Immutable. */
public final class TrajectoryGroup {
  private final List<Trajectory> trajectories;
  private final double[] finalRewards;

  private TrajectoryGroup(List<Trajectory> trajectories, double[] finalRewards) {
    this.trajectories = trajectories;
    this.finalRewards = finalRewards;
  }

  /**
   * Returns a group whose trajectories have a reward at the end besides those of their turns, say
   * from a grader that has seen them all; list and array are copied.
   *
   * @param finalRewards one for each trajectory
   * @throws IllegalArgumentException when there is not one final reward for each trajectory, or one
   *     is not finite
   */
  public static TrajectoryGroup of(List<Trajectory> trajectories, double[] finalRewards) {
    Checks.length("finalRewards", finalRewards.length, "trajectories", trajectories.size());
    for (int i = 0; i < finalRewards.length; i++) {
      Checks.finite("finalRewards[%d]".formatted(i), finalRewards[i]);
    }
    return new TrajectoryGroup(List.copyOf(trajectories), finalRewards.clone());
  }

  /** Returns a group without rewards at the end; the list is copied. */
  public static TrajectoryGroup of(List<Trajectory> trajectories) {
    return of(trajectories, new double[trajectories.size()]);
  }

  /** Returns the trajectories, in order. */
  public List<Trajectory> trajectories() {
    return trajectories;
  }

  /**
   * Returns for each trajectory the sum of the rewards of its turns and its final one, in a new
   * array.
   */
  public double[] totalRewards() {
    double[] total = new double[finalRewards.length];
    Arrays.setAll(total, i -> trajectories.get(i).reward() + finalRewards[i]);
    return total;
  }

  /**
   * Returns whether all trajectories have exactly the same total reward, so that comparing them
   * teaches nothing; true for an empty group.
   */
  public boolean isRewardConstant() {
    double[] rewards = totalRewards();
    for (double reward : rewards) {
      if (reward != rewards[0]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the groups whose reward is not constant, in order. When there is none, it returns the
   * first of all groups, as the cookbook's {@code remove_constant_reward_groups} does, so that a
   * step still has data; its centered advantages are 0. Empty for no groups.
   */
  public static List<TrajectoryGroup> withoutConstantReward(List<TrajectoryGroup> groups) {
    List<TrajectoryGroup> kept = new ArrayList<>();
    for (TrajectoryGroup group : groups) {
      if (!group.isRewardConstant()) {
        kept.add(group);
      }
    }
    return List.copyOf(kept.isEmpty() && !groups.isEmpty() ? groups.subList(0, 1) : kept);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TrajectoryGroup that
        && trajectories.equals(that.trajectories)
        && Arrays.equals(finalRewards, that.finalRewards);
  }

  @Override
  public int hashCode() {
    return 31 * trajectories.hashCode() + Arrays.hashCode(finalRewards);
  }

  @Override
  public String toString() {
    return "TrajectoryGroup{rewards %s}".formatted(Arrays.toString(totalRewards()));
  }
}

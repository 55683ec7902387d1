package io.tinker4j.recipes.rollout;

import io.tinker4j.recipes.rl.TrajectoryGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the rollouts of a group have come to. Immutable. */
public final class RolloutGroup {
  private final TrajectoryGroup trajectories;
  private final boolean isViable;
  private final List<Map<String, Double>> metrics;
  private final Counts counts;

  /**
   * What the rollouts have cost.
   *
   * @param failed how many rollouts have failed for good
   * @param retried how many attempts were followed by another one
   * @param sampling how long all rollouts together have waited for samples
   * @param environment how long all rollouts together have waited for their environments
   */
  public record Counts(int failed, int retried, Duration sampling, Duration environment) {}

  RolloutGroup(
      TrajectoryGroup trajectories,
      boolean isViable,
      List<Map<String, Double>> metrics,
      Counts counts) {
    this.trajectories = trajectories;
    this.isViable = isViable;
    this.metrics = List.copyOf(metrics);
    this.counts = counts;
  }

  /** Returns the trajectories of the rollouts that have not failed, in the order of members. */
  public TrajectoryGroup trajectories() {
    return trajectories;
  }

  /** Returns whether there are as many trajectories as the failure policy asks for. */
  public boolean isViable() {
    return isViable;
  }

  /** Returns for each trajectory what its environment has reported, summed up over its turns. */
  public List<Map<String, Double>> metrics() {
    return metrics;
  }

  /** Returns what the rollouts have cost. */
  public Counts counts() {
    return counts;
  }

  static Map<String, Double> sum(List<Map<String, Double>> all) {
    Map<String, Double> sums = new LinkedHashMap<>();
    for (Map<String, Double> each : new ArrayList<>(all)) {
      each.forEach((name, value) -> sums.merge(name, value, Double::sum));
    }
    return Collections.unmodifiableMap(sums);
  }

  @Override
  public String toString() {
    return "RolloutGroup{%s%s}".formatted(trajectories, isViable ? "" : ", not viable");
  }
}

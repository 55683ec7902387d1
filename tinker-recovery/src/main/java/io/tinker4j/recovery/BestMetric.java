package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.CheckpointRecord;
import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;

/**
 * Which of two checkpoints is the better one.
 *
 * @param name of a metric of the step, such as {@code loss:sum}, or of an evaluation
 */
public record BestMetric(String name, Goal goal) {
  /** Whether less is better, or more. */
  public enum Goal {
    /** Less is better. */
    MIN,
    /** More is better. */
    MAX
  }

  /** Refuses a blank name. */
  public BestMetric {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name is blank; it must be that of a metric");
    }
    Objects.requireNonNull(goal, "goal");
  }

  /** Returns whether a value is better than another; what is not a number never is. */
  public boolean isBetter(double value, double than) {
    return goal == Goal.MIN ? value < than : value > than;
  }

  /** The best first; those without the metric last. */
  Comparator<CheckpointRecord> bestFirst() {
    double sign = goal == Goal.MIN ? 1 : -1;
    return Comparator.comparingDouble(checkpoint -> {
      Double value = checkpoint.metrics().get(name);
      return value == null || value.isNaN() ? Double.POSITIVE_INFINITY : sign * value;
    });
  }

  @Override
  public String toString() {
    return goal.name().toLowerCase(Locale.ROOT) + " " + name;
  }
}

package io.tinker4j.recipes.rl;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One episode: what a model read and said in an environment, turn by turn. Immutable. */
public final class Trajectory {
  private final List<Transition> transitions;

  private Trajectory(List<Transition> transitions) {
    this.transitions = transitions;
  }

  /** Returns a trajectory of these turns, in order; the list is copied. */
  public static Trajectory of(List<Transition> transitions) {
    return new Trajectory(List.copyOf(transitions));
  }

  /** Returns a trajectory of these turns, in order. */
  public static Trajectory of(Transition... transitions) {
    return new Trajectory(List.of(transitions));
  }

  /** Returns the turns, in order. */
  public List<Transition> transitions() {
    return transitions;
  }

  /** Returns the sum of the rewards of its turns. */
  public double reward() {
    double sum = 0;
    for (Transition transition : transitions) {
      sum += transition.reward();
    }
    return sum;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Trajectory that && transitions.equals(that.transitions);
  }

  @Override
  public int hashCode() {
    return transitions.hashCode();
  }

  @Override
  public String toString() {
    return "Trajectory{%d turns, reward %s}".formatted(transitions.size(), reward());
  }
}

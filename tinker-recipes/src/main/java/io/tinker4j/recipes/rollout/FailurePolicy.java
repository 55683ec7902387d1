package io.tinker4j.recipes.rollout;

import io.tinker4j.types.internal.Checks;

/**
 * What happens when a rollout fails: its environment throws or takes too long, or the server
 * refuses its prompt. What the sampler itself fails with, such as a lost session, is no matter of a
 * single rollout and is thrown whatever the policy. Immutable.
 */
public final class FailurePolicy {
  private final int maxRetries;
  private final int smallestGroup;

  private FailurePolicy(int maxRetries, int smallestGroup) {
    this.maxRetries = maxRetries;
    this.smallestGroup = smallestGroup;
  }

  /** Returns the policy by which the first failure fails all. */
  public static FailurePolicy failFast() {
    return new FailurePolicy(0, Integer.MAX_VALUE);
  }

  /**
   * Returns the policy by which a failed rollout is made again in a new environment, and the last
   * failure fails all. Each attempt has the same seeds, so that a rollout that failed by chance
   * ends as if it had not.
   *
   * @param maxRetries so many times, not negative
   */
  public static FailurePolicy retryOnFailure(int maxRetries) {
    Checks.atLeast("maxRetries", maxRetries, 0);
    return new FailurePolicy(maxRetries, Integer.MAX_VALUE);
  }

  /**
   * Returns the same policy, but that a rollout that fails for good is left out of its group. A
   * group with fewer rollouts than the least is left out itself; without any group, all fails.
   *
   * @param members the least that a group is used with, at least 1; 2 or more where rewards are
   *     compared
   */
  public FailurePolicy withSmallestGroup(int members) {
    Checks.atLeast("members", members, 1);
    return new FailurePolicy(maxRetries, members);
  }

  /** Returns how often a failed rollout is made again. */
  public int maxRetries() {
    return maxRetries;
  }

  /** Returns whether rollouts that fail for good are left out. */
  public boolean leavesOut() {
    return smallestGroup != Integer.MAX_VALUE;
  }

  int smallestGroup() {
    return smallestGroup;
  }

  @Override
  public String toString() {
    return "FailurePolicy{maxRetries=%d%s}"
        .formatted(maxRetries, leavesOut() ? ", smallestGroup=" + smallestGroup : "");
  }
}

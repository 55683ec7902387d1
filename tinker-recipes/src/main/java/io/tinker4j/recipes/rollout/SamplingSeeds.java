package io.tinker4j.recipes.rollout;

import io.tinker4j.types.internal.Checks;

/**
 * The seeds that the rollouts of a group are sampled with. They are derived from the run's seed and
 * the place of the group alone, so that a step that is replayed samples what it sampled before, as
 * far as the server's sampling depends on nothing but weights, prompt and seed.
 *
 * @param run the seed of the run
 * @param step the number of the step
 * @param group the place of the group in the step, from 0
 */
public record SamplingSeeds(long run, long step, int group) {
  /** Refuses negative places. */
  public SamplingSeeds {
    Checks.atLeast("step", step, 0);
    Checks.atLeast("group", group, 0);
  }

  /**
   * Returns the seed of a sample: from 0 to 2³¹ − 1, which all servers take.
   *
   * @param member the place of the rollout in its group, from 0
   * @param turn of the rollout, from 0
   */
  public long of(int member, int turn) {
    long state = 0;
    for (long part : new long[] {run, step, group, member, turn}) {
      state = mixed((state ^ part) + 0x9e3779b97f4a7c15L);
    }
    return state >>> 33;
  }

  /** The finalizer of SplitMix64 (G. Steele and others, 2014): each bit depends on each. */
  private static long mixed(long value) {
    long first = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    long second = (first ^ (first >>> 27)) * 0x94d049bb133111ebL;
    return second ^ (second >>> 31);
  }
}

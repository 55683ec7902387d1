package io.tinker4j.recipes.rl;

/**
 * How the rewards of a group become advantages. Those here are stateless and thread-safe; an own
 * one is a lambda.
 *
 * <p>In the formulas r is a trajectory's total reward and m the mean of r over its group.
 */
@FunctionalInterface
public interface Advantages {
  /**
   * Computes the advantages of one group.
   *
   * @param rewards the total reward of each trajectory, finite
   * @return one finite number for each trajectory
   */
  float[] of(double[] rewards);

  /**
   * Centered: r − m, as the Python cookbook's {@code compute_advantages}. Computed in single
   * precision from rewards in single precision. A group of one gets 0.
   */
  static Advantages centered() {
    return rewards -> {
      float mean = (float) mean(rewards);
      float[] advantages = new float[rewards.length];
      for (int i = 0; i < advantages.length; i++) {
        advantages[i] = (float) rewards[i] - mean;
      }
      return advantages;
    };
  }

  /**
   * Normalized: (r − m) / (s + 10⁻⁶), where s is the sample standard deviation of r in the group
   * (divided by the number of trajectories less one). A group of one, or of equal rewards, gets 0.
   *
   * <p>From group relative policy optimization: Z. Shao et al., "DeepSeekMath" (2024), section
   * 4.1.2, with 10⁻⁶ against a division by 0.
   */
  static Advantages normalized() {
    return rewards -> {
      double mean = mean(rewards);
      double squares = 0;
      for (double reward : rewards) {
        squares += ((float) reward - mean) * ((float) reward - mean);
      }
      double deviation = Math.sqrt(squares / Math.max(1, rewards.length - 1));
      float[] advantages = new float[rewards.length];
      for (int i = 0; i < advantages.length; i++) {
        advantages[i] = (float) (((float) rewards[i] - mean) / (deviation + 1e-6));
      }
      return advantages;
    };
  }

  /** None: the reward itself, r, which is not compared with anything. */
  static Advantages none() {
    return rewards -> {
      float[] advantages = new float[rewards.length];
      for (int i = 0; i < advantages.length; i++) {
        advantages[i] = (float) rewards[i];
      }
      return advantages;
    };
  }

  private static double mean(double[] rewards) {
    double sum = 0;
    for (double reward : rewards) {
      sum += (float) reward;
    }
    return sum / rewards.length;
  }
}

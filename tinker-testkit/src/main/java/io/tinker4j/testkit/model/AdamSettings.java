package io.tinker4j.testkit.model;

/**
 * Settings of one AdamW step; nothing carries over from one step's settings to the next.
 *
 * @param learningRate step size, not negative
 * @param beta1 decay of the mean of gradients, in [0, 1)
 * @param beta2 decay of the mean of squared gradients, in [0, 1)
 * @param eps added to the denominator, positive
 * @param weightDecay decoupled weight decay, not negative
 * @param gradClipNorm largest global gradient norm; 0 turns clipping off
 */
public record AdamSettings(
    double learningRate,
    double beta1,
    double beta2,
    double eps,
    double weightDecay,
    double gradClipNorm) {
  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException naming the setting that is out of range
   */
  public AdamSettings {
    require("learning_rate", learningRate, learningRate >= 0, "not negative");
    require("beta1", beta1, beta1 >= 0 && beta1 < 1, "in [0, 1)");
    require("beta2", beta2, beta2 >= 0 && beta2 < 1, "in [0, 1)");
    require("eps", eps, eps > 0, "positive");
    require("weight_decay", weightDecay, weightDecay >= 0, "not negative");
    require("grad_clip_norm", gradClipNorm, gradClipNorm >= 0, "not negative");
  }

  /** The API's defaults with a learning rate: betas 0.9 and 0.95, eps 1e-12, no decay, no clip. */
  public static AdamSettings of(double learningRate) {
    return new AdamSettings(learningRate, 0.9, 0.95, 1e-12, 0.0, 0.0);
  }

  private static void require(String name, double value, boolean valid, String range) {
    if (!valid || !Double.isFinite(value)) {
      throw new IllegalArgumentException(
          name + " is " + value + "; it must be finite and " + range);
    }
  }
}

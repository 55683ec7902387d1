package io.tinker4j.training;

import io.tinker4j.types.AdamParams;

/** Refuses settings that would make every weight NaN, before anything is sent. */
final class AdamChecks {
  private AdamChecks() {}

  static void check(AdamParams params) {
    check("learning_rate", params.learningRate(), Double.MAX_VALUE);
    check("beta1", params.beta1(), Math.nextDown(1.0));
    check("beta2", params.beta2(), Math.nextDown(1.0));
    check("eps", params.eps(), Double.MAX_VALUE);
    check("weight_decay", params.weightDecay(), Double.MAX_VALUE);
    check("grad_clip_norm", params.gradClipNorm(), Double.MAX_VALUE);
  }

  private static void check(String name, double value, double largest) {
    if (!(value >= 0 && value <= largest)) {
      throw new IllegalArgumentException(
          "%s is %s; it must be at least 0%s"
              .formatted(name, value, largest < 1 ? " and below 1" : " and finite"));
    }
  }
}

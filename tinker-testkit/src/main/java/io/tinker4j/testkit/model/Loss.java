package io.tinker4j.testkit.model;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A built-in loss: a value and a gradient per target token, summed over tokens and examples and
 * never divided.
 *
 * <p>Only {@link CrossEntropy} reads the weights; only the others read sampler log-probabilities
 * and advantages. Immutable and safe for use by many threads.
 */
public sealed interface Loss {
  /** The setting of ppo and cispo for the smallest unclipped ratio. */
  String LOW = "clip_low_threshold";

  /** The setting of ppo and cispo for the largest unclipped ratio. */
  String HIGH = "clip_high_threshold";

  /** The setting of dro. */
  String BETA = "beta";

  /** This token's share of the loss. */
  double value(TargetToken term);

  /** The derivative of the loss by the token's log-probability under the trained model. */
  double gradient(TargetToken term);

  /**
   * Checks that an example has what this loss needs.
   *
   * @throws IllegalArgumentException naming the missing or wrongly shaped input
   */
  default void requireInputs(Example example) {
    if (!example.hasLogprobs()) {
      throw new IllegalArgumentException("logprobs is missing; the loss needs it");
    }
    if (!example.hasAdvantages()) {
      throw new IllegalArgumentException("advantages is missing; the loss needs it");
    }
    if (example.targetsPerPosition() != 1) {
      throw new IllegalArgumentException(
          "target_tokens has "
              + example.targetsPerPosition()
              + " targets per position; only cross_entropy takes more than one");
    }
  }

  /**
   * Returns the loss of a name on the wire.
   *
   * @param name one of {@code cross_entropy}, {@code importance_sampling}, {@code ppo}, {@code
   *     cispo} and {@code dro}
   * @param config settings by name; what is absent has the documented default
   * @throws IllegalArgumentException for another name, a setting the loss does not have, or a value
   *     out of range
   */
  static Loss parse(String name, Map<String, Double> config) {
    return switch (name) {
      case "cross_entropy" -> {
        requireKeys(name, config, List.of());
        yield new CrossEntropy();
      }
      case "importance_sampling" -> {
        requireKeys(name, config, List.of());
        yield new ImportanceSampling();
      }
      case "ppo" -> {
        requireKeys(name, config, List.of(LOW, HIGH));
        yield new Ppo(config.getOrDefault(LOW, 0.8), config.getOrDefault(HIGH, 1.2));
      }
      case "cispo" -> {
        requireKeys(name, config, List.of(LOW, HIGH));
        yield new Cispo(config.getOrDefault(LOW, 0.0), config.getOrDefault(HIGH, 4.0));
      }
      case "dro" -> {
        requireKeys(name, config, List.of(BETA));
        yield new Dro(config.getOrDefault(BETA, 0.05));
      }
      default ->
          throw new IllegalArgumentException(
              "loss_fn is \""
                  + name
                  + "\"; it must be cross_entropy, importance_sampling, ppo, cispo or dro");
    };
  }

  /** {@code -w * lp}. */
  record CrossEntropy() implements Loss {
    @Override
    public double value(TargetToken term) {
      return -term.weight() * term.logprob();
    }

    @Override
    public double gradient(TargetToken term) {
      return -term.weight();
    }

    @Override
    public void requireInputs(Example example) {}
  }

  /** {@code -r * A}, r being the ratio of the probabilities. */
  record ImportanceSampling() implements Loss {
    @Override
    public double value(TargetToken term) {
      return -term.ratio() * term.advantage();
    }

    @Override
    public double gradient(TargetToken term) {
      return -term.ratio() * term.advantage();
    }
  }

  /**
   * {@code -min(r * A, clip(r) * A)}.
   *
   * @param low smallest ratio that is not clipped
   * @param high largest ratio that is not clipped
   */
  record Ppo(double low, double high) implements Loss {
    /** Checks the bounds. */
    public Ppo {
      requireBounds("ppo", low, high);
    }

    @Override
    public double value(TargetToken term) {
      double ratio = term.ratio();
      return -Math.min(ratio * term.advantage(), Math.clamp(ratio, low, high) * term.advantage());
    }

    @Override
    public double gradient(TargetToken term) {
      double ratio = term.ratio();
      double unclipped = ratio * term.advantage();
      boolean follows = unclipped <= Math.clamp(ratio, low, high) * term.advantage();
      return follows ? -unclipped : 0.0;
    }
  }

  /**
   * {@code -clip(r) * lp * A}, the clipped ratio counting as a constant.
   *
   * @param low smallest ratio that is not clipped
   * @param high largest ratio that is not clipped
   */
  record Cispo(double low, double high) implements Loss {
    /** Checks the bounds. */
    public Cispo {
      requireBounds("cispo", low, high);
    }

    @Override
    public double value(TargetToken term) {
      return gradient(term) * term.logprob();
    }

    @Override
    public double gradient(TargetToken term) {
      return -Math.clamp(term.ratio(), low, high) * term.advantage();
    }
  }

  /**
   * {@code -(lp * A - beta / 2 * (lp - q)^2)}, q being the sampler's log-probability.
   *
   * @param beta strength of the pull towards the sampler
   */
  record Dro(double beta) implements Loss {
    /** Checks the strength. */
    public Dro {
      if (!Double.isFinite(beta)) {
        throw new IllegalArgumentException("dro: beta is " + beta + "; it must be finite");
      }
    }

    @Override
    public double value(TargetToken term) {
      double drift = term.logprob() - term.samplerLogprob();
      return -(term.logprob() * term.advantage() - beta / 2 * drift * drift);
    }

    @Override
    public double gradient(TargetToken term) {
      return -(term.advantage() - beta * (term.logprob() - term.samplerLogprob()));
    }
  }

  /**
   * A loss that a server knows by name alone: no example has what it needs.
   *
   * @param name the name on the wire
   */
  record Unavailable(String name) implements Loss {
    @Override
    public double value(TargetToken term) {
      throw unavailable();
    }

    @Override
    public double gradient(TargetToken term) {
      throw unavailable();
    }

    @Override
    public void requireInputs(Example example) {
      throw unavailable();
    }

    private IllegalArgumentException unavailable() {
      return new IllegalArgumentException("loss " + name + " is not implemented");
    }
  }

  private static void requireKeys(String loss, Map<String, Double> config, List<String> known) {
    Set<String> unknown = new TreeSet<>(config.keySet());
    known.forEach(unknown::remove);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "loss_fn_config has "
              + unknown
              + ", which "
              + loss
              + " does not know; "
              + (known.isEmpty() ? "it takes no settings" : "it takes " + known));
    }
  }

  private static void requireBounds(String loss, double low, double high) {
    if (!Double.isFinite(low) || !Double.isFinite(high) || low > high) {
      throw new IllegalArgumentException(
          loss
              + ": "
              + LOW
              + " is "
              + low
              + " and "
              + HIGH
              + " is "
              + high
              + "; both must be finite and the lower one not above the higher one");
    }
  }
}

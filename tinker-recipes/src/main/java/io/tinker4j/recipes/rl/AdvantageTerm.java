package io.tinker4j.recipes.rl;

import io.tinker4j.training.SamplingClient;
import io.tinker4j.types.Datum;
import java.util.List;
import java.util.Map;

/**
 * What is added to the advantages of single tokens, such as a penalty for leaving a reference. Must
 * be thread-safe.
 */
@FunctionalInterface
public interface AdvantageTerm {
  /**
   * Returns data with other advantages. May block.
   *
   * @param data made by {@link TrajectoryData}, with {@code logprobs}, {@code advantages} and
   *     {@code mask}: all that goes into one pass
   */
  Adjusted adjust(List<Datum> data);

  /**
   * Data with other advantages.
   *
   * @param data as many examples as before, in order
   * @param metrics what is reported, by name
   */
  record Adjusted(List<Datum> data, Map<String, Double> metrics) {
    /** Copies list and map. */
    public Adjusted {
      data = List.copyOf(data);
      metrics = Map.copyOf(metrics);
    }
  }

  /**
   * Returns the penalty for leaving a reference; its metric is {@code kl_policy_base}.
   *
   * @param reference a sampler of the reference, usually the base model. It belongs to a service
   *     client that outlives the run
   */
  static AdvantageTerm klPenalty(KlPenalty penalty, SamplingClient reference) {
    return data -> {
      KlPenalty.Penalized penalized =
          penalty.applyTo(data, SequenceLogprobs.of(reference).ofTargets(data));
      return new Adjusted(penalized.data(), Map.of("kl_policy_base", penalized.kl()));
    };
  }
}

package io.tinker4j.recipes.reinforcement;

import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.internal.Checks;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How the weights of a step come to the sampler. Immutable. */
public final class SamplerWeights {
  private final @Nullable ServiceClient service;
  private final int everySteps;
  private final int keepLast;
  private final @Nullable Duration ttl;

  private SamplerWeights(
      @Nullable ServiceClient service, int everySteps, int keepLast, @Nullable Duration ttl) {
    this.service = service;
    this.everySteps = everySteps;
    this.keepLast = keepLast;
    this.ttl = ttl;
  }

  /**
   * Returns the way by {@code saveWeightsAndGetSamplingClient}: the server keeps no checkpoint that
   * is listed or has to be deleted.
   */
  public static SamplerWeights ephemeral() {
    return new SamplerWeights(null, 1, 2, null);
  }

  /**
   * Returns the way by {@code saveWeightsForSampler}: a checkpoint {@code sampler-000012} of each
   * step, from which others can sample too. The older ones are deleted; those that a killed process
   * leaves behind are not, unless they have a time to live.
   *
   * @param service makes the samplers and deletes the checkpoints; it outlives the run
   */
  public static SamplerWeights saved(ServiceClient service) {
    return new SamplerWeights(Objects.requireNonNull(service, "service"), 1, 2, null);
  }

  /**
   * Returns the same for every so many steps; those in between sample with older weights. Default:
   * each step. A run that is resumed begins with fresh weights: for it to end with the weights of
   * one that was not interrupted, checkpoints have to be saved at multiples of these steps alone.
   *
   * @throws IllegalArgumentException when it is below 1
   */
  public SamplerWeights everySteps(int steps) {
    Checks.atLeast("everySteps", steps, 1);
    return new SamplerWeights(service, steps, keepLast, ttl);
  }

  /**
   * Returns the same that keeps so many saved samplers. Default: 2; as many more as rollouts may be
   * stale in asynchronous runs.
   *
   * @throws IllegalArgumentException when it is below 1
   */
  public SamplerWeights keepLast(int samplers) {
    Checks.atLeast("keepLast", samplers, 1);
    return new SamplerWeights(service, everySteps, samplers, ttl);
  }

  /**
   * Returns the same whose saved samplers are deleted by the server after a time, as far as it
   * knows how to. Default: they do not expire.
   */
  public SamplerWeights ttl(Duration ttl) {
    return new SamplerWeights(service, everySteps, keepLast, Objects.requireNonNull(ttl, "ttl"));
  }

  @Nullable ServiceClient service() {
    return service;
  }

  int everySteps() {
    return everySteps;
  }

  int keepLast() {
    return keepLast;
  }

  @Nullable Duration ttl() {
    return ttl;
  }

  /**
   * A sampler of weights.
   *
   * @param step the last step that is in the weights
   * @param client samples from them
   */
  record Version(long step, SamplingClient client) {}
}

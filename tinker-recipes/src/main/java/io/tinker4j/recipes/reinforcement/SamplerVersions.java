package io.tinker4j.recipes.reinforcement;

import io.tinker4j.recipes.internal.Waits;
import io.tinker4j.training.SaveOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.TinkerException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The samplers of one model, as it is trained. Used by one thread. */
final class SamplerVersions {
  private static final System.Logger log = System.getLogger(SamplerVersions.class.getName());

  private final SamplerWeights settings;
  private final int keep;
  private final TrainingClient training;
  private final Deque<String> saved = new ArrayDeque<>();
  private SamplerWeights.@Nullable Version latest;

  /**
   * Makes samplers of a model.
   *
   * @param stale how many steps older than the newest a sampler may be that is still used
   */
  SamplerVersions(SamplerWeights settings, int stale, TrainingClient training) {
    this.settings = settings;
    this.keep = Math.max(settings.keepLast(), stale + 1);
    this.training = training;
  }

  /** Returns the sampler for a step; saves the weights as they are after the one before. */
  SamplerWeights.Version forStep(long step) {
    SamplerWeights.Version before = latest;
    long weights = step - 1;
    if (before != null && weights % settings.everySteps() != 0) {
      return before;
    }
    SamplerWeights.Version next = save(weights);
    latest = next;
    return next;
  }

  private SamplerWeights.Version save(long step) {
    ServiceClient service = settings.service();
    if (service == null) {
      return new SamplerWeights.Version(step, training.saveWeightsAndGetSamplingClient());
    }
    SaveOptions.Builder options = SaveOptions.builder();
    if (settings.ttl() != null) {
      options.ttl(settings.ttl());
    }
    String path =
        Waits.await(
                "a sampler's weights",
                training.saveWeightsForSampler("sampler-%06d".formatted(step), options.build()))
            .path();
    SamplerWeights.Version version =
        new SamplerWeights.Version(step, service.createSamplingClientFromPath(path));
    saved.add(path);
    while (saved.size() > keep) {
      delete(service, saved.remove());
    }
    return version;
  }

  /** One checkpoint too many ends no run. */
  private static void delete(ServiceClient service, String path) {
    try {
      service.createRestClient().checkpoints().delete(path);
    } catch (CallInterruptedException e) {
      throw e;
    } catch (TinkerException e) {
      log.log(System.Logger.Level.WARNING, () -> "a sampler was not deleted: path=" + path, e);
    }
  }
}

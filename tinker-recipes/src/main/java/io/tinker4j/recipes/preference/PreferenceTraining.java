package io.tinker4j.recipes.preference;

import io.tinker4j.recipes.rl.SequenceLogprobs;
import io.tinker4j.recovery.TrainingStep;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.training.loss.CustomLoss;
import io.tinker4j.training.loss.LossTerm;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * Learning from preferences as steps of a run that can be resumed. A batch has the preferred and
 * the other answer of each pair in turns, as {@link PreferenceBatches} makes them; the metrics are
 * those of {@link Dpo} and {@link SimPo}.
 *
 * {@snippet :
 * ResumableTraining.builder(
 *     PreferenceBatches.builder(pairs, renderer).batchSize(32).build(),
 *     PreferenceTraining.dpo(0.1, SequenceLogprobs.of(service.createSamplingClient(model)), adam))…
 * }
 */
public final class PreferenceTraining {
  private PreferenceTraining() {}

  /**
   * Returns steps of direct preference optimization.
   *
   * @param beta β, not negative, usually about 0.1
   * @param reference gives the log-probabilities of what the run begins with, usually the base
   *     model. Its sampler belongs to a service client that outlives the run
   * @param adam the optimizer's settings of a step, from 1
   * @throws IllegalArgumentException when beta is negative or not finite
   */
  public static TrainingStep<List<Datum>> dpo(
      double beta, SequenceLogprobs reference, LongFunction<AdamParams> adam) {
    PreferencePairs.requireBeta(beta);
    Objects.requireNonNull(reference, "reference");
    return new Step(
        "dpo, beta " + beta,
        data -> Dpo.of(beta, LossTerm.Reference.of(reference.ofTargets(data))),
        Objects.requireNonNull(adam, "adam"));
  }

  /**
   * Returns steps of simple preference optimization, which has no reference.
   *
   * @param beta β, not negative, usually about 2
   * @param gamma γ, the margin that is aimed at, not negative
   * @param adam the optimizer's settings of a step, from 1
   * @throws IllegalArgumentException when beta or gamma is negative or not finite
   */
  public static TrainingStep<List<Datum>> simpo(
      double beta, double gamma, LongFunction<AdamParams> adam) {
    SimPo loss = SimPo.of(beta, gamma);
    return new Step(
        "simpo, beta %s, gamma %s".formatted(beta, gamma),
        data -> loss,
        Objects.requireNonNull(adam, "adam"));
  }

  /** A custom pass for each batch, then an update. */
  private record Step(
      String name, Function<List<Datum>, CustomLoss> loss, LongFunction<AdamParams> adam)
      implements TrainingStep<List<Datum>> {
    @Override
    public Submitted submit(TrainingClient client, List<List<Datum>> batches, long step) {
      List<CustomLoss> losses = batches.stream().map(loss).toList();
      List<CompletableFuture<ForwardBackwardOutput>> passes = new ArrayList<>();
      for (int i = 0; i < losses.size(); i++) {
        passes.add(client.forwardBackwardCustom(batches.get(i), losses.get(i)));
      }
      return new Submitted(passes, client.optimStep(adam.apply(step)));
    }

    @Override
    public Map<String, String> settings(long step) {
      return Map.of("loss", name, "optimizer", adam.apply(step).toString());
    }
  }
}

package io.tinker4j.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.recipes.preference.Dpo;
import io.tinker4j.recipes.rl.Advantages;
import io.tinker4j.recipes.rl.KlPenalty;
import io.tinker4j.recipes.rl.PolicyDrift;
import io.tinker4j.recipes.rl.Trajectory;
import io.tinker4j.recipes.rl.TrajectoryData;
import io.tinker4j.recipes.rl.TrajectoryDatum;
import io.tinker4j.recipes.rl.TrajectoryGroup;
import io.tinker4j.recipes.rl.Transition;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.training.loss.LossTerm;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The numbers are those that a server takes and gives: over HTTP, on a tiny model. */
@Timeout(120)
class RecipesOverHttpTest {
  private static final AdamParams ADAM = AdamParams.builder().learningRate(0.02).build();

  private final EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
  private final ServiceClient service =
      ServiceClient.builder().baseUrl(server.baseUrl().toString()).apiKey("tml-test").build();
  private final TrainingClient training =
      service.createLoraTrainingClient(
          "tinker4j/tiny-bytes", LoraOptions.builder().rank(4).seed(3).build());

  @AfterEach
  void close() {
    service.close();
    server.close();
  }

  @Test
  void dpo_fewSteps_marginGrows() {
    List<Datum> pair = List.of(answer("say: ", "yes"), answer("say: ", "no"));
    List<float[]> reference = logprobs(training.forward(pair, LossFunction.CROSS_ENTROPY).join());
    Dpo loss = Dpo.of(0.5, LossTerm.Reference.of(reference));

    List<Metrics> metrics = new ArrayList<>();
    for (int step = 0; step < 5; step++) {
      metrics.add(training.forwardBackwardCustom(pair, loss).join().metrics());
      training.optimStep(ADAM).join();
    }

    assertThat(metrics.get(0).get("margin").orElseThrow()).isZero();
    assertThat(metrics.get(0).get("dpo_loss")).hasValue(Math.log(2));
    assertThat(metrics.get(4).get("margin").orElseThrow()).isGreaterThan(0.05);
    assertThat(metrics.get(4).get("accuracy")).hasValue(1);
  }

  private static Datum answer(String prompt, String answer) {
    int[] tokens = (prompt + answer).chars().toArray();
    boolean[] mask = new boolean[tokens.length];
    for (int i = prompt.length(); i < mask.length; i++) {
      mask[i] = true;
    }
    return Datum.supervised(tokens, mask);
  }

  @Test
  void trajectories_sampledFromTheModel_areTakenAndHaveNoDrift() {
    SamplingClient sampler = training.saveWeightsAndGetSamplingClient();
    List<Trajectory> trajectories = new ArrayList<>();
    for (int seed = 0; seed < 3; seed++) {
      ModelInput prompt = ModelInput.ofInts("ab".chars().toArray());
      SampledSequence first = sample(sampler, prompt, seed);
      ModelInput next = prompt.append(first.toInts()).append('c', 'd');
      trajectories.add(
          Trajectory.of(
              Transition.of(prompt, first, 0),
              Transition.of(next, sample(sampler, next, seed), seed)));
    }
    List<Datum> data =
        TrajectoryData.assemble(List.of(TrajectoryGroup.of(trajectories)), Advantages.centered())
            .stream()
            .map(TrajectoryDatum::datum)
            .toList();

    List<float[]> trained =
        logprobs(
            training
                .forwardBackward(
                    TrajectoryData.withoutMasks(data), LossFunction.IMPORTANCE_SAMPLING)
                .join());

    assertThat(data).hasSize(3);
    PolicyDrift drift = PolicyDrift.of(data, trained);
    assertThat(drift.klSecondOrder()).isLessThan(1e-6);
    assertThat(drift.entropy()).isPositive();
    KlPenalty.Penalized penalized = KlPenalty.of(1).applyTo(data, trained);
    assertThat(Math.abs(penalized.kl())).isLessThan(1e-3);
  }

  private static SampledSequence sample(SamplingClient sampler, ModelInput prompt, int seed) {
    SamplingParams params = SamplingParams.builder().maxTokens(4).seed(seed).build();
    return sampler.sample(prompt, 1, params).join().sequences().get(0);
  }

  private static List<float[]> logprobs(ForwardBackwardOutput output) {
    return output.lossFnOutputs().stream()
        .map(each -> Objects.requireNonNull(each.get(Datum.LOGPROBS)).toFloats())
        .toList();
  }
}

package io.tinker4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.recipes.evaluation.PairedDifference;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RecipesExamplesTest {
  private static final String TINY = "tinker4j/tiny-bytes";

  @TempDir private Path directory;
  private final ExampleServer example =
      ExampleServer.start(settings ->
          settings.baseModels(ExampleServer.MODEL, TINY).holdTime(Duration.ofMillis(50)));

  @AfterEach
  void stop() {
    example.close();
  }

  @Test
  void reinforcementRun_rewardRisesFromOneToNineTenths() throws Exception {
    List<Double> rewards = ReinforcementRun.run(example::connect, directory.resolve("rl"), 8);

    assertThat(rewards).hasSize(8);
    assertThat(rewards.getFirst()).isBetween(0.05, 0.2);
    assertThat(rewards.getLast()).isGreaterThan(0.9);
  }

  @Test
  void preferenceRun_marginsGrow() throws Exception {
    Path pairs =
        Files.writeString(
            directory.resolve("pairs.jsonl"),
            """
            {"prompt": "a?", "chosen": "yes", "rejected": "no"}
            {"prompt": "b?", "chosen": "yes", "rejected": "no"}
            """);

    List<Double> margins = PreferenceRun.run(example::connect, pairs, directory.resolve("dpo"));

    assertThat(margins).hasSize(4);
    assertThat(margins.getFirst()).isBetween(-1e-5, 1e-5);
    assertThat(margins.getLast()).isGreaterThan(0.3);
  }

  @Test
  void distillationRun_divergenceFallsByFourFifths() throws Exception {
    List<Double> divergence = DistillationRun.run(example::connect, directory.resolve("kl"), 18);

    assertThat(mean(divergence.subList(15, 18))).isLessThan(mean(divergence.subList(0, 3)) / 5);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(each -> each).average().orElseThrow();
  }

  @Test
  void benchmarkRun_seesThatTheTunedModelIsBetter() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("letters.jsonl"),
            """
            {"prompt": "a", "answer": "x"}
            {"prompt": "b", "answer": "x"}
            {"prompt": "c", "answer": "x"}
            """);
    try (ServiceClient service = example.connect()) {
      SamplingClient base = service.createSamplingClient(TINY);
      TrainingClient training = service.createLoraTrainingClient(TINY);
      List<Datum> data = List.of(Datum.supervised("\n\nAssistant: x\n\nUser:".chars().toArray()));
      for (int step = 0; step < 20; step++) {
        training.forwardBackward(data, LossFunction.CROSS_ENTROPY);
        training.optimStep(AdamParams.builder().learningRate(0.02).build()).join();
      }

      PairedDifference difference =
          BenchmarkRun.run(file, base, training.saveWeightsAndGetSamplingClient());

      assertThat(difference.mean()).isEqualTo(1);
      assertThat(difference.isSignificant()).isTrue();
    }
  }
}

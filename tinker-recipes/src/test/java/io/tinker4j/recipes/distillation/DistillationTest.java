package io.tinker4j.recipes.distillation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.recipes.reinforcement.ReinforcementLearning;
import io.tinker4j.recipes.rl.SequenceLogprobs;
import io.tinker4j.recipes.rollout.Observation;
import io.tinker4j.recipes.rollout.RolloutOptions;
import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class DistillationTest {
  private static final String MODEL = "tinker4j/nano-bytes";
  private static final AdamParams ADAM = AdamParams.builder().learningRate(0.02).build();
  private static final List<String> PROMPTS = List.of("a", "b", "c", "d");

  @TempDir private Path directory;
  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder()
          .baseModels(MODEL)
          .keepsStateInMemory(true)
          .holdTime(Duration.ofMillis(50))
          .start();
  private final ServiceClient service = connect();
  private final List<Map<String, Double>> metrics = new ArrayList<>();

  private ServiceClient connect() {
    return ServiceClient.builder()
        .baseUrl(server.baseUrl().toString())
        .apiKey("tml-test")
        .transport(server.transport())
        .telemetry(false)
        .build();
  }

  @AfterEach
  void close() {
    service.close();
    server.close();
  }

  /** A model that has begun to learn that letters follow, behind some tokens. */
  private SamplingClient teacher(String before, int steps, String letters) {
    TrainingClient training =
        service.createLoraTrainingClient(MODEL, LoraOptions.builder().rank(4).seed(1).build());
    List<Datum> data = new ArrayList<>();
    for (String prompt : PROMPTS) {
      for (char letter : letters.toCharArray()) {
        int[] tokens = (before + prompt + letter + letter).chars().toArray();
        boolean[] mask = new boolean[tokens.length];
        mask[tokens.length - 2] = true;
        mask[tokens.length - 1] = true;
        data.add(Datum.supervised(tokens, mask));
      }
    }
    AdamParams adam = AdamParams.builder().learningRate(0.04).build();
    for (int step = 0; step < steps; step++) {
      training.forwardBackward(data, LossFunction.CROSS_ENTROPY);
      training.optimStep(adam).join();
    }
    return training.saveWeightsAndGetSamplingClient();
  }

  private <B> RunResult run(ResumableTraining.Builder<B> training) throws InterruptedException {
    return training
        .service(this::connect)
        .baseModel(MODEL)
        .lora(LoraOptions.builder().rank(4).seed(7).build())
        .journal(directory)
        .onStep(result -> metrics.add(result.metrics()))
        .build()
        .resumeOrStart();
  }

  private static Observation prompt(String text) {
    return Observation.ofInts(text.chars().toArray());
  }

  private static ModelInput context(String text) {
    return ModelInput.ofInts(text.chars().toArray());
  }

  /** Trains, and returns the divergence of the first three and of the last three steps. */
  private double[] onPolicy(SequenceLogprobs teacher) throws InterruptedException {
    try (ReinforcementLearning recipe =
        Distillation.onPolicy(RolloutOptions.builder(2).build(), teacher)
            .learningRate(step -> 0.05)
            .build()) {
      run(
          recipe.training(
              Batches.of(List.of(PROMPTS), 10), text -> Distillation.prompt(32, prompt(text))));
    }
    return new double[] {mean(metrics.subList(0, 3)), mean(metrics.subList(7, 10))};
  }

  private static double mean(List<Map<String, Double>> steps) {
    return steps.stream().mapToDouble(each -> each.get("teacher_kl")).average().orElseThrow();
  }

  @Test
  void contextDistillation_putsAPromptIntoTheWeights() throws Exception {
    SequenceLogprobs teacher = SequenceLogprobs.of(teacher("!!", 3, "adgjmpsv"));

    double[] divergence = onPolicy(teacher.withContext(context("!!")));

    assertThat(divergence[0]).isGreaterThan(0.5);
    assertThat(divergence[1]).isLessThan(divergence[0] / 2);
  }

  @Test
  void offPolicy_learnsWhatTheTeacherSays_withoutItsContext() throws Exception {
    TeacherSamples teacher =
        TeacherSamples.of(teacher("!!", 20, "x"), SamplingParams.builder().maxTokens(2).build())
            .withContext(context("!!"))
            .perPrompt(4)
            .seed(3);
    List<Observation> prompts = PROMPTS.stream().map(DistillationTest::prompt).toList();
    assertThat(teacher.sample(prompts, 1)).isEqualTo(teacher.sample(prompts, 1)).hasSize(16);

    RunResult result =
        run(
            ResumableTraining.builder(
                Batches.of(List.of(prompts), 10), Distillation.offPolicy(teacher, step -> ADAM)));

    SampledSequence said =
        service
            .createTrainingClientFromState(result.checkpointPath())
            .saveWeightsAndGetSamplingClient()
            .sample(context("b"), 1, SamplingParams.builder().maxTokens(2).temperature(0).build())
            .join()
            .sequences()
            .get(0);
    assertThat(said.toInts()).containsExactly('x', 'x');
    assertThat(metrics.getLast().get("loss:sum")).isLessThan(metrics.getFirst().get("loss:sum"));
  }
}

package io.tinker4j.recipes.reinforcement;

import io.tinker4j.recipes.rollout.Environment;
import io.tinker4j.recipes.rollout.EnvironmentGroup;
import io.tinker4j.recipes.rollout.Observation;
import io.tinker4j.recipes.rollout.RolloutOptions;
import io.tinker4j.recipes.rollout.StepResult;
import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.CheckpointSchedule;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.SampledSequence;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Small runs that learn to say lower-case letters, on an embedded server without sockets. */
final class LetterRuns implements AutoCloseable {
  static final String MODEL = "tinker4j/nano-bytes";
  static final List<String> PROMPTS = List.of("say: ", "and: ", "now: ", "yes: ");

  final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder()
          .baseModels(MODEL)
          .keepsStateInMemory(true)
          .holdTime(Duration.ofMillis(50))
          .start();

  /** The metrics of each step that was told, in order. */
  final List<Map<String, Double>> metrics = Collections.synchronizedList(new ArrayList<>());

  ServiceClient connect() {
    return ServiceClient.builder()
        .baseUrl(server.baseUrl().toString())
        .apiKey("tml-test")
        .transport(server.transport())
        .telemetry(false)
        .build();
  }

  /** Says whether the first token is a letter: by chance, in one case of ten. */
  static final class Letter implements Environment {
    private final String prompt;

    Letter(String prompt) {
      this.prompt = prompt;
    }

    @Override
    public Observation initialObservation() {
      return Observation.ofInts(prompt.chars().toArray());
    }

    @Override
    public StepResult step(SampledSequence action) {
      int token = action.toInts()[0];
      return StepResult.done(token >= 'a' && token <= 'z' ? 1 : 0);
    }
  }

  static ReinforcementLearning.Builder recipe() {
    return ReinforcementLearning.builder(options()).learningRate(step -> 0.04).seed(3);
  }

  static RolloutOptions options() {
    return RolloutOptions.builder(1).build();
  }

  static EnvironmentGroup group(String prompt) {
    return EnvironmentGroup.of(6, () -> new Letter(prompt));
  }

  ResumableTraining.Builder<?> training(ReinforcementLearning recipe, int steps, Path journal) {
    return with(recipe.training(Batches.of(List.of(PROMPTS), steps), LetterRuns::group), journal);
  }

  <B> ResumableTraining.Builder<B> with(ResumableTraining.Builder<B> training, Path journal) {
    return training
        .service(this::connect)
        .baseModel(MODEL)
        .lora(LoraOptions.builder().rank(4).seed(7).build())
        .schedule(CheckpointSchedule.builder().everySteps(5).build())
        .journal(journal)
        .onStep(result -> metrics.add(result.metrics()));
  }

  @Override
  public void close() {
    server.close();
  }
}

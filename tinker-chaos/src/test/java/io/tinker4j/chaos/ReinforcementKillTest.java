package io.tinker4j.chaos;

import static io.tinker4j.testkit.observe.ServerAssertions.assertThatLedger;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.marschall.memoryfilesystem.MemoryFileSystemBuilder;
import io.tinker4j.recipes.reinforcement.ReinforcementLearning;
import io.tinker4j.recipes.rollout.Environment;
import io.tinker4j.recipes.rollout.EnvironmentGroup;
import io.tinker4j.recipes.rollout.Observation;
import io.tinker4j.recipes.rollout.RolloutOptions;
import io.tinker4j.recipes.rollout.StepResult;
import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.CheckpointSchedule;
import io.tinker4j.recovery.JournalVerification;
import io.tinker4j.recovery.RecoveryInternals;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.SampledSequence;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reinforcement learning in processes that are killed ends as in one that is not. */
@Timeout(180)
class ReinforcementKillTest {
  private static final String MODEL = "tinker4j/nano-bytes";
  private static final int STEPS = 20;
  private static final int DEATHS = 10;

  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder()
          .baseModels(MODEL)
          .keepsStateInMemory(true)
          .holdTime(Duration.ofMillis(50))
          .start();

  /** Two letters, each of which has a reward of its own. */
  private record Letters(String prompt) implements Environment {
    @Override
    public Observation initialObservation() {
      return Observation.ofInts(prompt.chars().toArray());
    }

    @Override
    public StepResult step(SampledSequence action) {
      double reward = 0;
      for (int token : action.toInts()) {
        reward += token >= 'a' && token <= 'z' ? 0.5 : 0;
      }
      return StepResult.done(reward);
    }
  }

  @Test
  void killedTenTimes_endsWithTheSameWeights() throws Exception {
    try (FileSystem files = MemoryFileSystemBuilder.newEmpty().build();
        server) {
      RunResult clean = processes(files.getPath("clean"), 0);
      RunResult killed = processes(files.getPath("killed"), DEATHS);

      assertThat(killed.steps()).isEqualTo(STEPS);
      assertThat(server.weightsHash(killed.modelId()))
          .isEqualTo(server.weightsHash(clean.modelId()));
      assertThat(JournalVerification.verify(files.getPath("killed")).isSound()).isTrue();
      assertThatLedger(server.ledger(clean.modelId())).hasCount("optim_step", STEPS);
    }
  }

  /** Trains in one process after the other, of which the first ones die at a write. */
  private RunResult processes(Path journal, int deaths) throws InterruptedException {
    SplittableRandom random = new SplittableRandom(1);
    for (int dead = 0; ; ) {
      int fatal = dead < deaths ? random.nextInt(5, 11) : 0;
      try (MortalProcess process = new MortalProcess(server.transport(), fatal, random);
          ReinforcementLearning recipe = recipe()) {
        RunResult result = run(recipe, process, journal);
        assertThat(dead).isEqualTo(deaths);
        return result;
      } catch (ProcessDeath e) {
        dead++;
      }
    }
  }

  private static ReinforcementLearning recipe() {
    return ReinforcementLearning.builder(RolloutOptions.builder(2).build())
        .loss(LossFunction.PPO)
        .learningRate(step -> 0.04 / step)
        .streamMinibatches(2)
        .seed(11)
        .build();
  }

  private RunResult run(ReinforcementLearning recipe, MortalProcess process, Path journal)
      throws InterruptedException {
    return RecoveryInternals.withWrites(
            recipe
                .training(
                    Batches.of(List.of(List.of("say: ", "and: "), List.of("now: ", "yes: ")), 10),
                    prompt -> EnvironmentGroup.of(4, () -> new Letters(prompt)))
                .service(() ->
                    ServiceClient.builder()
                        .baseUrl(server.baseUrl().toString())
                        .apiKey("tml-test")
                        .transport(process)
                        .telemetry(false)
                        .build())
                .baseModel(MODEL)
                .lora(LoraOptions.builder().rank(2).seed(7).build())
                .journal(journal)
                .schedule(CheckpointSchedule.builder().everySteps(2).build()),
            process::write,
            1 << 20)
        .build()
        .resumeOrStart();
  }
}

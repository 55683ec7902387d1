package io.tinker4j.recovery;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.store.JournalState;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.types.LossFunction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When checkpoints are saved, and what is measured for them. */
// readiness: F9, M3, M4, M6, S12, U5
@Timeout(60)
class ScheduleTest {
  @TempDir private Path directory;
  private final TestRuns runs = new TestRuns();

  @AfterEach
  void stop() {
    runs.close();
  }

  private Path journal() {
    return directory.resolve("run");
  }

  private List<CheckpointRecord> checkpoints() {
    return JournalState.of(ProgressJournal.read(journal())).checkpoints();
  }

  private List<Long> savedSteps() {
    return checkpoints().stream().map(CheckpointRecord::step).toList();
  }

  @Test
  void everyEpoch_savesAtTheEndOfEachPassOverTheData() throws Exception {
    runs.with(
            ResumableTraining.supervised(
                Batches.of(TestRuns.batches(5), 3), LossFunction.CROSS_ENTROPY, step -> 0.01),
            journal())
        .schedule(CheckpointSchedule.builder().everyEpoch(true).onClose(false).build())
        .build()
        .resumeOrStart();

    assertThat(savedSteps()).containsExactly(0L, 5L, 10L, 15L);
  }

  @Test
  void everyFiftyMinutes_savesWhenTheyHavePassedSinceTheLastOne() throws Exception {
    runs.training(18, journal())
        .schedule(CheckpointSchedule.builder().every(Duration.ofMinutes(50)).onClose(false).build())
        .inFlight(1)
        .onStep(step -> passTenMinutes())
        .build()
        .resumeOrStart();

    assertThat(savedSteps()).containsExactly(0L, 6L, 11L, 16L, 18L);
  }

  /** So many that the seconds which go by when the machine is too busy do not add up to a step. */
  private void passTenMinutes() {
    try {
      runs.time.sleep(Duration.ofMinutes(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void onClose_decidesAboutTheStepAtWhichARunIsStopped() throws Exception {
    RunResult without = stoppedAt(12, false);
    List<Long> steps = savedSteps();
    RunResult with = stoppedAt(14, true);

    assertThat(steps).containsExactly(0L, 10L);
    assertThat(without.checkpointPath()).isEmpty();
    assertThat(with.checkpointPath()).endsWith("weights/step-%06d".formatted(with.steps()));
  }

  private RunResult stoppedAt(long step, boolean onClose) throws Exception {
    List<ResumableTraining> running = new ArrayList<>();
    running.add(
        runs.training(30, journal())
            .schedule(CheckpointSchedule.builder().everySteps(10).onClose(onClose).build())
            .onStep(result -> {
              if (result.step() == step) {
                running.get(0).stop();
              }
            })
            .build());
    return running.get(0).resumeOrStart();
  }

  @Test
  void completeRun_hasACheckpointOfItsLastStep_whateverTheSchedule() throws Exception {
    RunResult result =
        runs.training(15, journal())
            .schedule(CheckpointSchedule.builder().everySteps(10).onClose(false).build())
            .build()
            .resumeOrStart();

    assertThat(savedSteps()).containsExactly(0L, 10L, 15L);
    assertThat(result.checkpointPath()).endsWith("weights/step-000015");
  }

  @Test
  void checkpointAtTheEnd_hasTheMetricsOfItsStep() throws Exception { // readiness: U13
    runs.training(15, journal())
        .evaluation(new PeriodicEvaluation(5, (client, step) -> Map.of("score", (double) step)))
        .build()
        .resumeOrStart();

    assertThat(checkpoints().getLast().metrics())
        .containsEntry("score", 15.0)
        .containsKey("loss:sum");
  }

  private static Map<String, Double> score(long step) {
    return Map.of("score", Map.of(5L, 3.0, 10L, 4.0, 15L, 2.0, 20L, 2.5, 25L, 1.0).get(step));
  }

  @Test
  void onBestMetric_savesWhatIsBetterThanEver_alsoAcrossAnIncident() throws Exception {
    runs.server.setFaults(FaultScript.of(Fault.on(operation("optim_step")).nth(18).poisonRun()));

    RunResult result =
        runs.training(29, journal())
            .evaluation(new PeriodicEvaluation(5, (client, step) -> score(step)))
            .schedule(
                CheckpointSchedule.builder()
                    .onBestMetric(new BestMetric("score", BestMetric.Goal.MIN))
                    .onClose(false)
                    .build())
            .build()
            .resumeOrStart();

    assertThat(result.recoveries()).isEqualTo(1);
    assertThat(savedSteps()).containsExactly(0L, 5L, 15L, 25L, 29L);
    assertThat(checkpoints().get(3).metrics()).containsEntry("score", 1.0);
  }

  @Test
  void evaluation_seesTheWeightsOfItsStep() throws Exception { // readiness: U13
    List<String> seen = new ArrayList<>();
    List<String> weights = new ArrayList<>();

    runs.training(10, journal())
        .evaluation(
            new PeriodicEvaluation(
                4,
                (client, step) -> {
                  String path = client.saveState("seen-" + step).join().path();
                  seen.add(path.substring(path.lastIndexOf('/') + 1));
                  weights.add(runs.server.weightsHash(client.modelId()));
                  return Map.of();
                }))
        .build()
        .resumeOrStart();
    String four = runs.cleanWeights(4, directory.resolve("four"));
    String eight = runs.cleanWeights(8, directory.resolve("eight"));

    assertThat(seen).containsExactly("seen-4", "seen-8");
    assertThat(weights).containsExactly(four, eight);
  }

  @Test
  void evaluationThatTheServerLetsDown_isAnIncident() throws Exception {
    String clean = runs.cleanWeights(20, directory.resolve("clean"));
    runs.server.setFaults(
        FaultScript.of(Fault.on(operation("save_weights_for_sampler")).nth(2).killSession()));

    RunResult result =
        runs.training(20, journal())
            .evaluation(
                new PeriodicEvaluation(
                    6,
                    (client, step) -> {
                      client.saveWeightsForSampler("s-" + step).join();
                      return Map.of();
                    }))
            .build()
            .resumeOrStart();

    assertThat(result.recoveries()).isEqualTo(1);
    assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
  }

  @Test
  void evaluationThatIsWrongByItself_isThrown() {
    assertThatThrownBy(() ->
            runs.training(20, journal())
                .evaluation(
                    new PeriodicEvaluation(
                        6,
                        (client, step) -> {
                          throw new CompletionException(new IllegalStateException("no data"));
                        }))
                .build()
                .resumeOrStart())
        .isInstanceOf(IllegalStateException.class)
        .isNotInstanceOf(TinkerException.class)
        .hasMessage("no data");
  }
}

package io.tinker4j.recovery;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.RecoveryEvent.CheckpointSelected;
import io.tinker4j.recovery.RecoveryEvent.Completed;
import io.tinker4j.recovery.RecoveryEvent.ReplayStarted;
import io.tinker4j.recovery.RecoveryPolicy.CheckpointChoice;
import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.recovery.store.JournalState;
import io.tinker4j.recovery.store.JournalWriter;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.observe.ExecutedOperation;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a run goes back to, and what it does with the steps behind that. */
@Timeout(60)
class RestoreChoiceTest {
  /** What an evaluation says at some steps. */
  private static final Map<Long, Double> SCORES = Map.of(10L, 0.5, 20L, 0.9, 30L, 0.7, 40L, 0.6);

  @TempDir private Path directory;
  private final TestRuns runs = new TestRuns();
  private final List<RecoveryEvent> events = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void stop() {
    runs.close();
  }

  private <E extends RecoveryEvent> List<E> events(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private static RecoveryPolicy policy(CheckpointChoice choice) {
    return RecoveryPolicy.builder().probeTolerance(0).checkpointChoice(choice).build();
  }

  private void poison(int step) {
    runs.server.setFaults(FaultScript.of(Fault.on(operation("optim_step")).nth(step).poisonRun()));
  }

  // readiness: S6, U1, U13
  @ParameterizedTest
  @CsvSource({"MIN, 10", "MAX, 20"})
  void best_goesBackToTheBestOfAnEvaluation(BestMetric.Goal goal, long step) throws Exception {
    String clean = runs.cleanWeights(40, directory.resolve("clean"));
    poison(35);

    RunResult result =
        runs.training(40, directory.resolve("run"))
            .evaluation(
                new PeriodicEvaluation(
                    10, (client, at) -> Map.of("score", SCORES.getOrDefault(at, 0.0))))
            .policy(policy(new CheckpointChoice.Best(new BestMetric("score", goal))))
            .inFlight(1)
            .listener(events::add)
            .build()
            .resumeOrStart();

    assertThat(events(CheckpointSelected.class))
        .singleElement()
        .returns(step, CheckpointSelected::step)
        .returns(34 - step, CheckpointSelected::rolledBack);
    assertThat(result.replayed()).isEqualTo(34 - step);
    assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
  }

  @Test
  void latest_thatIsGone_isNotFollowedByAnOlderOne() throws Exception { // readiness: S6
    Path run = directory.resolve("run");
    CheckpointRecord newest = stopped(run, 25).getLast();
    try (ServiceClient service = runs.connect()) {
      service.createRestClient().checkpoints().delete(newest.path());
    }

    assertThatThrownBy(() ->
            runs.training(30, run)
                .policy(policy(new CheckpointChoice.Latest()))
                .listener(events::add)
                .build()
                .resumeOrStart())
        .isInstanceOf(RecoveryFailedException.class)
        .hasMessageContaining("none of 1 checkpoints could be used");
    assertThat(events(CheckpointSelected.class))
        .hasSize(3)
        .allMatch(selected -> selected.path().equals(newest.path()));
  }

  @Test
  void checkpointOfStep0_thatCannotBeLoaded_isTheBaseModelAgain() throws Exception {
    String clean = runs.cleanWeights(30, directory.resolve("clean"));
    runs.server.setFaults(
        FaultScript.of(
            Fault.on(operation("optim_step")).nth(6).poisonRun(),
            Fault.on(operation("load_weights")).answer(400)));

    RunResult result =
        runs.training(30, directory.resolve("run"))
            .inFlight(1)
            .listener(events::add)
            .build()
            .resumeOrStart();

    assertThat(events(CheckpointSelected.class))
        .singleElement()
        .returns(0L, CheckpointSelected::step)
        .returns(5L, CheckpointSelected::rolledBack);
    assertThat(events(RecoveryEvent.Degraded.class))
        .extracting(RecoveryEvent.Degraded::reason)
        .anyMatch(reason -> reason.contains("the base model has to do"));
    assertThat(result.recoveries()).isEqualTo(1);
    assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
  }

  @Test
  void checkpointOfStep0_thatDoesNotRestoreWhatItHad_isTheBaseModelAgain() throws Exception {
    String clean = runs.cleanWeights(30, directory.resolve("clean"));
    Path run = directory.resolve("run");
    CheckpointSchedule notAtTheEnd =
        CheckpointSchedule.builder().everySteps(10).onClose(false).build();
    CheckpointRecord first = stopped(run, 5, notAtTheEnd).getLast();
    CheckpointRecord other =
        CheckpointRecord.builder()
            .from(first)
            .probeAfterNextStep(first.probe().orElseThrow())
            .build();
    try (JournalWriter journal = JournalWriter.open(run)) {
      journal.append(new JournalEntry.CheckpointSaved(other));
    }

    RunResult result = runs.training(30, run).listener(events::add).build().resumeOrStart();

    assertThat(events(RecoveryEvent.CheckpointRejected.class))
        .extracting(RecoveryEvent.CheckpointRejected::reason)
        .satisfiesExactly(
            reason -> assertThat(reason).contains("the optimizer's state is not what it was"),
            reason -> assertThat(reason).isEqualTo("it did not restore what it had"));
    assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
    assertThat(JournalVerification.verify(run).isSound()).isTrue();
  }

  @Test
  void checkpointThatNoServerCanHave_isRejected_andKeepsNothingFromBeingDeleted() throws Exception {
    Path run = directory.resolve("run");
    CheckpointRecord newest = stopped(run, 25).getLast();
    CheckpointRecord broken =
        CheckpointRecord.builder().from(newest).path("tinkdr://run/weights/x").build();
    try (JournalWriter journal = JournalWriter.open(run)) {
      journal.append(new JournalEntry.CheckpointSaved(broken));
    }
    try (ServiceClient service = runs.connect()) {
      assertThat(JournalVerification.verify(run, service.createRestClient()).missing())
          .containsExactly(broken.path());
    }

    RunResult result =
        runs.training(60, run)
            .retention(RetentionPolicy.builder().keepLast(1).build())
            .listener(events::add)
            .build()
            .resumeOrStart();

    assertThat(result.isComplete()).isTrue();
    assertThat(events(RecoveryEvent.Degraded.class))
        .extracting(RecoveryEvent.Degraded::reason)
        .anyMatch(reason -> reason.contains("stay on the server") && reason.contains("tinkdr://"));
  }

  /** Returns the checkpoints of a run that was asked to stop at a step. */
  private List<CheckpointRecord> stopped(Path journal, long step) throws Exception {
    return stopped(journal, step, CheckpointSchedule.builder().everySteps(10).build());
  }

  private List<CheckpointRecord> stopped(Path journal, long step, CheckpointSchedule schedule)
      throws Exception {
    List<ResumableTraining> running = new ArrayList<>();
    running.add(
        runs.training(30, journal)
            .schedule(schedule)
            .onStep(result -> {
              if (result.step() == step) {
                running.get(0).stop();
              }
            })
            .build());
    assertThat(running.get(0).resumeOrStart().isComplete()).isFalse();
    return JournalState.of(ProgressJournal.read(journal)).checkpoints();
  }

  @Test
  void specific_goesBackToThatCheckpoint() throws Exception { // readiness: S6
    String clean = runs.cleanWeights(30, directory.resolve("clean"));
    Path run = directory.resolve("run");
    CheckpointRecord tenth = stopped(run, 25).get(1);

    RunResult result =
        runs.training(30, run)
            .policy(policy(new CheckpointChoice.Specific(tenth.path())))
            .listener(events::add)
            .build()
            .resumeOrStart();

    assertThat(events(CheckpointSelected.class))
        .singleElement()
        .returns(10L, CheckpointSelected::step);
    assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
    assertThat(JournalVerification.verify(run).isSound()).isTrue();
  }

  @Test
  void specific_thatTheRunDoesNotHave_failsAtOnce() throws Exception {
    Path run = directory.resolve("run");
    int lineages = stopped(run, 5).size();

    assertThatThrownBy(() ->
            runs.training(30, run)
                .policy(policy(new CheckpointChoice.Specific("tinker://other/weights/x")))
                .listener(events::add)
                .build()
                .resumeOrStart())
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("no checkpoint tinker://other/weights/x");
    assertThat(lineages).isEqualTo(2);
    assertThat(events).noneMatch(RecoveryEvent.Failed.class::isInstance);
  }

  @Test
  void withoutTheTail_goesOnBehindWhatWasSubmitted_andNeverRepeatsABatch() throws Exception {
    Path run = directory.resolve("run");
    poison(15);

    RunResult result =
        runs.training(30, run)
            .policy(RecoveryPolicy.builder().probeTolerance(0).replayTail(false).build())
            .inFlight(1)
            .listener(events::add)
            .build()
            .resumeOrStart();

    assertThat(events(CheckpointSelected.class))
        .singleElement()
        .returns(10L, CheckpointSelected::step)
        .returns(4L, CheckpointSelected::rolledBack);
    assertThat(result)
        .returns(25L, RunResult::steps)
        .returns(true, RunResult::isComplete)
        .returns(0L, RunResult::replayed);
    assertThat(events(ReplayStarted.class)).isEmpty();
    assertThat(events(Completed.class)).singleElement().returns(11L, Completed::step);
    List<String> batches =
        JournalState.of(ProgressJournal.read(run)).lineages().stream()
            .flatMap(lineage -> runs.server.ledger(lineage.modelId()).stream())
            .filter(operation -> operation.kind().equals("forward_backward"))
            .map(ExecutedOperation::payloadHash)
            .toList();
    assertThat(batches).doesNotHaveDuplicates().hasSize(30);
  }

  @Test
  void sharedService_isUsedAgainAfterAnIncident_andStaysOpen() throws Exception {
    String clean = runs.cleanWeights(30, directory.resolve("clean"));
    poison(15);

    try (ServiceClient shared = runs.connect()) {
      RunResult result =
          runs.training(30, directory.resolve("run")).sharedService(shared).build().resumeOrStart();

      assertThat(result.recoveries()).isEqualTo(1);
      assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
      TrainingClient after = shared.createLoraTrainingClient(TestRuns.MODEL);
      assertThat(sessionOf(after.modelId())).isEqualTo(sessionOf(result.modelId()));
      // The one that was poisoned, the one it was compared with, the last one, and this.
      after.unload().join();
      assertThat(runs.server.requests())
          .filteredOn(request -> request.path().endsWith("/unload_model"))
          .extracting(request -> StandardCharsets.UTF_8.decode(request.body()).toString())
          .hasSize(4)
          .doesNotHaveDuplicates()
          .anySatisfy(body -> assertThat(body).contains(result.modelId()));
    }
  }

  private static String sessionOf(String modelId) {
    return modelId.substring(0, modelId.indexOf(':'));
  }

  @Test
  void sharedService_whoseSessionIsLost_opensAnotherOne() throws Exception {
    String clean = runs.cleanWeights(30, directory.resolve("clean"));
    runs.server.setFaults(FaultScript.of(Fault.on(operation("optim_step")).nth(15).killSession()));

    try (ServiceClient shared = runs.connect()) {
      RunResult result =
          runs.training(30, directory.resolve("run")).sharedService(shared).build().resumeOrStart();

      assertThat(result.recoveries()).isEqualTo(1);
      assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
    }
  }
}

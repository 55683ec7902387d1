package io.tinker4j.recovery;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.RecoveryEvent.CheckpointRejected;
import io.tinker4j.recovery.RecoveryEvent.CheckpointSelected;
import io.tinker4j.recovery.RecoveryEvent.ClientCreated;
import io.tinker4j.recovery.RecoveryEvent.Completed;
import io.tinker4j.recovery.RecoveryEvent.Detected;
import io.tinker4j.recovery.RecoveryEvent.Started;
import io.tinker4j.recovery.RecoveryEvent.Verified;
import io.tinker4j.recovery.RecoveryPolicy.CheckpointChoice;
import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.recovery.store.JournalState;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.training.ServiceClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs that somebody takes back by hand. */
// readiness: H3, U3
@Timeout(60)
class ManualRecoveryTest {
  @TempDir private Path directory;
  private final TestRuns runs = new TestRuns();
  private final List<RecoveryEvent> events = Collections.synchronizedList(new ArrayList<>());

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

  private ResumableTraining.Builder<?> training() {
    return runs.training(30, journal()).listener(events::add);
  }

  private long steps() {
    return runs.server.requests().stream()
        .filter(request -> request.path().endsWith("/optim_step"))
        .count();
  }

  /** Trains until an incident that nothing gets it out of. */
  private void trainUntilItFails(int step) {
    runs.server.setFaults(
        FaultScript.of(
            Fault.on(operation("optim_step")).nth(step).poisonRun(),
            Fault.on(operation("load_weights")).answer(503)));
    assertThatThrownBy(() -> runs.training(30, journal()).inFlight(1).build().resumeOrStart())
        .isInstanceOf(RecoveryFailedException.class);
    runs.server.setFaults(FaultScript.none());
  }

  private void requireCleanEnd(String clean, long replayed) throws Exception {
    RunResult result = runs.training(30, journal()).build().resumeOrStart();

    assertThat(result).returns(30L, RunResult::steps).returns(replayed, RunResult::replayed);
    assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
    JournalVerification.Report report = JournalVerification.verify(journal());
    assertThat(report.isSound()).isTrue();
    assertThat(report.steps().applied()).isEqualTo(30);
  }

  @Test
  void recoverNow_verifiesTheLatestCheckpoint_fromWhichTheRunGoesOn() throws Exception {
    String clean = runs.cleanWeights(30, directory.resolve("clean"));
    trainUntilItFails(25);
    long steps = steps();

    CheckpointRecord recovered = training().build().recoverNow();

    assertThat(recovered).isEqualTo(checkpoints().getLast()).returns(20L, CheckpointRecord::step);
    assertThat(steps()).isEqualTo(steps);
    assertThat(events)
        .extracting(event -> (Object) event.getClass())
        .containsExactly(
            Detected.class,
            Started.class,
            CheckpointSelected.class,
            ClientCreated.class,
            Verified.class,
            Completed.class);
    requireCleanEnd(clean, 4);
  }

  @Test
  void recoverNow_whenTheNewestIsGone_takesTheNextAndForgetsTheOther() throws Exception {
    String clean = runs.cleanWeights(30, directory.resolve("clean"));
    trainUntilItFails(25);
    try (ServiceClient service = runs.connect()) {
      service.createRestClient().checkpoints().delete(checkpoints().getLast().path());
    }

    CheckpointRecord recovered = training().build().recoverNow();

    assertThat(recovered.step()).isEqualTo(10);
    assertThat(events).filteredOn(CheckpointRejected.class::isInstance).hasSize(1);
    assertThat(checkpoints()).extracting(CheckpointRecord::step).containsExactly(0L, 10L);
    requireCleanEnd(clean, 14);
  }

  @Test
  void recoverFrom_ofACompleteRun_goesBackThere_alsoAfterAnotherIncident() throws Exception {
    String clean = runs.cleanWeights(30, directory.resolve("clean"));
    runs.training(30, journal()).build().resumeOrStart();
    CheckpointRecord tenth = checkpoints().get(1);

    CheckpointRecord recovered = training().build().recoverFrom(tenth.path());
    runs.server.setFaults(FaultScript.of(Fault.on(operation("optim_step")).nth(5).poisonRun()));
    RunResult result = training().build().resumeOrStart();

    assertThat(recovered).isEqualTo(tenth);
    assertThat(events)
        .filteredOn(CheckpointSelected.class::isInstance)
        .hasSize(3)
        .allMatch(event -> ((CheckpointSelected) event).step() == 10);
    assertThat(result.recoveries()).isEqualTo(2);
    assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
    assertThat(JournalVerification.verify(journal()).isSound()).isTrue();
  }

  @Test
  void recoverFrom_decidesEvenWhereThePolicyWouldTakeTheBest() throws Exception {
    runs.training(30, journal()).build().resumeOrStart();
    RecoveryPolicy best =
        RecoveryPolicy.builder()
            .checkpointChoice(
                new CheckpointChoice.Best(new BestMetric("loss:sum", BestMetric.Goal.MAX)))
            .build();
    CheckpointRecord twentieth = checkpoints().get(2);

    CheckpointRecord recovered = training().policy(best).build().recoverFrom(twentieth.path());
    training().policy(best).build().resumeOrStart();

    assertThat(recovered).isEqualTo(twentieth);
    assertThat(events)
        .filteredOn(CheckpointSelected.class::isInstance)
        .hasSize(2)
        .allMatch(event -> ((CheckpointSelected) event).step() == 20);
  }

  @Test
  void nothingToRecover_isSaid() throws Exception {
    assertThatThrownBy(() -> training().build().recoverNow())
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("resumeOrStart() begins the run");
    runs.training(30, journal()).build().resumeOrStart();

    assertThatThrownBy(() -> training().build().recoverFrom("tinker://other/weights/x"))
        .isInstanceOf(JournalException.class);
    assertThatThrownBy(() -> training().accumulate(2).build().recoverNow())
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("other settings");
    assertThat(JournalState.of(ProgressJournal.read(journal())).finished()).isPresent();
  }

  @Test
  void serverThatCannotLoad_leavesTheJournalAsItWas() throws Exception {
    runs.training(30, journal()).build().resumeOrStart();
    List<CheckpointRecord> before = checkpoints();
    runs.server.setFaults(FaultScript.of(Fault.on(operation("load_weights")).answer(503)));

    assertThatThrownBy(() -> training().build().recoverFrom(before.get(1).path()))
        .isInstanceOf(RecoveryFailedException.class);

    assertThat(checkpoints()).isEqualTo(before);
    assertThat(JournalState.of(ProgressJournal.read(journal())).finished()).isPresent();
  }
}

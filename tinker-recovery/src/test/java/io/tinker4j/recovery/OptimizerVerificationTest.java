package io.tinker4j.recovery;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.RecoveryEvent.CheckpointRejected;
import io.tinker4j.recovery.RecoveryEvent.Degradation;
import io.tinker4j.recovery.RecoveryEvent.Degraded;
import io.tinker4j.recovery.RecoveryEvent.Verified;
import io.tinker4j.recovery.journal.JournalEntry.LineageBegun;
import io.tinker4j.recovery.store.JournalState;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whether the optimizer was restored is shown by a step, or said not to be shown. */
// readiness: H3, F3, T5
@Timeout(60)
class OptimizerVerificationTest {
  private static final Fault INCIDENT = Fault.on(operation("optim_step")).nth(25).poisonRun();

  /** With two checkpoints to go back to before the start, also when the last is not written yet. */
  private static final Fault LATE_INCIDENT = Fault.on(operation("optim_step")).nth(39).poisonRun();

  private static final Fault OPTIMIZER_LOST =
      Fault.on(operation("load_weights").withBodyContaining("\"optimizer\":true")).loseOptimizer();

  @TempDir private Path directory;
  private final TestRuns runs = new TestRuns();
  private final List<RecoveryEvent> events = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void stop() {
    runs.close();
  }

  private ResumableTraining training(RecoveryPolicy.Builder policy) {
    return runs.training(40, directory.resolve("run"))
        .policy(policy.verifyOptimizer(true).build())
        .listener(events::add)
        .build();
  }

  private <E extends RecoveryEvent> List<E> events(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  @Test
  void restoredOptimizer_isVerifiedAgainstTheRecordAndAColdStart() throws Exception {
    String clean = runs.cleanWeights(40, directory.resolve("clean"));
    runs.server.setFaults(FaultScript.of(INCIDENT));

    RunResult result = training(RecoveryPolicy.builder().probeTolerance(0)).resumeOrStart();

    assertThat(events(Verified.class))
        .extracting(Verified::what)
        .anyMatch(what -> what.matches("optimizer, to within 0\\.0; a cold one is off by [0-9].*"))
        .noneMatch(what -> what.contains("off by 0.0"));
    assertThat(events(Degraded.class)).isEmpty();
    assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
  }

  @Test
  void serverThatLosesOptimizers_stopsTheRun_afterOneStepEach() {
    runs.server.setFaults(FaultScript.of(LATE_INCIDENT, OPTIMIZER_LOST));

    assertThatThrownBy(() ->
            training(RecoveryPolicy.builder().probeTolerance(0).maxAttempts(2)).resumeOrStart())
        .isInstanceOfSatisfying(
            RecoveryFailedException.class,
            e ->
                assertThat(e.tried())
                    .filteredOn(tried -> tried.contains("optimizer's state is not what it was"))
                    .hasSize(2));

    assertThat(events(CheckpointRejected.class)).hasSize(2);
    List<LineageBegun> lineages =
        JournalState.of(ProgressJournal.read(directory.resolve("run"))).lineages();
    assertThat(lineages.subList(1, lineages.size()))
        .hasSize(2)
        .allSatisfy(lineage ->
            assertThat(runs.server.ledger(lineage.modelId()))
                .filteredOn(operation -> operation.kind().equals("optim_step"))
                .hasSize(1));
  }

  @Test
  void toleranceThatHidesAColdStart_isNotCalledVerified() throws Exception {
    runs.server.setFaults(FaultScript.of(INCIDENT));

    RunResult result = training(RecoveryPolicy.builder().probeTolerance(100)).resumeOrStart();

    assertThat(result.steps()).isEqualTo(40);
    assertThat(events(Verified.class))
        .extracting(Verified::what)
        .noneMatch(what -> what.startsWith("optimizer"));
    assertThat(events(Degraded.class))
        .singleElement()
        .satisfies(each -> {
          assertThat(each.degradation()).isEqualTo(Degradation.UNVERIFIED);
          assertThat(each.reason()).contains("no more than probeTolerance");
        });
  }

  @Test
  void coldStartThatCannotBeHad_leavesTheRunAlone() throws Exception {
    Fault noRank =
        Fault.on(operation("weights_info")) // by the validator, for the load, for the cold start
            .nth(3)
            .answer(200, "{\"base_model\":\"" + TestRuns.MODEL + "\",\"is_lora\":true}");
    runs.server.setFaults(FaultScript.of(INCIDENT, noRank));

    RunResult result = training(RecoveryPolicy.builder().probeTolerance(0)).resumeOrStart();

    assertThat(result.recoveries()).isEqualTo(1);
    assertThat(events(Degraded.class))
        .singleElement()
        .satisfies(each -> {
          assertThat(each.degradation()).isEqualTo(Degradation.UNVERIFIED);
          assertThat(each.reason()).contains("could not be compared with", "not a LoRA checkpoint");
        });
  }
}

package io.tinker4j.chaos;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.RecoveryFailedException;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.types.Datum;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The checker is checked: what the hash test is there to notice, it notices. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MutationTest {
  /** A run that has to go back from step 45 to the checkpoint at step 40. */
  private static final FaultScript INCIDENT =
      FaultScript.of(Fault.on(operation("optim_step")).nth(45).poisonRun());

  private static final Fault OPTIMIZER_LOST = Fault.on(operation("load_weights")).loseOptimizer();

  private final ChaosRun.Outcome clean;

  MutationTest() throws Exception {
    clean = ChaosRun.plain().withoutFaults();
  }

  private static ChaosRun unverified() {
    return ChaosRun.plain().policy(ChaosRun.policy().verifyOptimizer(false).build());
  }

  @Test
  void incident_withNothingMutated_endsAsWithoutIt() throws Exception {
    for (ChaosRun run : List.of(ChaosRun.plain(), unverified())) {
      ChaosRun.Outcome outcome = run.with(INCIDENT);

      assertThat(outcome.result().recoveries()).isEqualTo(1);
      outcome.requireSameAs(clean, "unmutated");
    }
  }

  @Test
  void serverThatRepeatsResends_isSeen() throws Exception {
    ChaosRun.Outcome outcome =
        ChaosRun.plain()
            .careless()
            .with(
                FaultScript.of(Fault.on(operation("optim_step")).nth(45).executeThenDropAnswer()));

    assertThat(outcome.steps().size()).isGreaterThan(clean.steps().size());
    assertThat(outcome.weights()).isNotEqualTo(clean.weights());
    assertSeen(outcome);
  }

  @Test
  void resumeAtTheBatchOfTheCheckpoint_isSeen() throws Exception {
    ChaosRun.Outcome outcome =
        unverified().batches(MutationTest::fromTheBatchBefore).with(INCIDENT);

    assertThat(outcome.result().recoveries()).isEqualTo(1);
    assertThat(outcome.weights()).isNotEqualTo(clean.weights());
    assertSeen(outcome);
  }

  private static Batches<List<Datum>> fromTheBatchBefore(Batches<List<Datum>> batches) {
    return position ->
        batches.open(
            position.equals(DataPosition.START)
                ? position
                : new DataPosition(position.rows() - 1, position.epoch(), position.randomState()));
  }

  @Test
  void loadWithoutTheOptimizer_withVerificationOff_isSeen() throws Exception {
    ChaosRun.Outcome outcome =
        unverified()
            .with(
                FaultScript.of(
                    Fault.on(operation("optim_step")).nth(45).poisonRun(), OPTIMIZER_LOST));

    assertThat(outcome.result().recoveries()).isEqualTo(1);
    assertThat(outcome.weights()).isNotEqualTo(clean.weights());
    assertSeen(outcome);
  }

  /**
   * Once is all that can be asked: where the server is quicker than the run, the checkpoint of step
   * 40 is not written down yet, and behind that of step 20 there is only the start, which has no
   * optimizer to lose.
   */
  @Test
  void loadWithoutTheOptimizer_withVerificationOn_stopsTheRun() {
    ChaosRun run = ChaosRun.plain().policy(ChaosRun.policy().maxAttempts(1).build());

    assertThatThrownBy(() ->
            run.with(
                FaultScript.of(
                    Fault.on(operation("optim_step")).nth(45).poisonRun(), OPTIMIZER_LOST)))
        .isInstanceOfSatisfying(
            RecoveryFailedException.class,
            e ->
                assertThat(e.tried())
                    .filteredOn(tried -> tried.contains("optimizer's state is not what it was"))
                    .hasSize(1));
  }

  private void assertSeen(ChaosRun.Outcome outcome) {
    assertThatThrownBy(() -> outcome.requireSameAs(clean, "mutated"))
        .isInstanceOf(AssertionError.class);
  }
}

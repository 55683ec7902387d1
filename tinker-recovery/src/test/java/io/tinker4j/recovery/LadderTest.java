package io.tinker4j.recovery;

import static io.tinker4j.testkit.fault.RequestMatcher.any;
import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.RecoveryEvent.Degradation;
import io.tinker4j.recovery.RecoveryEvent.Degraded;
import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.store.JournalState;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.training.RequestFailedException;
import io.tinker4j.training.RestClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.CircuitOpenException;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a run does with less; and what it saves before it is given up. */
@Timeout(60)
class LadderTest {
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

  private List<Degraded> degraded(Degradation degradation) {
    return events.stream()
        .filter(Degraded.class::isInstance)
        .map(Degraded.class::cast)
        .filter(each -> each.degradation() == degradation)
        .toList();
  }

  // readiness: H6
  @Test
  void openCircuit_isWaitedFor_andIsNoAttempt() throws Exception {
    String clean = runs.cleanWeights(30, directory.resolve("clean"));
    interruptAt(15);
    // So long that the clock, which turns itself, does not get past it before the run begins.
    try (ServiceClient shared = runs.connecting().circuitBreaker(5, Duration.ofHours(1)).build()) {
      Duration retryAfter = openTheCircuitOf(shared.createRestClient());
      Instant closed = runs.time.now().plus(retryAfter);

      RunResult result =
          runs.training(30, journal())
              .sharedService(shared)
              .policy(RecoveryPolicy.builder().probeTolerance(0).maxAttempts(1).build())
              .listener(events::add)
              .build()
              .resumeOrStart();

      assertThat(retryAfter).isPositive();
      assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
      assertThat(degraded(Degradation.CIRCUIT_OPEN))
          .singleElement()
          .satisfies(each -> assertThat(each.reason()).contains("found no working server"));
      assertThat(events).noneMatch(RecoveryEvent.Failed.class::isInstance);
      assertThat(runs.time.now()).isAfter(closed);
    }
  }

  private void interruptAt(long step) {
    assertThatThrownBy(() ->
            runs.training(30, journal())
                .onStep(result -> {
                  if (result.step() == step) {
                    Thread.currentThread().interrupt();
                  }
                })
                .build()
                .resumeOrStart())
        .isInstanceOf(InterruptedException.class);
  }

  /** Asks until nothing is sent any more; returns how long that is to last. */
  private Duration openTheCircuitOf(RestClient rest) {
    runs.server.setFaults(FaultScript.of(Fault.on(any()).answer(503)));
    try {
      for (int calls = 0; calls < 20; calls++) {
        try {
          Object unused = rest.runs().get("any");
        } catch (CircuitOpenException e) {
          return e.retryAfter().orElseThrow();
        } catch (TinkerException e) {
          assertThat(e).hasMessageContaining("503");
        }
      }
    } finally {
      runs.server.setFaults(FaultScript.none());
    }
    throw new AssertionError("20 calls did not open the circuit");
  }

  // readiness: H6
  @Test
  void heartbeatsAndTelemetryInTrouble_neverFailTraining() throws Exception {
    runs.server.setFaults(
        FaultScript.of(
            Fault.on(operation("telemetry")).answer(500),
            Fault.on(operation("session_heartbeat"))
                .from(2)
                .during(Duration.ofMinutes(2))
                .answer(500)));

    RunResult result =
        runs.training(20, journal())
            .listener(events::add)
            .onStep(step -> pass(Duration.ofSeconds(20)))
            .build()
            .resumeOrStart();

    assertThat(result).returns(20L, RunResult::steps).returns(0, RunResult::recoveries);
    assertThat(degraded(Degradation.SESSION_SUSPECT)).hasSize(1);
    assertThat(events).hasSize(1);
  }

  private void pass(Duration duration) {
    try {
      runs.time.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A step that asks for something else first, which is not to be had for the 15th. */
  private ResumableTraining.Builder<List<Datum>> askingFirst(ServiceClient service) {
    TrainingStep<List<Datum>> plain =
        TrainingStep.of(
            LossFunction.CROSS_ENTROPY, step -> AdamParams.builder().learningRate(0.01).build());
    return runs.with(
            ResumableTraining.builder(
                Batches.of(TestRuns.batches(30), 1),
                (client, batches, step) -> {
                  if (step == 15) {
                    Object unused = service.createRestClient().runs().get("not-there");
                  }
                  return plain.submit(client, batches, step);
                }),
            journal())
        .probe(TestRuns.batches(1).getFirst())
        .listener(events::add);
  }

  @Test
  void attemptsUsedUp_whileTheModelLives_itIsSavedFirst() throws Exception {
    String clean = runs.cleanWeights(30, directory.resolve("clean"));
    try (ServiceClient service = runs.connect()) {
      assertThatThrownBy(() -> askingFirst(service).build().resumeOrStart())
          .isInstanceOfSatisfying(
              RecoveryFailedException.class,
              e -> {
                assertThat(e).hasMessageContaining("after 3 attempts (maxAttempts)");
                assertThat(e.tried().getFirst())
                    .contains("not-there")
                    .contains("step 14 was saved first: tinker://");
              });
    }
    assertThat(JournalState.of(ProgressJournal.read(journal())).checkpoints())
        .extracting(CheckpointRecord::step)
        .containsExactly(0L, 10L, 14L);

    RunResult result = runs.training(30, journal()).build().resumeOrStart();

    assertThat(result.replayed()).isZero();
    assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
  }

  @Test
  void recoveriesPerHourUsedUp_whileTheModelLives_itIsSavedFirst() throws Exception {
    runs.server.setFaults(FaultScript.of(Fault.on(operation("optim_step")).nth(5).poisonRun()));
    try (ServiceClient service = runs.connect()) {
      assertThatThrownBy(() ->
              askingFirst(service)
                  .policy(
                      RecoveryPolicy.builder().probeTolerance(0).maxRecoveriesPerHour(1).build())
                  .schedule(CheckpointSchedule.builder().everySteps(100).onClose(false).build())
                  .build()
                  .resumeOrStart())
          .isInstanceOfSatisfying(
              RecoveryFailedException.class,
              e -> {
                assertThat(e).hasMessageContaining("maxRecoveriesPerHour");
                assertThat(e.tried())
                    .singleElement()
                    .asString()
                    .contains("step 14 was saved first: tinker://");
              });
    }

    assertThat(JournalState.of(ProgressJournal.read(journal())).checkpoints())
        .extracting(CheckpointRecord::step)
        .containsExactly(0L, 14L);
  }

  // readiness: U8
  @Test
  void failureThatThePolicyDoesNotRecoverFrom_isThrown_andTheRunCanBeResumed() throws Exception {
    String clean = runs.cleanWeights(30, directory.resolve("clean"));
    runs.server.setFaults(FaultScript.of(Fault.on(operation("optim_step")).nth(15).poisonRun()));

    assertThatThrownBy(() ->
            runs.training(30, journal())
                .policy(
                    RecoveryPolicy.builder()
                        .recoversFrom(failure -> !(failure instanceof RequestFailedException))
                        .build())
                .listener(events::add)
                .build()
                .resumeOrStart())
        .isInstanceOf(RequestFailedException.class)
        .hasMessageContaining("corrupted");
    assertThat(events).isEmpty();

    RunResult result = runs.training(30, journal()).build().resumeOrStart();

    assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
  }
}

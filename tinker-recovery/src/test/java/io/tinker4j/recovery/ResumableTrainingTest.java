package io.tinker4j.recovery;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static io.tinker4j.testkit.observe.ServerAssertions.assertThatLedger;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.RecoveryEvent.CheckpointRejected;
import io.tinker4j.recovery.RecoveryEvent.CheckpointSelected;
import io.tinker4j.recovery.RecoveryEvent.ClientCreated;
import io.tinker4j.recovery.RecoveryEvent.Completed;
import io.tinker4j.recovery.RecoveryEvent.Degradation;
import io.tinker4j.recovery.RecoveryEvent.Degraded;
import io.tinker4j.recovery.RecoveryEvent.Detected;
import io.tinker4j.recovery.RecoveryEvent.Exhausted;
import io.tinker4j.recovery.RecoveryEvent.ReplayStarted;
import io.tinker4j.recovery.RecoveryEvent.Started;
import io.tinker4j.recovery.RecoveryEvent.Verified;
import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.recovery.store.JournalState;
import io.tinker4j.recovery.store.JournalWriter;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.training.PartialPassException;
import io.tinker4j.training.RequestFailedException;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ResumableTrainingTest {
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

  private <E extends RecoveryEvent> List<E> events(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  @Test
  void resumeOrStart_againAfterTheEnd_sendsNothingAndSaysTheSame() throws Exception {
    ResumableTraining training = runs.training(25, journal()).build();
    RunResult first = training.resumeOrStart();
    int requests = requestsOfTheRun();

    RunResult again = training.resumeOrStart();

    assertThat(first)
        .isEqualTo(new RunResult(25, first.modelId(), first.checkpointPath(), true, 0, 0));
    assertThat(first.checkpointPath()).endsWith("weights/step-000025");
    assertThat(again).isEqualTo(first);
    assertThat(requestsOfTheRun()).isEqualTo(requests);
    assertThatLedger(runs.server.ledger(first.modelId())).hasEachStepOnce();
  }

  /** Telemetry is sent beside the run, and its last report when it is over. */
  private int requestsOfTheRun() {
    return (int)
        runs.server.requests().stream()
            .filter(request -> !request.path().endsWith("/telemetry"))
            .count();
  }

  @Test
  void evaluation_reachesTheTracker() throws Exception {
    Path metrics = directory.resolve("metrics.jsonl");
    runs.training(10, journal())
        .tracker(ExperimentTracker.jsonLines(metrics))
        .evaluation(new PeriodicEvaluation(5, (client, step) -> Map.of("heldout:nll", 0.5 * step)))
        .build()
        .resumeOrStart();

    assertThat(Files.readAllLines(metrics))
        .filteredOn(line -> line.contains("heldout:nll"))
        .hasSize(2)
        .first()
        .asString()
        .contains("\"step\":5", "\"heldout:nll\":2.5");
  }

  // readiness: H4, H5, K1, K3, L3, L7, S9, U2
  @Test
  void twoIncidentsInARow_recoverTheSameWay_withEventsInOrder() throws Exception {
    String clean = runs.cleanWeights(30, directory.resolve("clean"));
    runs.server.setFaults(
        FaultScript.of(
            Fault.on(operation("optim_step")).nth(15).poisonRun(),
            Fault.on(operation("optim_step")).nth(25).poisonRun()));

    RunResult result =
        runs.training(30, journal()).inFlight(1).listener(events::add).build().resumeOrStart();

    assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
    assertThat(result.recoveries()).isEqualTo(2);
    assertThat(events)
        .as("%s", events)
        .extracting(event -> (Object) event.getClass())
        .startsWith(
            Detected.class,
            Started.class,
            CheckpointSelected.class,
            ClientCreated.class,
            Verified.class,
            ReplayStarted.class,
            Verified.class,
            Completed.class,
            Detected.class)
        .endsWith(Completed.class);
    assertThat(events(CheckpointSelected.class).get(0))
        .returns(10L, CheckpointSelected::step)
        .returns(4L, CheckpointSelected::rolledBack);
    assertThat(events(Completed.class)).hasSize(2);
    assertThat(events.get(0).context().recoveryId())
        .isNotEmpty()
        .isEqualTo(events.get(7).context().recoveryId())
        .isNotEqualTo(events.get(8).context().recoveryId());
    JournalVerification.Report report = JournalVerification.verify(journal());
    assertThat(report.isSound()).isTrue();
    assertThat(report.steps().applied()).isEqualTo(30);
    assertThat(report.steps().replayed()).isEqualTo(report.steps().rolledBack()).isPositive();
  }

  @Test
  void twoNewestCheckpointsGone_theThirdServes() throws Exception { // readiness: H6
    String clean = runs.cleanWeights(40, directory.resolve("clean"));
    runs.training(40, journal()).steps(35).build().resumeOrStart();
    Path copy = withoutItsEnd(journal());
    try (ServiceClient service = runs.connect()) {
      List<CheckpointRecord> all = JournalState.of(ProgressJournal.read(copy)).checkpoints();
      all.subList(all.size() - 2, all.size())
          .forEach(each -> service.createRestClient().checkpoints().delete(each.path()));
      assertThat(JournalVerification.verify(copy, service.createRestClient()).missing()).hasSize(2);
    }

    RunResult result = runs.training(40, copy).listener(events::add).build().resumeOrStart();

    assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
    assertThat(events(CheckpointRejected.class))
        .extracting(CheckpointRejected::reason)
        .hasSize(2)
        .allMatch(reason -> reason.startsWith("MISSING"));
    assertThat(events(CheckpointSelected.class)).last().returns(20L, CheckpointSelected::step);
    assertThat(events(Degraded.class))
        .extracting(Degraded::degradation)
        .contains(Degradation.OLDER_CHECKPOINT);
  }

  /** The copy of a journal as it was before the last step was known to be saved. */
  private Path withoutItsEnd(Path journal) throws Exception {
    Path copy = Files.createDirectories(directory.resolve("copy"));
    try (JournalWriter written = JournalWriter.open(copy)) {
      ProgressJournal.read(journal).stream()
          .filter(entry -> !(entry instanceof JournalEntry.RunFinished))
          .forEach(written::append);
    }
    return copy;
  }

  @Test
  void attemptsUsedUp_endsWithWhatWasTried() { // readiness: S8
    runs.server.setFaults(
        FaultScript.of(
            Fault.on(operation("optim_step")).nth(15).poisonRun(),
            Fault.on(operation("load_weights")).answer(503)));

    assertThatThrownBy(
            () -> runs.training(30, journal()).listener(events::add).build().resumeOrStart())
        .isInstanceOfSatisfying(
            RecoveryFailedException.class,
            e -> {
              assertThat(e).hasMessageContaining("after 3 attempts (maxAttempts)");
              assertThat(e.tried()).hasSize(4).element(0).asString().contains("corrupted");
            });
    assertThat(events(Started.class))
        .extracting(event -> event.context().attempt())
        .containsExactly(1, 2, 3);
    assertThat(events(Exhausted.class)).hasSize(1);
    assertThat(events(Started.class).get(2).context().elapsed())
        .isBetween(Duration.ofMinutes(9), Duration.ofMinutes(30));
  }

  @Test
  void optimizerRefused_withWeightsOnly_goesOnWithAnEvent() throws Exception { // readiness: H6
    runs.server.setFaults(
        FaultScript.of(
            Fault.on(operation("optim_step")).nth(15).poisonRun(),
            Fault.on(operation("load_weights").withBodyContaining("\"optimizer\":true"))
                .answer(400, "{\"detail\":\"no optimizer state\"}")));

    RunResult result =
        runs.training(20, journal())
            .policy(
                RecoveryPolicy.builder()
                    .onOptimizerLost(RecoveryPolicy.OptimizerLoss.WEIGHTS_ONLY)
                    .build())
            .listener(events::add)
            .build()
            .resumeOrStart();

    assertThat(result.steps()).isEqualTo(20);
    assertThat(events(Degraded.class))
        .extracting(Degraded::degradation)
        .contains(Degradation.WEIGHTS_ONLY);
  }

  @Test
  void saveThatFails_isTriedAgainAtTheNextStep() throws Exception { // readiness: F9, M3
    TrainingStep<List<Datum>> step =
        (client, batches, number) -> {
          if (number == 5) {
            client.saveState("step-000010").join();
          }
          return TrainingStep.of(LossFunction.CROSS_ENTROPY, any -> AdamParams.builder().build())
              .submit(client, batches, number);
        };

    RunResult result =
        runs.with(ResumableTraining.builder(Batches.of(TestRuns.batches(15), 1), step), journal())
            .policy(RecoveryPolicy.builder().build())
            .listener(events::add)
            .build()
            .resumeOrStart();

    assertThat(result.recoveries()).isZero();
    assertThat(events(Degraded.class))
        .extracting(Degraded::degradation)
        .containsExactly(Degradation.SAVE_FAILED);
    List<Long> steps =
        JournalState.of(ProgressJournal.read(journal())).checkpoints().stream()
            .map(CheckpointRecord::step)
            .toList();
    assertThat(steps).hasSize(3).startsWith(0L).endsWith(15L);
    assertThat(steps.get(1)).isBetween(11L, 13L);
  }

  @Test
  void accumulate_addsUpBatchesAndKeepsTheRestOfTheData() throws Exception {
    RunResult result = runs.training(25, journal()).accumulate(4).build().resumeOrStart();

    assertThat(result.steps()).isEqualTo(7);
    assertThatLedger(runs.server.ledger(result.modelId()))
        .hasEachStepOnce()
        .hasCount("forward_backward", 25)
        .hasCount("optim_step", 7);
  }

  @Test
  void stop_endsWithACheckpoint_fromWhichItGoesOn() throws Exception {
    String clean = runs.cleanWeights(30, directory.resolve("clean"));
    List<ResumableTraining> running = new ArrayList<>();
    running.add(
        runs.training(30, journal())
            .onStep(result -> {
              if (result.step() == 12) {
                running.get(0).stop();
              }
            })
            .build());

    RunResult stopped = running.get(0).resumeOrStart();
    RunResult result = runs.training(30, journal()).build().resumeOrStart();

    assertThat(stopped.isComplete()).isFalse();
    assertThat(stopped.steps()).isBetween(12L, 13L);
    assertThat(stopped.checkpointPath()).isNotEmpty();
    assertThat(result.isComplete()).isTrue();
    assertThat(result.replayed()).isZero();
    assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
  }

  @Test
  void secondProcess_andOtherSettings_areRefused() throws Exception {
    runs.training(3, journal()).build().resumeOrStart();

    assertThatThrownBy(() -> runs.training(3, journal()).accumulate(2).build().resumeOrStart())
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("other settings");
    try (JournalWriter other = JournalWriter.open(journal())) {
      assertThatThrownBy(() -> runs.training(3, journal()).build().resumeOrStart())
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("in use");
      assertThat(other.state().reached()).isEqualTo(3);
    }
  }

  @Test
  void twoRunsOfOneBuilder_shareNothing() throws Exception {
    Path second = directory.resolve("second");
    ResumableTraining.Builder<List<Datum>> builder = runs.training(3, journal());
    ResumableTraining one = builder.build();
    ResumableTraining other = builder.journal(second).build();

    RunResult first = one.resumeOrStart();

    assertThat(journal().resolve(JournalWriter.FILE)).exists();
    assertThat(second).doesNotExist();
    assertThat(other.resumeOrStart().modelId()).isNotEqualTo(first.modelId());
    assertThatLedger(runs.server.ledger(first.modelId())).hasEachStepOnce();
  }

  @Test
  void badRequest_isNoIncident() {
    List<List<Datum>> batches = List.of(List.of(Datum.supervised(1, 2, 1_000_000)));

    assertThatThrownBy(() ->
            runs.with(
                    ResumableTraining.supervised(
                        Batches.of(batches, 1), LossFunction.CROSS_ENTROPY, step -> 0.01),
                    journal())
                .listener(events::add)
                .build()
                .resumeOrStart())
        .isInstanceOf(RequestFailedException.class);
    assertThat(events).isEmpty();
  }

  /** One bad token among so many examples that the pass is sent as two requests. */
  @Test
  void badDatumOfAPassOfTwoRequests_isNoIncident() {
    List<Datum> batch = new ArrayList<>(Collections.nCopies(1_500, Datum.supervised(97, 98, 99)));
    batch.add(Datum.supervised(97, 98, 1_000_000));
    List<List<Datum>> batches = List.of(List.of(Datum.supervised(97, 98, 99)), batch);

    assertThatThrownBy(() ->
            runs.with(
                    ResumableTraining.supervised(
                        Batches.of(batches, 1), LossFunction.CROSS_ENTROPY, step -> 0.01),
                    journal())
                .listener(events::add)
                .build()
                .resumeOrStart())
        .isInstanceOfSatisfying(
            PartialPassException.class, partial -> assertThat(partial.isUserError()).isTrue())
        .hasMessageContaining("data[1500]");
    assertThat(events).isEmpty();
  }

  /** The same by a fault of the server's stays an incident. */
  @Test
  void passOfTwoRequestsOfWhichTheServerFailsOne_isRecoveredFrom() throws Exception {
    List<Datum> batch = Collections.nCopies(1_500, Datum.supervised(97, 98, 99));
    List<List<Datum>> batches = List.of(List.of(Datum.supervised(97, 98, 99)), batch);
    AtomicBoolean isFailed = new AtomicBoolean();
    UnaryOperator<String> failingOnce =
        result ->
            result.length() > 50_000 && isFailed.compareAndSet(false, true)
                ? "{\"error\":\"out of memory\",\"category\":\"server\"}"
                : result;
    try (TestRuns json =
        TestRuns.on(server -> server.protobufResults(false).keepsStateInMemory(true))) {
      RunResult result =
          json.with(
                  ResumableTraining.supervised(
                      Batches.of(batches, 1), LossFunction.CROSS_ENTROPY, step -> 0.01),
                  journal())
              .service(() ->
                  json.connecting()
                      .transport(new RewrittenResults(json.server.transport(), failingOnce))
                      .build())
              .listener(events::add)
              .build()
              .resumeOrStart();

      assertThat(result.isComplete()).isTrue();
      assertThat(result.recoveries()).isEqualTo(1);
    }
    assertThat(events(Detected.class))
        .singleElement()
        .asString()
        .contains("1 of 2 requests of this call have failed");
  }

  // readiness: M7, S11, S13
  @Test
  void retentionAndTracker_workBesideTheRun() throws Exception {
    Path log = directory.resolve("log.jsonl");

    RunResult result =
        runs.training(60, journal())
            .retention(RetentionPolicy.builder().keepLast(2).build())
            .tracker(ExperimentTracker.jsonLines(log))
            .build()
            .resumeOrStart();

    assertThat(JournalState.of(ProgressJournal.read(journal())).checkpoints())
        .extracting(CheckpointRecord::step)
        .containsExactly(50L, 60L);
    try (ServiceClient service = runs.connect()) {
      assertThat(service.createRestClient().checkpoints().list(result.modelId()).checkpoints())
          .hasSize(2);
    }
    List<String> lines = Files.readAllLines(log);
    assertThat(lines.get(0)).contains("\"start\"");
    assertThat(lines).filteredOn(line -> line.contains("\"metrics\"")).hasSize(60);
    assertThat(lines)
        .filteredOn(line -> line.contains("\"artifact\""))
        .hasSize(7)
        .last()
        .asString()
        .contains("\"step-60\"", result.checkpointPath(), "\"checksum\":null")
        .matches(".*\"size_bytes\":[1-9][0-9]+.*");
    assertThat(lines).last().asString().contains("finished");
  }

  // readiness: S11, U11
  @Test
  void tracker_hearsHowARunEnds_alsoWhenItIsStoppedOrGivenUp() throws Exception {
    List<ExperimentTracker.Status> ends = new ArrayList<>();
    ExperimentTracker tracker = new Ends(ends);

    ResumableTraining stopped = runs.training(30, journal()).tracker(tracker).build();
    stopped.stop();
    assertThat(stopped.resumeOrStart().isComplete()).isFalse();

    assertThatThrownBy(() ->
            runs.training(30, journal())
                .tracker(tracker)
                .onStep(step -> Thread.currentThread().interrupt())
                .build()
                .resumeOrStart())
        .isInstanceOf(InterruptedException.class);

    runs.server.setFaults(
        FaultScript.of(
            Fault.on(operation("load_weights")).answer(503),
            Fault.on(operation("create_model")).answer(503)));
    assertThatThrownBy(() -> runs.training(30, journal()).tracker(tracker).build().resumeOrStart())
        .isInstanceOf(RecoveryFailedException.class);

    runs.server.setFaults(FaultScript.none());
    assertThat(runs.training(30, journal()).tracker(tracker).build().resumeOrStart().isComplete())
        .isTrue();
    assertThat(ends)
        .containsExactly(
            ExperimentTracker.Status.STOPPED,
            ExperimentTracker.Status.STOPPED,
            ExperimentTracker.Status.FAILED,
            ExperimentTracker.Status.FINISHED);
  }

  /** Notes how runs end. */
  private record Ends(List<ExperimentTracker.Status> ends) implements ExperimentTracker {
    @Override
    public void start(Map<String, String> parameters) {}

    @Override
    public void metrics(long step, Map<String, Double> metrics) {}

    @Override
    public void artifact(Artifact artifact) {}

    @Override
    public void finish(Status status) {
      ends.add(status);
    }
  }
}

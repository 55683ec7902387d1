package io.tinker4j.chaos;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.BestMetric;
import io.tinker4j.recovery.CheckpointSchedule;
import io.tinker4j.recovery.JournalVerification;
import io.tinker4j.recovery.ProgressJournal;
import io.tinker4j.recovery.RecoveryPolicy;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RetentionPolicy;
import io.tinker4j.recovery.RunMonitor;
import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.validation.CheckpointValidator;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.training.RestClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The snippets of {@code docs/recovery.md}, run. */
@Timeout(60)
class RecoveryGuideTest {
  private static final String MODEL = "tinker4j/nano-bytes";

  @TempDir private Path directory;

  private static ServiceClient connect(EmbeddedTinkerServer server) {
    return ServiceClient.builder().baseUrl(server.baseUrl().toString()).apiKey("tml-test").build();
  }

  @Test
  void plainRun_andItsProof() throws Exception {
    List<List<Datum>> batches = ChaosRun.data();
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      var result =
          ResumableTraining.supervised(
                  Batches.of(batches, 1), LossFunction.CROSS_ENTROPY, step -> 1e-3)
              .service(() -> connect(server))
              .baseModel(MODEL)
              .journal(directory)
              .build()
              .resumeOrStart();

      assertThat(result.steps()).isEqualTo(50);
      assertThat(JournalVerification.verify(directory).isSound()).isTrue();
    }
  }

  @Test
  void drill_withEverythingSet() throws Exception {
    List<List<Datum>> batches = ChaosRun.data();
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ServiceClient watching = connect(server)) {
      server.setFaults(FaultScript.of(Fault.on(operation("optim_step")).nth(33).poisonRun()));
      RecoveryPolicy policy =
          RecoveryPolicy.builder()
              .maxAttempts(5)
              .verifyOptimizer(true)
              .validation(CheckpointValidator.Level.ARCHIVE)
              .build();

      try (RunMonitor monitor = RunMonitor.start(watching.createRestClient(), policy)) {
        var result =
            ResumableTraining.supervised(
                    Batches.of(batches, 1), LossFunction.CROSS_ENTROPY, step -> 1e-3)
                .service(() -> connect(server))
                .baseModel(MODEL)
                .journal(directory)
                .policy(policy)
                .monitor(monitor)
                .schedule(
                    CheckpointSchedule.builder().everySteps(10).every(Duration.ofHours(1)).build())
                .retention(
                    RetentionPolicy.builder()
                        .keepLast(3)
                        .keepBest(new BestMetric("loss:sum", BestMetric.Goal.MIN))
                        .build())
                .listener(System.out::println)
                .build()
                .resumeOrStart();

        assertThat(result.recoveries()).isEqualTo(1);
        assertThat(result.replayed()).isPositive();
      }
    }
  }

  @Test
  void manualRecovery_inOneCall() throws Exception { // readiness: H3, J5, S10, U3
    List<List<Datum>> batches = ChaosRun.data();
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      ResumableTraining.supervised(Batches.of(batches, 1), LossFunction.CROSS_ENTROPY, step -> 1e-3)
          .service(() -> connect(server))
          .baseModel(MODEL)
          .journal(directory)
          .steps(20)
          .build()
          .resumeOrStart();

      ResumableTraining training =
          ResumableTraining.supervised(
                  Batches.of(batches, 1), LossFunction.CROSS_ENTROPY, step -> 1e-3)
              .service(() -> connect(server))
              .baseModel(MODEL)
              .journal(directory)
              .build();
      CheckpointRecord from = training.recoverNow(); // or recoverFrom(path)
      var result = training.resumeOrStart();

      assertThat(from.step()).isEqualTo(20);
      assertThat(result.steps()).isEqualTo(50);
      assertThat(JournalVerification.verify(directory).isSound()).isTrue();
    }
  }

  @Test
  void manualRecovery_inFiveSteps() throws Exception { // readiness: H3, J5, L6, S10
    List<List<Datum>> batches = ChaosRun.data();
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ServiceClient service = connect(server)) {
      ResumableTraining.supervised(Batches.of(batches, 1), LossFunction.CROSS_ENTROPY, step -> 1e-3)
          .service(() -> connect(server))
          .baseModel(MODEL)
          .journal(directory)
          .steps(20)
          .build()
          .resumeOrStart();
      RestClient rest = service.createRestClient();

      List<CheckpointRecord> checkpoints = new ArrayList<>(); // 1: what there is
      for (JournalEntry entry : ProgressJournal.read(directory)) {
        if (entry instanceof JournalEntry.CheckpointSaved saved) {
          checkpoints.add(saved.checkpoint());
        }
      }
      CheckpointRecord newest = checkpoints.get(checkpoints.size() - 1);
      boolean corrupted = // 2: is it the run?
          rest.runs().getByTinkerPath(newest.path()).isCorrupted();
      var finding = // 3: is the checkpoint good?
          CheckpointValidator.of(service)
              .validate(
                  newest.path(),
                  CheckpointValidator.Level.ARCHIVE,
                  new CheckpointValidator.Expectations(MODEL, OptionalInt.of(32)));
      TrainingClient training = // 4: a new model with weights and optimizer
          service.createTrainingClientFromStateWithOptimizer(newest.path());
      try (var rows = Batches.of(batches, 1).open(newest.position())) { // 5: behind that step
        var pass = training.forwardBackward(rows.next(), LossFunction.CROSS_ENTROPY);
        CompletableFuture.allOf(pass).join();
      }

      assertThat(corrupted).isFalse();
      assertThat(finding).isEmpty();
      assertThat(newest.step()).isEqualTo(20);
    }
  }
}

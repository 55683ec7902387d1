package io.tinker4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.JournalVerification;
import io.tinker4j.recovery.ProgressJournal;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.testkit.observe.ServerAssertions;
import io.tinker4j.training.ServiceClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RecoveryExamplesTest {
  @TempDir private Path directory;
  private final ExampleServer example = ExampleServer.start();

  @AfterEach
  void stop() {
    example.close();
  }

  @Test
  void scheduledCheckpoints_keepsTheNewestAndTheBest() throws Exception {
    RunResult result = ScheduledCheckpoints.run(example::connect, ExampleServer.MODEL, directory);

    assertThat(result.steps()).isEqualTo(30);
    assertThat(ProgressJournal.read(directory))
        .filteredOn(JournalEntry.CheckpointSaved.class::isInstance)
        .hasSizeGreaterThanOrEqualTo(6);
    try (ServiceClient service = example.connect()) {
      assertThat(service.createRestClient().checkpoints().all())
          .hasSizeBetween(2, 3)
          .anySatisfy(each -> assertThat(each.tinkerPath()).isEqualTo(result.checkpointPath()));
    }
  }

  @Test
  void resumeWithJournal_endedInTheMiddle_takesEachStepOnce() throws Exception {
    List<Long> steps = new ArrayList<>();
    assertThatThrownBy(() ->
            ResumeWithJournal.run(
                example::connect,
                ExampleServer.MODEL,
                directory,
                step -> {
                  if (step == 25) {
                    throw new IllegalStateException("the power fails");
                  }
                }))
        .hasMessageContaining("the power fails");

    RunResult result =
        ResumeWithJournal.run(example::connect, ExampleServer.MODEL, directory, steps::add);

    assertThat(result.steps()).isEqualTo(40);
    assertThat(steps).contains(40L).doesNotContain(1L);
    JournalVerification.Report report = JournalVerification.verify(directory);
    assertThat(report.isSound()).isTrue();
    assertThat(report.steps().applied()).isEqualTo(40);
  }

  @Test
  void recoverySimulated_findsTheBrokenRunAndRestoresIt() {
    RecoverySimulated.Recovered recovered = RecoverySimulated.run(example.server);

    assertThat(recovered.detection().isGone()).isFalse();
    assertThat(recovered.detection().runId()).isNotEqualTo(recovered.modelId());
    assertThat(recovered.checkpoint()).contains(recovered.detection().runId()).endsWith("/before");
    assertThat(example.requests("load_weights")).isEqualTo(1);
  }

  @Test
  void experimentTracking_notesSettingsStepsAndCheckpoints() throws Exception {
    RunResult result = ExperimentTracking.run(example::connect, ExampleServer.MODEL, directory);

    List<String> lines = Files.readAllLines(directory.resolve("experiment.jsonl"));
    assertThat(lines).filteredOn(line -> line.contains("loss:sum")).hasSizeGreaterThanOrEqualTo(10);
    assertThat(lines).anySatisfy(line -> assertThat(line).contains(result.checkpointPath()));
    assertThat(lines.get(lines.size() - 1)).containsIgnoringCase("finished");
  }

  @Test
  void chaosDemo_carriesEachStepOutOnce() {
    ChaosDemo.Outcome outcome = ChaosDemo.run(example.server, 10);

    ServerAssertions.assertThatLedger(outcome.ledger())
        .hasEachStepOnce()
        .hasCount("optim_step", 10)
        .hasCount("forward_backward", 10);
    assertThat(outcome.requests()).isEqualTo(12);
  }
}

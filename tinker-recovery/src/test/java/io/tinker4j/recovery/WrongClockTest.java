package io.tinker4j.recovery;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.recovery.store.JournalState;
import io.tinker4j.recovery.store.JournalWriter;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.Time;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Checkpoint;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose wall clock jumps: what is newest, and what may be deleted, does not depend on it. */
@Timeout(60)
class WrongClockTest {
  @TempDir private Path directory;
  private final TestRuns runs = new TestRuns();

  @AfterEach
  void stop() {
    runs.close();
  }

  private Path journal() {
    return directory.resolve("run");
  }

  private void shiftClock(Duration by) {
    ((ManualTime) runs.time).shiftClock(by);
  }

  private ResumableTraining.Builder<?> keepingTwo() {
    return runs.training(40, journal())
        .schedule(CheckpointSchedule.builder().everySteps(5).build())
        .retention(RetentionPolicy.builder().keepLast(2).build());
  }

  private List<Long> journalled() {
    return JournalState.of(ProgressJournal.read(journal())).checkpoints().stream()
        .map(CheckpointRecord::step)
        .toList();
  }

  private List<String> stored(String... runIds) {
    List<String> paths = new ArrayList<>();
    try (ServiceClient service = runs.connect()) {
      for (String runId : runIds) {
        service.createRestClient().checkpoints().list(runId).checkpoints().stream()
            .map(Checkpoint::tinkerPath)
            .forEach(paths::add);
      }
    }
    return paths;
  }

  @Test
  void clockSetBackInMidRun_keepsTheFinalCheckpoint() throws Exception {
    RunResult result =
        keepingTwo()
            .onStep(step -> {
              if (step.step() == 21) {
                shiftClock(Duration.ofMinutes(-10));
              }
            })
            .build()
            .resumeOrStart();

    assertThat(result.isComplete()).isTrue();
    assertThat(result.checkpointPath()).endsWith("weights/step-000040");
    assertThat(journalled()).containsExactly(35L, 40L);
    assertThat(stored(result.modelId())).hasSize(2).contains(result.checkpointPath());
  }

  @Test
  void failOverToAMachineWhoseClockIsBehind_keepsTheFinalCheckpoint() throws Exception {
    List<ResumableTraining> running = new ArrayList<>();
    running.add(
        keepingTwo()
            .onStep(step -> {
              if (step.step() == 20) {
                running.get(0).stop();
              }
            })
            .build());
    String first = running.get(0).resumeOrStart().modelId();
    shiftClock(Duration.ofHours(-1));

    RunResult result = keepingTwo().build().resumeOrStart();

    assertThat(result.checkpointPath()).endsWith("weights/step-000040");
    assertThat(journalled()).contains(35L, 40L);
    assertThat(stored(first, result.modelId())).contains(result.checkpointPath());
  }

  @Test
  void clockThatIsAhead_doesNotMakeCheckpointsExpired() throws Exception {
    String clean = runs.cleanWeights(30, directory.resolve("clean"));
    CheckpointSchedule kept =
        CheckpointSchedule.builder().everySteps(10).ttl(Duration.ofDays(1)).build();
    runs.server.setFaults(FaultScript.of(Fault.on(operation("optim_step")).nth(25).poisonRun()));

    RunResult result =
        runs.training(30, journal())
            .schedule(kept)
            .inFlight(1)
            .time(new AheadBy(runs.time, Duration.ofDays(2)))
            .build()
            .resumeOrStart();

    assertThat(result.replayed()).isEqualTo(4);
    assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
  }

  /** The same time by a wall clock that is wrong. */
  private record AheadBy(Time right, Duration error) implements Time {
    @Override
    public Instant now() {
      return right.now().plus(error);
    }

    @Override
    public long nanoTime() {
      return right.nanoTime();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
      right.sleep(duration);
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
      return right.schedule(delay, task);
    }
  }

  @Test
  void lastSaveThatKeepsFailing_isNoCompleteRun() throws Exception {
    TrainingStep<List<Datum>> plain =
        TrainingStep.of(
            LossFunction.CROSS_ENTROPY, step -> AdamParams.builder().learningRate(0.01).build());
    TrainingStep<List<Datum>> takingTheNames =
        (client, batches, step) -> {
          if (step == 12) {
            for (String name : List.of("step-000015", "step-000015-1", "step-000015-2")) {
              client.saveState(name).join();
            }
          }
          return plain.submit(client, batches, step);
        };

    assertThatThrownBy(() -> stepping(takingTheNames).build().resumeOrStart())
        .isInstanceOf(RecoveryFailedException.class)
        .hasMessageContaining("step 15 could not be saved");

    RunResult result = stepping(plain).build().resumeOrStart();
    assertThat(result.isComplete()).isTrue();
    assertThat(result.checkpointPath()).endsWith("weights/step-000015");
  }

  private ResumableTraining.Builder<List<Datum>> stepping(TrainingStep<List<Datum>> step) {
    return runs.with(
            ResumableTraining.builder(Batches.of(TestRuns.batches(15), 1), step), journal())
        .policy(RecoveryPolicy.builder().build());
  }

  @Test
  void journalOfACompleteRun_withoutItsCheckpoint_isNoSuccess() throws Exception {
    String last = runs.training(15, journal()).build().resumeOrStart().checkpointPath();
    try (JournalWriter journal = JournalWriter.open(journal())) {
      journal.append(new JournalEntry.CheckpointDropped(last, "retention"));
    }

    assertThatThrownBy(() -> runs.training(15, journal()).build().resumeOrStart())
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("recoverNow()");
  }
}

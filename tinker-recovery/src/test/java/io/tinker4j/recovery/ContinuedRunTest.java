package io.tinker4j.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run that is complete, started again with more to do, or as another one. */
@Timeout(60)
class ContinuedRunTest {
  @TempDir private Path directory;
  private final TestRuns runs = new TestRuns();

  @AfterEach
  void stop() {
    runs.close();
  }

  private Path journal() {
    return directory.resolve("run");
  }

  private static double rate(long step) {
    return 0.01;
  }

  private ResumableTraining.Builder<List<Datum>> run(List<List<Datum>> data, long epochs) {
    return run(data, epochs, LossFunction.CROSS_ENTROPY, ContinuedRunTest::rate, journal());
  }

  private ResumableTraining.Builder<List<Datum>> run(
      List<List<Datum>> data,
      long epochs,
      LossFunction loss,
      LongToDoubleFunction rate,
      Path journal) {
    return runs.with(ResumableTraining.supervised(Batches.of(data, epochs), loss, rate), journal);
  }

  private void assertGoesOn(ResumableTraining.Builder<List<Datum>> clean, ResumableTraining more)
      throws Exception {
    ResumableTraining.Result whole =
        clean.journal(directory.resolve("clean")).build().resumeOrStart();

    ResumableTraining.Result result = more.resumeOrStart();

    assertThat(result.steps()).isEqualTo(whole.steps());
    assertThat(result.isComplete()).isTrue();
    assertThat(result.replayed()).isZero();
    assertThat(runs.server.weightsHash(result.modelId()))
        .isEqualTo(runs.server.weightsHash(whole.modelId()));
    assertThat(JournalVerification.verify(journal()).isSound()).isTrue();
  }

  @Test
  void finishedRun_withMoreEpochs_goesOnFromItsFinalCheckpoint() throws Exception {
    List<List<Datum>> data = TestRuns.batches(8);
    run(data, 1).build().resumeOrStart();

    assertGoesOn(run(data, 3), run(data, 3).build());
  }

  @Test
  void finishedRun_withMoreSteps_goesOnFromItsFinalCheckpoint() throws Exception {
    List<List<Datum>> data = TestRuns.batches(12);
    run(data, 1).steps(5).build().resumeOrStart();

    assertGoesOn(run(data, 1).steps(9), run(data, 1).steps(9).build());
  }

  @Test
  void finishedRun_withMoreData_trainsOnWhatWasAppended() throws Exception {
    List<List<Datum>> data = TestRuns.batches(12);
    run(data.subList(0, 7), 1).build().resumeOrStart();

    assertGoesOn(run(data, 1), run(data, 1).build());
  }

  @Test
  void finishedRun_withAnotherLoss_isRefused() throws Exception {
    List<List<Datum>> data = TestRuns.batches(5);
    run(data, 1).build().resumeOrStart();

    assertThatThrownBy(() ->
            run(data, 1, LossFunction.IMPORTANCE_SAMPLING, ContinuedRunTest::rate, journal())
                .build()
                .resumeOrStart())
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("loss");
  }

  @Test
  void finishedRun_withAnotherLearningRate_isRefused() throws Exception {
    List<List<Datum>> data = TestRuns.batches(5);
    run(data, 1).build().resumeOrStart();

    for (LongToDoubleFunction rate :
        List.<LongToDoubleFunction>of(step -> 0.02, step -> step == 3 ? 0.02 : 0.01)) {
      assertThatThrownBy(() ->
              run(data, 1, LossFunction.CROSS_ENTROPY, rate, journal()).build().resumeOrStart())
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("learning_rate");
    }
  }

  @Test
  void finishedRun_withAnotherOptimizer_isRefused() throws Exception {
    adam(AdamParams.builder().build()).build().resumeOrStart();

    assertThatThrownBy(
            () -> adam(AdamParams.builder().weightDecay(0.5).build()).build().resumeOrStart())
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("optimizer")
        .hasMessageContaining("weight decay 0.5");
  }

  private ResumableTraining.Builder<List<Datum>> adam(AdamParams params) {
    return runs.with(
        ResumableTraining.builder(
            Batches.of(TestRuns.batches(3), 1),
            TrainingStep.of(LossFunction.CROSS_ENTROPY, step -> params)),
        journal());
  }

  /** What the version before this one has not written down is unknown, not different. */
  @Test
  void journalThatSaysNothingOfItsSteps_isGoneOnWith() throws Exception {
    List<List<Datum>> data = TestRuns.batches(8);
    run(data, 1).journal(directory.resolve("written")).build().resumeOrStart();
    try (ProgressJournal old = ProgressJournal.open(journal())) {
      for (JournalEntry entry : ProgressJournal.read(directory.resolve("written"))) {
        switch (entry) {
          case JournalEntry.RunOpened unused -> {}
          case JournalEntry.RunBegun begun ->
              old.append(new JournalEntry.RunBegun(begun.configHash()));
          case JournalEntry.CheckpointSaved(CheckpointRecord checkpoint) ->
              old.append(
                  new JournalEntry.CheckpointSaved(
                      CheckpointRecord.builder().from(checkpoint).identity(Map.of()).build()));
          default -> old.append(entry);
        }
      }
    }

    assertGoesOn(run(data, 2), run(data, 2).build());
  }

  @Test
  void finishedRun_withChangedRows_isRefused() throws Exception {
    List<List<Datum>> data = TestRuns.batches(5);
    run(data, 1).build().resumeOrStart();
    List<List<Datum>> changed = new ArrayList<>(data);
    changed.set(2, List.of(Datum.supervised(1, 2, 3)));
    changed.add(List.of(Datum.supervised(1, 2, 3)));

    assertThatThrownBy(() -> run(changed, 2).build().resumeOrStart())
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("data");
  }
}

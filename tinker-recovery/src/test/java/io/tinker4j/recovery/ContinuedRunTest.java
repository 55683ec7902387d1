package io.tinker4j.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.recovery.store.JournalWriter;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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
    RunResult whole = clean.journal(directory.resolve("clean")).build().resumeOrStart();

    RunResult result = more.resumeOrStart();

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
    try (JournalWriter old = JournalWriter.open(journal())) {
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
        .hasMessageContaining("the first 5 batches of the data are not those that were read");
  }

  @Test
  void finishedRun_withLessData_isToldHowManyBatchesWereRead() throws Exception {
    List<List<Datum>> data = TestRuns.batches(5);
    run(data, 1).build().resumeOrStart();

    assertThatThrownBy(() -> run(data.subList(0, 3), 4).build().resumeOrStart())
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("the data has 3 batches, but 5 were read up to step 5");
  }

  @Test
  void finishedRun_withAnotherIdentityOfItsData_namesBoth() throws Exception {
    List<List<Datum>> data = TestRuns.batches(5);
    versioned(data, "v1").build().resumeOrStart();

    assertThatThrownBy(() -> versioned(data, "v2").build().resumeOrStart())
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("the data up to step 5 is v2, and was v1");
  }

  private ResumableTraining.Builder<List<Datum>> versioned(List<List<Datum>> data, String version) {
    Batches<List<Datum>> all = Batches.of(data, 1);
    Batches<List<Datum>> batches =
        new Batches<>() {
          @Override
          public Reader<List<Datum>> open(DataPosition position) {
            return all.open(position);
          }

          @Override
          public String identity(DataPosition before) {
            return version;
          }
        };
    return runs.with(
        ResumableTraining.builder(
            batches,
            TrainingStep.of(LossFunction.CROSS_ENTROPY, step -> AdamParams.builder().build())),
        journal());
  }

  private static Arguments other(
      String difference, UnaryOperator<ResumableTraining.Builder<List<Datum>>> change) {
    return Arguments.of(difference, change);
  }

  static Stream<Arguments> otherSettings() {
    LoraOptions lora = LoraOptions.builder().rank(2).seed(7).build();
    return Stream.of(
        other(
            "baseModel is tinker4j/tiny-bytes, and was tinker4j/nano-bytes",
            run -> run.baseModel("tinker4j/tiny-bytes")),
        other(
            "lora.rank is 4, and was 2",
            run -> run.lora(LoraOptions.builder().from(lora).rank(4).build())),
        other(
            "lora.seed is 8, and was 7",
            run -> run.lora(LoraOptions.builder().from(lora).seed(8).build())),
        other(
            "lora.seed is not set, and was 7",
            run -> run.lora(LoraOptions.builder().rank(2).build())),
        other(
            "lora.trainMlp is false, and was true",
            run -> run.lora(LoraOptions.builder().from(lora).trainMlp(false).build())),
        other("accumulate is 2, and was 1", run -> run.accumulate(2)),
        other("tokenizerId is bytes, and was not set", run -> run.tokenizerId("bytes")),
        other(
            "configuration.split is b, and was a",
            run -> run.configuration(Map.of("split", "b", "kept", "1"))),
        other(
            "configuration.kept is not set, and was 1",
            run -> run.configuration(Map.of("split", "a"))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("otherSettings")
  void anotherSetting_isNamedWithBothValues(
      String difference, UnaryOperator<ResumableTraining.Builder<List<Datum>>> change)
      throws Exception {
    Map<String, String> configuration = Map.of("split", "a", "kept", "1");
    run(TestRuns.batches(3), 1).configuration(configuration).build().resumeOrStart();

    ResumableTraining other =
        change.apply(run(TestRuns.batches(3), 2).configuration(configuration)).build();

    assertThatThrownBy(other::resumeOrStart)
        .isInstanceOf(JournalException.class)
        .hasMessageContaining(
            "the journal belongs to a run with other settings: " + difference + ".");
  }

  /** Journals of before say only that something differs. */
  @Test
  void anotherSetting_inAJournalWithoutThem_isRefusedAllTheSame() throws Exception {
    try (JournalWriter old = JournalWriter.open(journal())) {
      old.append(new JournalEntry.RunBegun("abc"));
    }

    assertThatThrownBy(() -> run(TestRuns.batches(3), 1).build().resumeOrStart())
        .hasMessageContaining(
            "the base model, the adapter, accumulate or the configuration differ");
  }

  @Test
  void finishedRun_withMoreToDo_isNoIncident() throws Exception {
    List<List<Datum>> data = TestRuns.batches(8);
    run(data, 1).build().resumeOrStart();
    List<RecoveryEvent> events = new ArrayList<>();

    RunResult result = run(data, 2).listener(events::add).build().resumeOrStart();

    assertThat(result.isComplete()).isTrue();
    assertThat(result.recoveries()).isZero();
    assertIsNoRecovery(events);
  }

  private static void assertIsNoRecovery(List<RecoveryEvent> events) {
    assertThat(events)
        .noneMatch(RecoveryEvent.Detected.class::isInstance)
        .noneMatch(RecoveryEvent.Started.class::isInstance)
        .noneMatch(RecoveryEvent.ReplayStarted.class::isInstance)
        .noneMatch(RecoveryEvent.Completed.class::isInstance)
        .anyMatch(RecoveryEvent.CheckpointSelected.class::isInstance)
        .allMatch(each -> each.context().recoveryId().isEmpty());
  }

  private RunResult stopped(CheckpointSchedule schedule) throws Exception {
    List<ResumableTraining> running = new ArrayList<>();
    running.add(
        run(TestRuns.batches(30), 1)
            .schedule(schedule)
            .onStep(step -> {
              if (step.step() == 14) {
                running.getFirst().stop();
              }
            })
            .build());
    return running.getFirst().resumeOrStart();
  }

  @Test
  void stoppedRun_startedAgain_isNoIncident() throws Exception {
    RunResult before = stopped(CheckpointSchedule.builder().everySteps(10).build());
    assertThat(before.isComplete()).isFalse();
    List<RecoveryEvent> events = new ArrayList<>();

    RunResult result = run(TestRuns.batches(30), 1).listener(events::add).build().resumeOrStart();

    assertThat(result.isComplete()).isTrue();
    assertThat(result.recoveries()).isZero();
    assertThat(result.replayed()).isZero();
    assertIsNoRecovery(events);
  }

  @Test
  void runThatEndedWithoutACheckpointOfItsLastStep_startedAgain_isAnIncidentThatSaysSo()
      throws Exception {
    RunResult before = stopped(CheckpointSchedule.builder().everySteps(10).onClose(false).build());
    List<RecoveryEvent> events = new ArrayList<>();

    RunResult result = run(TestRuns.batches(30), 1).listener(events::add).build().resumeOrStart();

    assertThat(result.recoveries()).isEqualTo(1);
    assertThat(events)
        .filteredOn(RecoveryEvent.Detected.class::isInstance)
        .singleElement()
        .asString()
        .contains(
            "an earlier process ended with step %d, and the last checkpoint is of step 10"
                .formatted(before.steps()));
  }
}

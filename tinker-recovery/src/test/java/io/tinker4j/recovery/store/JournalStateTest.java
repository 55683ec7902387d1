package io.tinker4j.recovery.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointDropped;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointSaved;
import io.tinker4j.recovery.journal.JournalEntry.LineageBegun;
import io.tinker4j.recovery.journal.JournalEntry.RunBegun;
import io.tinker4j.recovery.journal.JournalEntry.RunFinished;
import io.tinker4j.recovery.journal.JournalEntry.RunOpened;
import io.tinker4j.recovery.journal.JournalEntry.StepSubmitted;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What entries add up to. */
class JournalStateTest {
  private static final LineageBegun FIRST = new LineageBegun(0, "model-0", -1, 0);
  private static final LineageBegun SECOND = new LineageBegun(1, "model-1", 0, 4);

  private static JournalState.View of(JournalEntry... entries) {
    return JournalState.of(List.of(entries));
  }

  private static StepSubmitted submitted(int lineage, long step) {
    return new StepSubmitted(lineage, step, new DataPosition(step, 0, ""));
  }

  private static CheckpointRecord checkpoint(int lineage, long step) {
    return CheckpointRecord.builder()
        .path("tinker://model-%d/weights/%d".formatted(lineage, step))
        .step(step)
        .savedAt(Instant.EPOCH)
        .position(new DataPosition(step, 0, ""))
        .lineage(lineage)
        .configHash("abc")
        .build();
  }

  @Test
  void nothing_isNothing() {
    JournalState.View state = of();

    assertThat(state.configHash()).isEmpty();
    assertThat(state.finished()).isEmpty();
    assertThat(state.submitted()).isEmpty();
    assertThat(state.lost()).isEmpty();
    assertThat(state.token()).isZero();
    assertThat(state.highest()).isZero();
    assertThat(state.reached()).isZero();
    assertThat(state.isUntouchedBase(checkpoint(0, 0))).isFalse();
    assertThat(SurvivingLineage.of(state)).isEmpty();
  }

  @Test
  void begin_end_ownersAndSubmission_areTheLast() {
    JournalState.View state =
        of(
            new RunOpened(7),
            new RunBegun("abc"),
            FIRST,
            submitted(0, 1),
            new RunOpened(3),
            submitted(0, 2),
            new RunFinished(2, "model-0"));

    assertThat(state.configHash()).contains("abc");
    assertThat(state.token()).isEqualTo(7);
    assertThat(state.submitted()).contains(submitted(0, 2));
    assertThat(state.finished()).contains(new RunFinished(2, "model-0"));
    assertThat(of(FIRST, new RunFinished(2, "model-0"), SECOND).finished())
        .as("a run that goes on")
        .isEmpty();
  }

  @Test
  void confirmedSteps_thatTouchInOneLineage_areOneRange() {
    JournalState.View state =
        of(
            FIRST,
            new StepsConfirmed(0, 1, 1),
            new StepsConfirmed(0, 2, 5),
            new StepsConfirmed(0, 7, 7),
            new StepsConfirmed(0, 7, 8),
            new StepsConfirmed(1, 9, 9));

    assertThat(state.confirmed())
        .containsExactly(
            new StepsConfirmed(0, 1, 5),
            new StepsConfirmed(0, 7, 7),
            new StepsConfirmed(0, 7, 8),
            new StepsConfirmed(1, 9, 9));
    assertThat(state.highest()).isEqualTo(9);
    assertThat(state.reached()).as("in the newest lineage").isEqualTo(8);
  }

  @Test
  void checkpoints_areThoseNotDropped_inTheirOrder() {
    JournalState.View state =
        of(
            FIRST,
            new CheckpointSaved(checkpoint(0, 2)),
            new CheckpointSaved(checkpoint(0, 4)),
            new CheckpointSaved(checkpoint(0, 6)),
            new CheckpointDropped("tinker://model-0/weights/4", "retention"));

    assertThat(state.checkpoints()).extracting(CheckpointRecord::step).containsExactly(2L, 6L);
    assertThat(state.checkpoints().stream().sorted(CheckpointOrder.NEWEST_FIRST))
        .extracting(CheckpointRecord::step)
        .containsExactly(6L, 2L);
    assertThat(CheckpointOrder.NEWEST_FIRST.compare(checkpoint(1, 2), checkpoint(0, 9)))
        .as("a later lineage before a later step")
        .isNegative();
  }

  @Test
  void untouchedBase_isTheCheckpointOfTheNewestLineageUntilItTakesAStep() {
    JournalState.View state = of(FIRST, new StepsConfirmed(0, 1, 6), SECOND);

    assertThat(state.reached()).isEqualTo(4);
    assertThat(state.isUntouchedBase(checkpoint(0, 4))).isTrue();
    assertThat(state.isUntouchedBase(checkpoint(0, 3))).isFalse();
    assertThat(state.isUntouchedBase(checkpoint(1, 4))).isFalse();
    assertThat(of(FIRST, SECOND, new StepsConfirmed(1, 5, 5)).isUntouchedBase(checkpoint(0, 4)))
        .isFalse();
  }

  @Test
  void lost_isWhatNoCheckpointHas() {
    CheckpointSaved saved = new CheckpointSaved(checkpoint(0, 4));

    assertThat(of(FIRST, new StepsConfirmed(0, 1, 4), saved).lost()).isEmpty();
    assertThat(of(FIRST, new StepsConfirmed(0, 1, 5), saved).lost())
        .contains("an earlier process ended with step 5, and the last checkpoint is of step 4");
    assertThat(of(FIRST, new StepsConfirmed(0, 1, 5)).lost())
        .contains("an earlier process ended with step 5, and there is no checkpoint");
    assertThat(of(FIRST, new StepsConfirmed(0, 1, 4), saved, submitted(0, 6)).lost())
        .as("submitted in the newest lineage")
        .contains("an earlier process ended with step 6, and the last checkpoint is of step 4");
    assertThat(of(FIRST, saved, submitted(0, 6), SECOND).lost())
        .as("submitted in an earlier one")
        .isEmpty();
    assertThat(of(FIRST, new StepsConfirmed(0, 1, 6), saved, SECOND).lost())
        .as("done before, and not again")
        .contains("an earlier process ended with step 6, and the last checkpoint is of step 4");
    assertThat(of(FIRST, new StepsConfirmed(0, 1, 0), new CheckpointSaved(checkpoint(0, 0))).lost())
        .as("a checkpoint of the base model")
        .isEmpty();
    assertThat(of(FIRST, new CheckpointSaved(checkpoint(0, 0)), new StepsConfirmed(0, 1, 3)).lost())
        .contains("an earlier process ended with step 3, and the last checkpoint is of step 0");
  }

  @Test
  void survivingLineage_goesBackToTheBaseModel() {
    LineageBegun third = new LineageBegun(2, "model-2", 0, 3);
    JournalState.View state =
        of(
            FIRST,
            new StepsConfirmed(0, 1, 6),
            SECOND,
            new StepsConfirmed(1, 5, 9),
            third,
            new StepsConfirmed(2, 4, 7));

    assertThat(SurvivingLineage.of(state))
        .containsExactly(
            new SurvivingLineage.Stretch(0, "model-0", 0, 3),
            new SurvivingLineage.Stretch(2, "model-2", 3, 7));
  }
}

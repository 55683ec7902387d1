package io.tinker4j.recovery.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointDropped;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointSaved;
import io.tinker4j.recovery.journal.JournalEntry.LineageBegun;
import io.tinker4j.recovery.journal.JournalEntry.Noted;
import io.tinker4j.recovery.journal.JournalEntry.RunBegun;
import io.tinker4j.recovery.journal.JournalEntry.RunFinished;
import io.tinker4j.recovery.journal.JournalEntry.RunOpened;
import io.tinker4j.recovery.journal.JournalEntry.StepSubmitted;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is kept behind a damaged place counts on nothing that was lost. */
class SalvageTest {
  private static final List<JournalEntry> FRONT =
      List.of(
          new RunBegun("abc"), new LineageBegun(0, "model-0", -1, 0), new StepsConfirmed(0, 1, 4));

  private static Salvage.Result salvaged(List<JournalEntry> front, JournalEntry... behind) {
    return Salvage.of(
        new JournalContent(null, 1, stretch(front), List.of(stretch(List.of(behind)))));
  }

  private static JournalContent.Stretch stretch(List<JournalEntry> entries) {
    return new JournalContent.Stretch(
        0,
        entries.stream().map(entry -> new JournalContent.Located(entry, 0, 0, 0)).toList(),
        JournalContent.Gap.NONE);
  }

  private static CheckpointSaved checkpoint(int lineage, long step) {
    return new CheckpointSaved(
        CheckpointRecord.builder()
            .path("tinker://model-%d/weights/%d".formatted(lineage, step))
            .step(step)
            .savedAt(Instant.EPOCH)
            .position(new DataPosition(0, 0, ""))
            .lineage(lineage)
            .configHash("abc")
            .build());
  }

  private static void assertKept(Salvage.Result result, JournalEntry... behind) {
    assertThat(result.kept().subList(FRONT.size(), result.kept().size())).containsExactly(behind);
  }

  @Test
  void stepsRightBehindThoseKnown_areKept() {
    var result = salvaged(FRONT, new StepsConfirmed(0, 5, 6), new StepsConfirmed(0, 7, 7));

    assertKept(result, new StepsConfirmed(0, 5, 6), new StepsConfirmed(0, 7, 7));
    assertThat(result.left()).isZero();
    assertThat(result.added()).isZero();
  }

  @Test
  void stepsBehindAHole_areLeftOut() {
    var result = salvaged(FRONT, new StepsConfirmed(0, 6, 6), new StepsConfirmed(1, 1, 1));

    assertKept(result);
    assertThat(result.left()).isEqualTo(2);
  }

  @Test
  void checkpoint_standsForTheStepsThatLeadToIt() {
    var result = salvaged(FRONT, checkpoint(0, 8), new StepsConfirmed(0, 9, 9));

    assertKept(result, new StepsConfirmed(0, 5, 8), checkpoint(0, 8), new StepsConfirmed(0, 9, 9));
    assertThat(result.added()).isEqualTo(1);
  }

  @Test
  void checkpointOfKnownSteps_needsNothingAdded() {
    var result = salvaged(FRONT, checkpoint(0, 4));

    assertKept(result, checkpoint(0, 4));
    assertThat(result.added()).isZero();
  }

  @Test
  void checkpointOfALineageThatIsNotKnown_isLeftOut() {
    var result = salvaged(FRONT, checkpoint(1, 4));

    assertKept(result);
    assertThat(result.left()).isEqualTo(1);
  }

  @Test
  void lineage_standsForTheStepsOfItsParent() {
    var begun = new LineageBegun(1, "model-1", 0, 6);

    var result = salvaged(FRONT, begun, new StepsConfirmed(1, 7, 7));

    assertKept(result, new StepsConfirmed(0, 5, 6), begun, new StepsConfirmed(1, 7, 7));
  }

  @Test
  void lineageOfTheBaseModel_needsNoParent() {
    var begun = new LineageBegun(1, "model-1", -1, 0);

    assertKept(salvaged(FRONT, begun), begun);
  }

  @Test
  void lineageBehindAGapInTheirNumbers_orOfAnUnknownParent_isLeftOut() {
    var result =
        salvaged(FRONT, new LineageBegun(2, "model-2", 0, 4), new LineageBegun(1, "model-1", 7, 4));

    assertKept(result);
    assertThat(result.left()).isEqualTo(2);
  }

  @Test
  void runThatBeganOnce_doesNotBeginAgain() {
    var result = salvaged(FRONT, new RunBegun("abc"));

    assertKept(result);
    assertThat(result.left()).isEqualTo(1);
  }

  @Test
  void runWhoseBeginWasLost_isKnownByItsCheckpoints() {
    var lineage = new LineageBegun(0, "model-0", -1, 0);

    var result = salvaged(List.of(), lineage, checkpoint(0, 2), checkpoint(0, 4));

    assertThat(result.kept())
        .containsExactly(
            lineage,
            new StepsConfirmed(0, 1, 2),
            new RunBegun("abc"),
            checkpoint(0, 2),
            new StepsConfirmed(0, 3, 4),
            checkpoint(0, 4));
    assertThat(result.added()).isEqualTo(3);
  }

  @Test
  void runBegunBehindTheDamage_isKept() {
    assertThat(salvaged(List.of(), new RunBegun("abc")).kept())
        .containsExactly(new RunBegun("abc"));
  }

  @Test
  void end_isKeptOnlyBehindItsLastStep() {
    assertKept(salvaged(FRONT, new RunFinished(4, "model-0")), new RunFinished(4, "model-0"));
    assertThat(salvaged(FRONT, new RunFinished(5, "model-0")).left()).isEqualTo(1);
    assertThat(salvaged(List.of(), new RunFinished(5, "model-0")).left()).isEqualTo(1);
  }

  @Test
  void whatCountsOnNothing_isKept() {
    JournalEntry[] entries = {
      new RunOpened(3),
      new CheckpointDropped("tinker://model-0/weights/1", "retention"),
      new Noted("detected", Map.of("cause", "why")),
      new StepSubmitted(0, 9, new DataPosition(0, 0, ""))
    };

    assertKept(salvaged(FRONT, entries), entries);
    assertThat(salvaged(FRONT, new StepSubmitted(1, 9, new DataPosition(0, 0, ""))).left())
        .isEqualTo(1);
  }
}

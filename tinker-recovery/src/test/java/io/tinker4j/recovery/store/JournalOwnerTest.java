package io.tinker4j.recovery.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointSaved;
import io.tinker4j.recovery.journal.JournalEntry.RunOpened;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import io.tinker4j.recovery.journal.JournalException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A journal whose files are changed, removed or opened once more while it is open. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "an open file cannot be removed there")
class JournalOwnerTest {
  private static final StepsConfirmed STEP = new StepsConfirmed(0, 1, 1);

  @TempDir private Path directory;

  private Path run() {
    return directory.resolve("run");
  }

  private Path file() {
    return run().resolve(JournalWriter.FILE);
  }

  private static CheckpointSaved checkpoint(long step) {
    return new CheckpointSaved(
        CheckpointRecord.builder()
            .path("tinker://run-1/weights/" + step)
            .step(step)
            .savedAt(Instant.EPOCH)
            .position(DataPosition.START)
            .lineage(0)
            .configHash("abc")
            .build());
  }

  @Test
  void append_toAFileThatIsGone_namesTheLastCheckpoint() throws Exception {
    try (JournalWriter journal = JournalWriter.open(run())) {
      journal.append(checkpoint(1));
      journal.append(checkpoint(2));
      Files.delete(file());

      assertThatThrownBy(() -> journal.append(STEP))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("this process does not write to the run in " + run())
          .hasMessageContaining(file() + " is gone")
          .hasMessageContaining("saved last, step 2: tinker://run-1/weights/2");
      assertThat(journal.state().confirmed()).isEmpty();
    }
    assertThat(file()).doesNotExist();
  }

  @Test
  void append_toAFileThatSomebodyElseHasWritten_isRefusedAndTakesNothingAway() throws Exception {
    try (JournalWriter journal = JournalWriter.open(run())) {
      Files.write(file(), new byte[] {1}, StandardOpenOption.APPEND);
      byte[] changed = Files.readAllBytes(file());

      assertThatThrownBy(() -> journal.append(STEP))
          .hasMessageContaining("%s has changed: it has %d bytes".formatted(file(), changed.length))
          .hasMessageContaining("No checkpoint was saved before");
      assertThatThrownBy(journal::compact).hasMessageContaining("has changed");
      assertThat(file()).hasBinaryContent(changed);
    }
  }

  @Test
  void append_toAFileThatWasReplaced_isRefused() throws Exception {
    try (JournalWriter journal = JournalWriter.open(run())) {
      Files.copy(file(), directory.resolve("copy"));
      Files.delete(file());
      Files.move(directory.resolve("copy"), file());

      assertThatThrownBy(() -> journal.append(STEP))
          .hasMessageContaining(file() + " is another file than it was");
    }
  }

  @Test
  void append_whileInterrupted_writesAndKeepsTheInterrupt() {
    try (JournalWriter journal = JournalWriter.open(run())) {
      Thread.currentThread().interrupt();
      journal.append(STEP);
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
      journal.compact();
      assertThat(Thread.interrupted()).isTrue();
      journal.append(new StepsConfirmed(0, 2, 2));
      assertThat(Thread.interrupted()).isFalse();
    }
    assertThat(JournalState.of(JournalReader.read(run())).confirmed())
        .containsExactly(new StepsConfirmed(0, 1, 2));
  }

  @Test
  void open_whileInterrupted_opensAndKeepsTheInterrupt() {
    Thread.currentThread().interrupt();
    JournalWriter.open(run()).close();
    assertThat(Thread.interrupted()).isTrue();

    assertThat(JournalReader.read(run())).containsExactly(new RunOpened(1));
  }

  @Test
  void open_againByAnotherPath_isRefused_andReadThere() throws Exception {
    try (JournalWriter journal = JournalWriter.open(run())) {
      journal.append(STEP);
      Path link = Files.createSymbolicLink(directory.resolve("link"), run());

      assertThatThrownBy(() -> JournalWriter.open(link)).hasMessageContaining("this process has");
      assertThat(JournalReader.read(link)).containsExactly(new RunOpened(1), STEP);
      journal.append(new StepsConfirmed(0, 2, 2));
    }
  }

  @Test
  void close_twice_isOnce() {
    JournalWriter journal = JournalWriter.open(run());
    journal.close();
    journal.close();

    JournalWriter.open(run()).close();
    assertThat(JournalReader.read(run())).containsExactly(new RunOpened(1), new RunOpened(2));
    assertThatThrownBy(() -> journal.append(STEP)).isInstanceOf(JournalException.class);
  }

  @Test
  void open_whereThereIsAFile_saysThatItCannotBeUsed() throws Exception {
    Files.writeString(run(), "a file");

    assertThatThrownBy(() -> JournalWriter.open(run()))
        .isInstanceOf(JournalException.class)
        .hasMessage("cannot use the journal in " + run());
  }

  @Test
  void mark_followsCheckpointsAndTheOpening_notSteps() throws Exception {
    try (JournalWriter journal = JournalWriter.open(run())) {
      long opened = Files.size(file());
      assertThat(JournalMark.read(run()).length()).isEqualTo(opened);
      journal.append(STEP);
      assertThat(JournalMark.read(run()).length()).isEqualTo(opened);
      journal.append(checkpoint(1));
      assertThat(JournalMark.read(run()).length()).isEqualTo(Files.size(file()));
      assertThat(JournalMark.read(run()).entries()).isEqualTo(3);
      journal.compact();
      assertThat(JournalMark.read(run()).generation()).isEqualTo(2);
      assertThat(JournalMark.read(run()).length()).isEqualTo(Files.size(file()));
    }
  }
}

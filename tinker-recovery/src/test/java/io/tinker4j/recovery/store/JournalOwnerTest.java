package io.tinker4j.recovery.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointSaved;
import io.tinker4j.recovery.journal.JournalEntry.RunOpened;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import io.tinker4j.recovery.journal.JournalException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
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
        .hasMessageStartingWith("cannot use the journal in " + run() + ": ")
        .hasMessageContaining("FileAlreadyExistsException");
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

  /** Interrupts whoever writes an entry, once, so that the channel is closed under it. */
  private static JournalWriteHook interruptingOnce() {
    AtomicBoolean isDone = new AtomicBoolean();
    return (where, bytes) -> {
      if (where.equals("entry") && !isDone.getAndSet(true)) {
        Thread.currentThread().interrupt();
      }
      return bytes;
    };
  }

  @Test
  void append_interruptedInTheMiddle_opensTheFilesAgainAndWritesOnce() throws Exception {
    JournalWriter.open(run()).close();
    AtomicReference<JournalWriteHook> hook = new AtomicReference<>(JournalWriteHook.NONE);
    try (JournalWriter journal =
        JournalWriter.open(
            run(), (where, bytes) -> hook.get().before(where, bytes), Long.MAX_VALUE)) {
      hook.set(interruptingOnce());

      journal.append(STEP);

      assertThat(Thread.interrupted()).isTrue();
      journal.append(new StepsConfirmed(0, 2, 2));
      assertThat(JournalReader.read(run()))
          .containsExactly(new RunOpened(1), new RunOpened(2), STEP, new StepsConfirmed(0, 2, 2));
      assertLocked();
    }
  }

  @Test
  void open_interruptedInTheMiddle_opensOnce() {
    try (JournalWriter journal = JournalWriter.open(run(), interruptingOnce(), Long.MAX_VALUE)) {
      assertThat(Thread.interrupted()).isTrue();
      journal.append(STEP);
    }
    assertThat(JournalReader.read(run())).endsWith(STEP);
  }

  private void assertLocked() throws Exception {
    for (Path each : List.of(file(), run().resolve(JournalWriter.LOCK))) {
      try (FileChannel other =
          FileChannel.open(each, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        assertThat(RunLock.tryLock(other)).as(each.toString()).isNull();
      }
    }
  }

  @Test
  void files_areLocked_whetherNewOldOrCondensed() throws Exception {
    try (JournalWriter journal = JournalWriter.open(run())) {
      assertLocked();
      assertThat(journal.state().token()).isEqualTo(1);
    }
    try (JournalWriter journal = JournalWriter.open(run())) {
      assertLocked();
      journal.compact();
      assertLocked();
      assertThat(journal.state().token()).isEqualTo(2);
    }
  }

  @Test
  void open_besideALockThatWasRemoved_isRefused() throws Exception {
    try (JournalWriter journal = JournalWriter.open(run())) {
      Files.delete(run().resolve(JournalWriter.LOCK));

      assertThatThrownBy(() -> JournalWriter.open(run())).hasMessageContaining("this process has");
      assertThatThrownBy(() -> journal.append(STEP)).hasMessageContaining("run.lock is gone");
    }
  }

  @Test
  void append_beyondTheLimit_condenses_notAtIt() throws Exception {
    long size;
    try (JournalWriter journal = JournalWriter.open(directory.resolve("measured"))) {
      journal.append(STEP);
      size = Files.size(directory.resolve("measured").resolve(JournalWriter.FILE));
    }
    try (JournalWriter at = JournalWriter.open(run(), JournalWriteHook.NONE, size)) {
      at.append(STEP);
      assertThat(JournalContent.read(Files.readAllBytes(file())).header().generation()).isOne();
      at.append(new StepsConfirmed(0, 2, 2));
      assertThat(JournalContent.read(Files.readAllBytes(file())).header().generation())
          .isEqualTo(2);
      assertThat(JournalReader.read(run()))
          .containsExactly(new RunOpened(1), new StepsConfirmed(0, 1, 2));
    }
  }

  @Test
  void append_toAClosedJournal_saysAlsoThatNothingCouldBeTakenBack() {
    JournalWriter journal = JournalWriter.open(run());
    journal.close();

    assertThatThrownBy(() -> journal.append(STEP))
        .isInstanceOf(JournalException.class)
        .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1));
  }

  /** Runs something on another thread, which no lock of this one may keep. */
  private static <T> T elsewhere(Callable<T> action) throws Exception {
    FutureTask<T> task = new FutureTask<>(action);
    Thread.ofVirtual().start(task);
    return task.get(30, TimeUnit.SECONDS);
  }

  @Test
  void everyCall_letsOtherThreadsIn() throws Exception {
    JournalWriter journal = JournalWriter.open(run());
    journal.append(STEP);
    assertThat(elsewhere(journal::state).reached()).isZero();
    journal.compact();
    assertThat(elsewhere(journal::state).highest()).isEqualTo(1);
    assertThat(JournalReader.read(run())).hasSize(2);
    assertThat(elsewhere(journal::state).token()).isEqualTo(1);
    assertThatThrownBy(() -> JournalWriter.open(run())).isInstanceOf(JournalException.class);
    assertThat(elsewhere(() -> JournalReader.read(run()))).hasSize(2);
    journal.close();
    assertThat(elsewhere(journal::state).token()).isEqualTo(1);

    JournalWriter next = elsewhere(() -> JournalWriter.open(run()));

    assertThat(next.state().token()).isEqualTo(2);
    next.close();
  }
}

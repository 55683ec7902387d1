package io.tinker4j.recovery.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.JournalVerification;
import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.CheckpointRecord.ProbeLogprobs;
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
import io.tinker4j.recovery.journal.JournalException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

// readiness: F10
class JournalWriterTest {
  private static final CheckpointRecord CHECKPOINT =
      CheckpointRecord.builder()
          .path("tinker://run-1/weights/step-000002")
          .step(2)
          .savedAt(Instant.parse("2026-11-24T10:00:00.123Z"))
          .position(new DataPosition(7, 1, "state"))
          .lineage(0)
          .configHash("abc")
          .tokenizerId("bytes")
          .rendererId("chat")
          .putMetrics("loss:sum", 1.5)
          .probe(ProbeLogprobs.of(-0.25f, Float.NEGATIVE_INFINITY))
          .probeAfterNextStep(ProbeLogprobs.of(-0.125f, -3))
          .build();

  private static final List<JournalEntry> ENTRIES =
      List.of(
          new RunBegun("abc"),
          new LineageBegun(0, "run-1", -1, 0),
          new StepSubmitted(0, 1, new DataPosition(3, 0, "")),
          new StepsConfirmed(0, 1, 1),
          new StepsConfirmed(0, 2, 2),
          new CheckpointSaved(CHECKPOINT),
          new Noted("detected", Map.of("cause", "why")),
          new LineageBegun(1, "run-2", 0, 2),
          new StepsConfirmed(1, 3, 3),
          new CheckpointDropped("tinker://run-0/weights/old", "retention"),
          new RunFinished(3, "run-2"));

  @TempDir private Path directory;

  private Path file() {
    return directory.resolve(JournalWriter.FILE);
  }

  private void writeAll() {
    try (JournalWriter journal = JournalWriter.open(directory)) {
      ENTRIES.forEach(journal::append);
    }
  }

  @Test
  void read_afterWriting_givesEveryKindOfEntryBack() {
    writeAll();

    List<JournalEntry> all = JournalReader.read(directory);

    assertThat(all.getFirst()).isEqualTo(new RunOpened(1));
    List<JournalEntry> read = all.subList(1, all.size());
    assertThat(read).hasSameSizeAs(ENTRIES);
    for (int i = 0; i < read.size(); i++) {
      assertThat(read.get(i).toJson()).isEqualTo(ENTRIES.get(i).toJson());
    }
    CheckpointRecord checkpoint = ((CheckpointSaved) read.get(5)).checkpoint();
    assertThat(CHECKPOINT.probe().orElseThrow().distance(checkpoint.probe().orElseThrow()))
        .isZero();
  }

  /** Whatever the length at which a write was cut off, what was whole before it is there. */
  @Test
  void open_withATornEnd_keepsTheWholeRecordsAndGoesOnBehindThem() throws Exception {
    byte[] marked;
    try (JournalWriter journal = JournalWriter.open(directory)) {
      marked = Files.readAllBytes(file());
      for (long step = 1; step <= 4; step++) {
        journal.append(new StepsConfirmed(0, step, step));
      }
    }
    byte[] whole = Files.readAllBytes(file());
    byte[] mark = Files.readAllBytes(directory.resolve(JournalMark.FILE));

    for (int length = marked.length; length < whole.length; length += 7) {
      byte[] torn = Arrays.copyOf(whole, length);
      List<JournalEntry> before = JournalContent.read(torn).entries();
      Files.write(file(), torn);
      Files.write(directory.resolve(JournalMark.FILE), mark);
      try (JournalWriter journal = JournalWriter.open(directory)) {
        journal.append(new RunBegun("next"));
      }

      List<JournalEntry> now = JournalReader.read(directory);

      assertThat(now)
          .as("cut at " + length)
          .hasSize(before.size() + 2)
          .startsWith(before.toArray(JournalEntry[]::new));
      assertThat(now.get(now.size() - 1)).isEqualTo(new RunBegun("next"));
    }
  }

  @Test
  void read_withOneByteChanged_endsBeforeThatRecord() throws Exception {
    writeAll();
    byte[] bytes = Files.readAllBytes(file());
    SplittableRandom random = new SplittableRandom(3);

    for (int i = 0; i < 200; i++) {
      byte[] changed = bytes.clone();
      int at = JournalHeader.SIZE + random.nextInt(bytes.length - JournalHeader.SIZE);
      changed[at] ^= (byte) (1 << random.nextInt(8));
      assertThat(JournalContent.read(changed).entries()).hasSizeLessThanOrEqualTo(ENTRIES.size());
    }
  }

  @Test
  void open_whatIsNoJournal_isRefusedAndLeftAsItIs() throws Exception {
    Files.writeString(file(), "a text of somebody else");

    assertThatThrownBy(() -> JournalWriter.open(directory))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("not a progress journal");
    assertThat(file()).hasContent("a text of somebody else");
  }

  @Test
  void open_whereAFileIs_saysSo() throws Exception {
    Path file = Files.writeString(directory.resolve("a-file"), "kept");

    assertThatThrownBy(() -> JournalWriter.open(file))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("cannot use the journal in " + file + ": ")
        .hasMessageContaining("FileAlreadyExists");
    assertThat(file).hasContent("kept");
  }

  @Test
  void open_whileItIsOpen_isRefused() {
    try (JournalWriter journal = JournalWriter.open(directory)) {
      journal.append(new RunBegun("abc"));

      assertThatThrownBy(() -> JournalWriter.open(directory))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("in use");
      assertThat(JournalReader.read(directory)).hasSize(2);
    }
    JournalWriter.open(directory).close();
  }

  @Test
  void append_afterAnotherProcessHasTakenOver_isRefused() throws Exception {
    try (JournalWriter journal = JournalWriter.open(directory)) {
      Files.write(
          directory.resolve("run.lock"), ByteBuffer.allocate(Long.BYTES).putLong(2).array());

      assertThatThrownBy(() -> journal.append(new RunBegun("abc")))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("taken over");
    }
    assertThat(JournalReader.read(directory)).containsExactly(new RunOpened(1));
  }

  @Test
  void read_ofNothing_saysSo() {
    assertThatThrownBy(() -> JournalReader.read(directory.resolve("nowhere")))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("no journal");
  }

  @Test
  void compact_saysTheSameInLess() throws Exception {
    try (JournalWriter journal = JournalWriter.open(directory)) {
      ENTRIES.forEach(journal::append);
      for (long step = 4; step < 500; step++) {
        journal.appendLater(new StepSubmitted(1, step, DataPosition.START));
        journal.appendLater(new StepsConfirmed(1, step, step));
      }
      JournalState.View before = journal.state();
      long length = Files.size(file());

      journal.compact();
      journal.append(new StepsConfirmed(1, 500, 500));

      assertThat(Files.size(file())).isLessThan(length / 20);
      assertThat(before.reached()).isEqualTo(499);
      JournalState.View after = JournalState.of(JournalReader.read(directory));
      assertThat(after.lineages()).isEqualTo(before.lineages());
      assertThat(after.checkpoints()).hasSameSizeAs(before.checkpoints());
      assertThat(after.finished()).isEqualTo(before.finished());
      assertThat(after.reached()).isEqualTo(500);
      assertThat(after.confirmed()).hasSize(2);
    }
  }

  /** Any journal: its condensed form adds up to the same, also when condensed again. */
  @Test
  void condensed_ofAnyEntries_addsUpToTheSame() {
    for (long seed = 0; seed < 500; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      JournalState state = new JournalState();
      for (int i = random.nextInt(60); i > 0; i--) {
        state.add(ENTRIES.get(random.nextInt(ENTRIES.size())));
      }

      JournalState.View condensed = JournalState.of(state.condensed());

      assertThat(condensed).as("seed " + seed).isEqualTo(state.view());
    }
  }

  /** A process that dies at any write leaves a journal that says what was acknowledged. */
  @Test
  void death_atAnyWrite_losesNothingThatWasAcknowledged() {
    boolean died = true;
    for (int fatal = 1; died; fatal++) {
      Path run = directory.resolve("run-" + fatal);
      DyingWrites writes = new DyingWrites(fatal);
      List<JournalEntry> acknowledged = new ArrayList<>();
      died = false;
      try (JournalWriter journal = JournalWriter.open(run, writes, 1_500)) {
        for (long step = 1; step <= 24; step++) {
          journal.append(new StepsConfirmed(0, step, step));
          acknowledged.add(new StepsConfirmed(0, step, step));
          if (step % 6 == 0) { // which is marked
            journal.append(new CheckpointSaved(CHECKPOINT));
          }
        }
        journal.append(new RunFinished(24, "run-1"));
      } catch (DyingWrites.Death e) {
        died = true;
      }

      try (JournalWriter journal = JournalWriter.open(run)) {
        assertThat(died).isEqualTo(fatal <= writes.count());
        assertThat(journal.state().highest())
            .as("death at write " + fatal)
            .isBetween((long) acknowledged.size(), acknowledged.size() + 1L);
        assertThat(journal.state().confirmed()).hasSizeLessThanOrEqualTo(1);
      }
      assertThat(JournalVerification.verify(run).condition().isSound()).isTrue();
    }
  }
}

package io.tinker4j.recovery.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.JournalVerification;
import io.tinker4j.recovery.ProgressJournal;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.recovery.TestRuns;
import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.recovery.journal.JournalContents;
import io.tinker4j.recovery.journal.JournalDamage;
import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointSaved;
import io.tinker4j.recovery.journal.JournalEntry.LineageBegun;
import io.tinker4j.recovery.journal.JournalEntry.RunBegun;
import io.tinker4j.recovery.journal.JournalEntry.RunFinished;
import io.tinker4j.recovery.journal.JournalEntry.StepSubmitted;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.recovery.journal.RepairPlan;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Journals whose bytes have gone bad: what was being written is dropped, all else is refused. */
@Timeout(60)
class JournalDamageTest {
  @TempDir private Path directory;

  private Path journal() {
    return directory.resolve("run");
  }

  private Path file() {
    return journal().resolve(JournalWriter.FILE);
  }

  /** The journal of a run of 30 steps with a checkpoint after every tenth. */
  private byte[] written() throws Exception {
    try (JournalWriter journal = JournalWriter.open(journal())) {
      journal.append(new RunBegun("abc", Map.of("loss", "cross_entropy")));
      journal.append(new LineageBegun(0, "run-1", -1, 0));
      for (long step = 1; step <= 30; step++) {
        journal.appendLater(new StepSubmitted(0, step, new DataPosition(step, 0, "")));
        journal.appendLater(new StepsConfirmed(0, step, step));
        if (step % 10 == 0) {
          journal.append(new CheckpointSaved(checkpoint(step)));
        }
      }
      journal.append(new RunFinished(30, "run-1"));
    }
    return Files.readAllBytes(file());
  }

  private static CheckpointRecord checkpoint(long step) {
    return CheckpointRecord.builder()
        .path("tinker://run-1/weights/step-" + step)
        .step(step)
        .savedAt(Instant.EPOCH)
        .position(new DataPosition(step, 0, ""))
        .lineage(0)
        .configHash("abc")
        .build();
  }

  private void assertRefusedUntouched(byte[] bytes, String why) throws Exception {
    Files.write(file(), bytes);

    assertThatThrownBy(() -> JournalWriter.open(journal()))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining(why)
        .hasMessageContaining("journal repair");
    assertThat(file()).hasBinaryContent(bytes);
  }

  @Test
  void oneFlippedBit_withWholeRecordsBehindIt_isRefusedAndTheFileStaysAsItIs() throws Exception {
    byte[] bytes = written();
    for (int at : new int[] {150, 151, bytes.length / 2}) {
      byte[] flipped = bytes.clone();
      flipped[at] ^= (byte) 4;
      assertRefusedUntouched(flipped, "damaged");
    }
  }

  private static void assertPrivate(Path directory) throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
        .isEqualTo("rwx------");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.toList())
          .hasSizeGreaterThanOrEqualTo(3)
          .allSatisfy(file ->
              assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                  .as(file.toString())
                  .isEqualTo("rw-------"));
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void journal_writtenCondensedAndRepaired_onlyItsOwnerCanRead() throws Exception {
    byte[] bytes = written();
    assertPrivate(journal());
    try (JournalWriter journal = JournalWriter.open(journal())) {
      journal.compact();
    }
    assertPrivate(journal());

    bytes[150] ^= (byte) 4;
    Files.write(file(), bytes);
    Path kept = ProgressJournal.repair(journal());

    assertThat(kept).exists();
    assertPrivate(journal());
  }

  @Test
  void zerosBehindTheLastRecord_areATornTail() throws Exception {
    byte[] bytes = written();
    List<JournalEntry> before = ProgressJournal.read(journal());
    Files.write(file(), Arrays.copyOf(bytes, bytes.length + 8));

    JournalWriter.open(journal()).close();

    assertThat(ProgressJournal.read(journal()).subList(0, before.size()))
        .extracting(JournalEntry::toJson)
        .isEqualTo(before.stream().map(JournalEntry::toJson).toList());
  }

  @Test
  void emptiedJournal_besideALockThatHadAnOwner_isNoNewRun() throws Exception {
    byte[] unused = written();
    assertRefusedUntouched(new byte[0], "empty");
  }

  @Test
  void journalCutBetweenRecords_isRefused() throws Exception {
    byte[] bytes = written();
    assertRefusedUntouched(Arrays.copyOf(bytes, bytes.length / 2), "shorter");
  }

  @Test
  void olderCopyPutBack_isRefused() throws Exception {
    Files.createDirectories(journal());
    try (JournalWriter journal = JournalWriter.open(journal())) {
      journal.append(new RunBegun("abc"));
      byte[] copy = Files.readAllBytes(file());
      journal.compact();
      journal.append(new StepsConfirmed(0, 1, 1));
      journal.close();
      assertRefusedUntouched(copy, "older copy");
    }
  }

  @Test
  void twoJournalsSwapped_areBothRefused() throws Exception {
    Path other = directory.resolve("other");
    JournalWriter.open(other).close();
    JournalWriter.open(journal()).close();
    byte[] ours = Files.readAllBytes(file());
    assertRefusedUntouched(Files.readAllBytes(other.resolve(JournalWriter.FILE)), "another run");
    Files.write(other.resolve(JournalWriter.FILE), ours);

    assertThatThrownBy(() -> JournalWriter.open(other)).hasMessageContaining("another run");
  }

  @Test
  void entryOrHeaderOfANewerVersion_isRefusedAndNeverCut() throws Exception {
    JournalWriter.open(journal()).close();
    byte[] bytes = Files.readAllBytes(file());
    JournalContent content = JournalContent.read(bytes);
    byte[] json = "{\"type\":\"of_tomorrow\"}".getBytes(StandardCharsets.UTF_8);
    byte[] next = new byte[bytes.length + 12 + json.length];
    System.arraycopy(bytes, 0, next, 0, bytes.length);
    ByteBuffer.wrap(next, bytes.length, 12 + json.length)
        .putInt(json.length)
        .putInt(content.checksum())
        .putInt(checksum(content.checksum(), json))
        .put(json);
    byte[] header = bytes.clone();
    header[7] = '3';

    for (byte[] newer : List.of(next, header)) {
      Files.write(file(), newer);
      assertThatThrownBy(() -> JournalWriter.open(journal()))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("newer version");
      assertThat(file()).hasBinaryContent(newer);
    }
  }

  private static int checksum(int previous, byte[] json) {
    CRC32C checksum = new CRC32C();
    checksum.update(ByteBuffer.allocate(Integer.BYTES).putInt(previous).flip());
    checksum.update(json);
    return (int) checksum.getValue();
  }

  /** The journals of the version before this one have another header and no chain. */
  @Test
  void journalOfTheFirstVersion_opensAndBecomesOneOfThis() throws Exception {
    ByteBuffer old = ByteBuffer.allocate(1000);
    old.put("T4JREC01".getBytes(StandardCharsets.US_ASCII));
    for (String json :
        List.of(
            "{\"type\":\"run_begun\",\"config_hash\":\"abc\"}",
            "{\"type\":\"lineage_begun\",\"lineage\":0,\"model_id\":\"m\",\"parent\":-1,\"base_step\":0}",
            "{\"type\":\"steps_confirmed\",\"lineage\":0,\"first\":1,\"last\":1}")) {
      byte[] each = json.getBytes(StandardCharsets.UTF_8);
      CRC32C checksum = new CRC32C();
      checksum.update(each);
      old.putInt(each.length).putInt((int) checksum.getValue()).put(each);
    }
    Files.createDirectories(journal());
    byte[] whole = Arrays.copyOf(old.array(), old.position());
    Files.write(file(), Arrays.copyOf(whole, whole.length + 3));
    Files.write(journal().resolve("run.lock"), ByteBuffer.allocate(Long.BYTES).putLong(4).array());

    JournalWriter.open(journal()).close();

    assertThat(ProgressJournal.read(journal()))
        .containsExactly(
            new RunBegun("abc"),
            new JournalEntry.LineageBegun(0, "m", -1, 0),
            new StepsConfirmed(0, 1, 1),
            new JournalEntry.RunOpened(5));
    whole[60] ^= (byte) 1;
    Files.delete(journal().resolve(JournalMark.FILE));
    assertRefusedUntouched(whole, "damaged");
  }

  @Test
  void verify_ofADamagedJournal_namesEveryBadByte() throws Exception {
    byte[] bytes = written();
    byte[] damaged = Arrays.copyOf(bytes, bytes.length + 8);
    damaged[150] ^= (byte) 4;
    Files.write(file(), damaged);

    JournalVerification.Report report = JournalVerification.verify(journal());

    assertThat(report.isSound()).isFalse();
    assertThat(report.condition().damage())
        .anySatisfy(each -> {
          assertThat(each.offset()).isLessThanOrEqualTo(150);
          assertThat(each.offset() + each.length()).isGreaterThan(150);
        })
        .anySatisfy(each -> {
          assertThat(each.offset()).isEqualTo(bytes.length);
          assertThat(each.length()).isEqualTo(8);
        });
  }

  private List<String> findings(byte[] bytes) throws Exception {
    Files.write(file(), bytes);
    return JournalVerification.verify(journal()).condition().damage().stream()
        .map(JournalDamage::toString)
        .toList();
  }

  @Test
  void oneFlippedBit_isOneFinding_withItsBytesAndWhatIsWholeAroundThem() throws Exception {
    byte[] bytes = written();
    List<JournalContent.Located> records = JournalContent.read(bytes).front().records();
    int count = records.size();
    long from = records.get(9).end();
    long to = records.get(10).end() - 1;
    byte[] flipped = bytes.clone();
    flipped[(int) to - 5] ^= (byte) 4;

    assertThat(findings(flipped))
        .containsExactly(
            "bytes %d to %d are damaged: the record's checksum does not fit; 10 whole entries before it, %d after"
                .formatted(from, to, count - 11));
    assertThat(ProgressJournal.planRepair(journal()))
        .returns(1L, RepairPlan::lost)
        .returns((long) count, plan -> plan.kept() + plan.left() + plan.lost());
  }

  @Test
  void flippedLength_saysThatNoRecordBegins() throws Exception {
    byte[] bytes = written();
    long from = JournalContent.read(bytes).front().records().get(9).end();
    byte[] flipped = bytes.clone();
    flipped[(int) from + 1] ^= (byte) 4;

    assertThat(findings(flipped))
        .singleElement()
        .asString()
        .startsWith("bytes %d to ".formatted(from))
        .contains(" are damaged: no whole record begins there; 10 whole entries before it, ");
  }

  @Test
  void damagedAndCut_isTwoFindings() throws Exception {
    byte[] bytes = written();
    byte[] damaged = Arrays.copyOf(bytes, bytes.length / 2);
    damaged[400] ^= (byte) 4;

    assertThat(findings(damaged))
        .anyMatch(each -> each.contains("checksum does not fit"))
        .anyMatch(each -> each.contains("shorter than it was: %d of ".formatted(damaged.length)));
  }

  /** What was marked as written is no torn tail, and the file is as long as it was. */
  @Test
  void lastRecord_damagedThoughTheMarkHasIt_isOneFindingAndNotCalledShorter() throws Exception {
    byte[] bytes = written();
    byte[] damaged = bytes.clone();
    damaged[bytes.length - 5] ^= (byte) 4;

    assertThat(findings(damaged))
        .singleElement()
        .asString()
        .contains("were whole when they were marked")
        .doesNotContain("shorter");
    assertRefusedUntouched(damaged, "were whole when they were marked");
  }

  @Test
  void flippedHeader_isOneFinding() throws Exception {
    byte[] bytes = written();
    bytes[20] ^= (byte) 4;

    assertThat(findings(bytes))
        .containsExactly(
            "bytes 0 to %d are damaged: the header is not whole; 0 whole entries before it, %d after"
                .formatted(
                    JournalHeader.SIZE - 1,
                    JournalContent.read(bytes).islands().getFirst().records().size()));
  }

  @Test
  void contents_ofADamagedJournal_areTheEntriesBeforeTheDamage() throws Exception {
    byte[] bytes = written();
    List<JournalEntry> whole = ProgressJournal.read(journal());
    long from = JournalContent.read(bytes).front().records().get(9).end();
    bytes[(int) from + 20] ^= (byte) 4;
    Files.write(file(), bytes);

    JournalContents contents = ProgressJournal.contents(journal());

    assertThat(contents.entries())
        .extracting(JournalEntry::toJson)
        .isEqualTo(whole.subList(0, 10).stream().map(JournalEntry::toJson).toList());
    assertThat(contents.damage()).hasSize(1);
  }

  @Test
  void repair_keepsTheCheckpointsBehindTheDamage_andTheRunEndsAsWithoutIt() throws Exception {
    try (TestRuns runs = new TestRuns()) {
      String clean = runs.cleanWeights(40, directory.resolve("clean"));
      long steps = stoppedBehindStep25(runs);
      byte[] damaged = Files.readAllBytes(file());
      damaged[400] ^= (byte) 4; // near the beginning: without what stands behind, all would be lost
      Files.write(file(), damaged);
      assertThat(ProgressJournal.planRepair(journal()).isNeeded()).isTrue();

      Path kept = ProgressJournal.repair(journal());

      assertThat(kept).hasBinaryContent(damaged);
      assertThat(ProgressJournal.planRepair(journal()).isNeeded()).isFalse();
      assertThat(JournalVerification.verify(journal()).isSound()).isTrue();
      assertThat(JournalState.of(ProgressJournal.read(journal())).checkpoints())
          .extracting(CheckpointRecord::step)
          .endsWith(steps);
      RunResult result = runs.training(40, journal()).build().resumeOrStart();
      assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
      assertThat(result.replayed()).isZero();
    }
  }

  private long stoppedBehindStep25(TestRuns runs) throws InterruptedException {
    List<ResumableTraining> running = new ArrayList<>();
    running.add(
        runs.training(40, journal())
            .onStep(result -> {
              if (result.step() == 25) {
                running.getFirst().stop();
              }
            })
            .build());
    return running.getFirst().resumeOrStart().steps();
  }

  /** A process that dies while it repairs leaves the damaged journal or the new one. */
  @Test
  void repair_thatDiesAnywhere_canBeDoneAgain() throws Exception {
    byte[] bytes = written();
    byte[] mark = Files.readAllBytes(journal().resolve(JournalMark.FILE));
    bytes[150] ^= (byte) 4;
    for (int fatal = 1; fatal < 400; fatal++) {
      Files.write(file(), bytes);
      Files.write(journal().resolve(JournalMark.FILE), mark);
      DyingWrites writes = new DyingWrites(fatal);
      try {
        JournalRepair.repair(journal(), writes);
        assertThat(fatal).isGreaterThan(writes.count());
        return;
      } catch (DyingWrites.Death e) {
        if (ProgressJournal.planRepair(journal()).isNeeded()) {
          ProgressJournal.repair(journal());
        }
        assertThat(JournalVerification.verify(journal()).isSound()).isTrue();
        JournalWriter.open(journal()).close();
      }
    }
    throw new AssertionError("a repair has fewer writes");
  }
}

package io.tinker4j.recovery.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.recovery.ProgressJournal;
import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointSaved;
import io.tinker4j.recovery.journal.JournalEntry.LineageBegun;
import io.tinker4j.recovery.journal.JournalEntry.RunBegun;
import io.tinker4j.recovery.journal.JournalEntry.RunOpened;
import io.tinker4j.recovery.journal.JournalEntry.StepSubmitted;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import io.tinker4j.recovery.journal.JournalException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Whatever happens to the bytes of a journal, opening it gives the entries before the torn tail, or
 * refuses and leaves the file as it is.
 */
class JournalDamagePropertyTest {
  private static Path directory = Path.of("");
  private static List<JournalEntry> entries = List.of();
  private static byte[] bytes = {};
  private static byte[] mark = {};
  private static byte[] lock = {};

  /** A run with checkpoints, and steps behind the last one, which its mark does not cover. */
  @BeforeContainer
  static void write() throws IOException {
    directory = Files.createTempDirectory("journal");
    try (JournalWriter journal = JournalWriter.open(directory)) {
      journal.append(new RunBegun("abc"));
      journal.append(new LineageBegun(0, "run-1", -1, 0));
      for (long step = 1; step <= 12; step++) {
        journal.append(new StepSubmitted(0, step, new DataPosition(step, 0, "")));
        journal.append(new StepsConfirmed(0, step, step));
        if (step % 4 == 0 && step < 12) {
          journal.append(new CheckpointSaved(checkpoint(step)));
        }
      }
    }
    entries = ProgressJournal.read(directory);
    bytes = Files.readAllBytes(file());
    mark = Files.readAllBytes(directory.resolve(JournalMark.FILE));
    lock = Files.readAllBytes(directory.resolve(JournalWriter.LOCK));
  }

  @AfterContainer
  static void delete() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path each : files.toList()) {
        Files.delete(each);
      }
    }
    Files.delete(directory);
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

  private static Path file() {
    return directory.resolve(JournalWriter.FILE);
  }

  @Property(tries = 150)
  void anyBitFlipped(@ForAll @IntRange(max = 1 << 20) int at) throws IOException {
    byte[] changed = bytes.clone();
    changed[at / 8 % changed.length] ^= (byte) (1 << at % 8);
    requirePrefixOrRefusal(changed);
  }

  @Property(tries = 100)
  void cutAtAnyLength(@ForAll @IntRange(max = 1 << 20) int length) throws IOException {
    requirePrefixOrRefusal(Arrays.copyOf(bytes, length % bytes.length));
  }

  @Property(tries = 100)
  void zerosFromAnyPlaceOn(
      @ForAll @IntRange(max = 1 << 20) int from, @ForAll @IntRange(max = 64) int more)
      throws IOException {
    byte[] changed = Arrays.copyOf(bytes, bytes.length + more);
    Arrays.fill(changed, from % (bytes.length + 1), changed.length, (byte) 0);
    requirePrefixOrRefusal(changed);
  }

  /** Also whole records once more, or those of one place at another. */
  @Property(tries = 150)
  void anyRangeDuplicated(
      @ForAll @IntRange(max = 1 << 20) int from,
      @ForAll @IntRange(max = 1 << 20) int to,
      @ForAll @IntRange(max = 1 << 20) int where,
      @ForAll boolean records)
      throws IOException {
    ByteArrayOutputStream changed = new ByteArrayOutputStream();
    int first = place(Math.min(from, to), records);
    int last = place(Math.max(from, to), records);
    int at = place(where, records);
    changed.write(bytes, 0, at);
    changed.write(bytes, Math.min(first, last), Math.abs(last - first));
    changed.write(bytes, at, bytes.length - at);
    requirePrefixOrRefusal(changed.toByteArray());
  }

  private static int place(int any, boolean record) {
    if (!record) {
      return any % (bytes.length + 1);
    }
    List<JournalContent.Located> all = JournalContent.read(bytes).front().records();
    return (int) all.get(any % all.size()).end();
  }

  private static void requirePrefixOrRefusal(byte[] changed) throws IOException {
    Files.write(file(), changed);
    Files.write(directory.resolve(JournalMark.FILE), mark);
    Files.write(directory.resolve(JournalWriter.LOCK), lock);
    JournalContent content;
    try (JournalWriter journal = JournalWriter.open(directory)) {
      content = JournalContent.read(Files.readAllBytes(file()));
      assertThat(journal.state().token()).isEqualTo(2);
    } catch (JournalException e) {
      assertThat(file()).hasBinaryContent(changed);
      return;
    }
    List<JournalEntry> now = content.entries();
    List<JournalEntry> before = now.subList(0, now.size() - 1);
    assertThat(now.getLast()).isEqualTo(new RunOpened(2));
    assertThat(before).isEqualTo(entries.subList(0, before.size()));
    assertThat(before.stream().filter(CheckpointSaved.class::isInstance)).hasSize(2);
    int end = (int) JournalContent.read(bytes).front().records().get(before.size() - 1).end();
    assertThat(changed).startsWith(Arrays.copyOf(bytes, end));
  }
}

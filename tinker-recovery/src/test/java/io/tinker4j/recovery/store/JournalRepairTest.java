package io.tinker4j.recovery.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.JournalVerification;
import io.tinker4j.recovery.ProgressJournal;
import io.tinker4j.recovery.journal.JournalEntry.LineageBegun;
import io.tinker4j.recovery.journal.JournalEntry.RunBegun;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import io.tinker4j.recovery.journal.JournalException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which file follows a damaged journal, what becomes of the damaged one, and what is refused. */
class JournalRepairTest {
  @TempDir private Path directory;

  private Path file() {
    return directory.resolve(JournalWriter.FILE);
  }

  private byte[] written() throws Exception {
    try (JournalWriter journal = JournalWriter.open(directory)) {
      journal.append(new RunBegun("abc"));
      journal.append(new LineageBegun(0, "run-1", -1, 0));
      journal.append(new StepsConfirmed(0, 1, 1));
      journal.append(new StepsConfirmed(0, 2, 2));
    }
    return Files.readAllBytes(file());
  }

  /** Changes a byte of a record, or of the header, and writes the file. */
  private byte[] damage(byte[] bytes, int at) throws Exception {
    byte[] damaged = bytes.clone();
    damaged[at] ^= (byte) 4;
    Files.write(file(), damaged);
    return damaged;
  }

  private JournalHeader header() throws Exception {
    return JournalContent.read(Files.readAllBytes(file())).header();
  }

  @Test
  void repair_followsTheHeader_andTheMarkIsThatOfTheNewFile() throws Exception {
    byte[] bytes = written();
    JournalHeader before = header();
    byte[] damaged = damage(bytes, JournalHeader.SIZE + 20);

    Path kept = ProgressJournal.repair(directory);

    assertThat(kept).hasFileName("progress.journal.damaged-1").hasBinaryContent(damaged);
    assertThat(header()).isEqualTo(new JournalHeader(before.journal(), before.generation() + 1));
    JournalMark mark = JournalMark.read(directory);
    assertThat(mark.isOf(header())).isTrue();
    assertThat(mark.length()).isEqualTo(Files.size(file()));
    assertThat(JournalVerification.verify(directory).isSound()).isTrue();
    assertThat(directory.resolve("progress.journal.copy")).doesNotExist();
  }

  @Test
  void repair_again_keepsBothDamagedFiles() throws Exception {
    byte[] first = damage(written(), JournalHeader.SIZE + 20);
    ProgressJournal.repair(directory);
    byte[] second = damage(written(), JournalHeader.SIZE + 20);

    Path kept = ProgressJournal.repair(directory);

    assertThat(kept).hasFileName("progress.journal.damaged-2").hasBinaryContent(second);
    assertThat(directory.resolve("progress.journal.damaged-1")).hasBinaryContent(first);
  }

  /** A repair that ended before its mark has left one of a later file. */
  @Test
  void repair_besideALaterMark_followsTheMark() throws Exception {
    byte[] bytes = written();
    JournalHeader before = header();
    new JournalMark(before.journal(), before.generation() + 5, 9, 9, 9)
        .write(directory, JournalWriteHook.NONE);
    damage(bytes, JournalHeader.SIZE + 20);

    ProgressJournal.repair(directory);

    assertThat(header()).isEqualTo(new JournalHeader(before.journal(), before.generation() + 6));
  }

  @Test
  void repair_withoutAHeader_followsTheMark_withoutBothItIsAnotherJournal() throws Exception {
    byte[] bytes = written();
    JournalHeader before = header();
    damage(bytes, 20);
    ProgressJournal.repair(directory);
    assertThat(header()).isEqualTo(new JournalHeader(before.journal(), before.generation() + 1));

    damage(bytes, 20);
    Files.delete(directory.resolve(JournalMark.FILE));
    ProgressJournal.repair(directory);

    assertThat(header().generation()).isEqualTo(1);
    assertThat(header().journal()).isNotEqualTo(before.journal());
  }

  @Test
  void repair_ofWhatIsOpen_whole_noJournalOrNothing_isRefused() throws Exception {
    byte[] unused = written();
    assertThatThrownBy(() -> ProgressJournal.repair(directory))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("nothing to repair");
    try (JournalWriter open = JournalWriter.open(directory)) {
      assertThatThrownBy(() -> ProgressJournal.repair(directory))
          .hasMessageContaining("this process has the journal in " + directory + " open");
      open.append(new StepsConfirmed(0, 3, 3));
    }
    Files.writeString(file(), "a text of somebody else");
    Files.delete(directory.resolve(JournalMark.FILE));
    assertThatThrownBy(() -> ProgressJournal.repair(directory))
        .hasMessageContaining("is not a progress journal");
    assertThatThrownBy(() -> ProgressJournal.repair(directory.resolve("nowhere")))
        .hasMessageContaining("there is no journal");
  }

  @Test
  void open_ofSeveralDamagedPlaces_namesTheFirstAndCountsTheOthers() throws Exception {
    byte[] bytes = written();
    List<JournalContent.Located> records = JournalContent.read(bytes).front().records();
    byte[] damaged = bytes.clone();
    damaged[(int) records.get(0).end() - 3] ^= (byte) 4;
    damaged[(int) records.get(2).end() - 3] ^= (byte) 4;
    Files.write(file(), damaged);

    assertThatThrownBy(() -> JournalWriter.open(directory))
        .hasMessageContaining("bytes %d to ".formatted(JournalHeader.SIZE))
        .hasMessageContaining("; and 1 more places");
    damage(bytes, (int) records.get(0).end() - 3);
    assertThatThrownBy(() -> JournalWriter.open(directory)).message().doesNotContain("more places");
  }

  @Test
  void open_ofACopyThatWasGoneOnWith_isRefused() throws Exception {
    byte[] bytes = written();
    JournalHeader header = header();
    JournalContent content = JournalContent.read(bytes);
    new JournalMark(
            header.journal(),
            header.generation(),
            content.size(),
            content.entries().size(),
            content.checksum() + 1)
        .write(directory, JournalWriteHook.NONE);

    assertThatThrownBy(() -> JournalWriter.open(directory))
        .hasMessageContaining("it is another copy, which was gone on with by itself");
  }

  /** A mark of another journal does not tell what the end of this one was. */
  @Test
  void inspect_ofATornEndBesideAnotherRunsMark_tellsBoth() throws Exception {
    byte[] bytes = written();
    Files.write(file(), Arrays.copyOf(bytes, bytes.length + 5));
    new JournalMark(new UUID(1, 2), 1, 9, 9, 9).write(directory, JournalWriteHook.NONE);

    assertThat(JournalCheck.inspect(directory).damage())
        .extracting(Object::toString)
        .containsExactly(
            "bytes %d to %d are damaged: no whole record begins there, at the end of the file"
                .formatted(bytes.length, bytes.length + 4),
            "the journal is not what was written last: it is the journal of another run");
  }

  @Test
  void isForeign_onlyOfWhatBeginsWithSomethingElse() throws Exception {
    byte[] text = "a text of somebody else".getBytes(StandardCharsets.US_ASCII);

    assertThat(JournalCheck.isForeign(JournalContent.read(text), text)).isTrue();
    assertThat(JournalCheck.isForeign(JournalContent.read(new byte[0]), new byte[0])).isFalse();
    byte[] torn = Arrays.copyOf(written(), 12);
    assertThat(JournalCheck.isForeign(JournalContent.read(torn), torn)).isFalse();
  }
}

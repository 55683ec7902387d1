package io.tinker4j.recovery.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.journal.JournalContents;
import io.tinker4j.recovery.journal.JournalException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of files that are hardly begun, or are no journals. */
class JournalReaderTest {
  @TempDir private Path directory;

  private void write(byte[] bytes) throws Exception {
    Files.write(directory.resolve(JournalWriter.FILE), bytes);
  }

  @Test
  void headerThatWasBeingWritten_hasNoEntries() throws Exception {
    byte[] header = JournalHeader.create().bytes().array();
    for (byte[] torn : List.of(new byte[0], Arrays.copyOf(header, 12), header)) {
      write(torn);

      assertThat(JournalReader.read(directory)).isEmpty();
    }
  }

  @Test
  void whatIsNoJournal_isRefused_alsoWhenItIsShort() throws Exception {
    for (String text : List.of("short", "a text of somebody else, longer than a header")) {
      write(text.getBytes(StandardCharsets.US_ASCII));

      assertThatThrownBy(() -> JournalReader.read(directory))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("not a progress journal");
      assertThatThrownBy(() -> JournalReader.contents(directory))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("not a progress journal");
    }
  }

  @Test
  void contents_ofAWholeJournal_haveNoDamage() {
    JournalWriter.open(directory).close();

    JournalContents contents = JournalReader.contents(directory);

    assertThat(contents.entries()).hasSize(1);
    assertThat(contents.damage()).isEmpty();
  }

  @Test
  void journalThatIsADirectory_cannotBeRead() throws Exception {
    Files.createDirectory(directory.resolve(JournalWriter.FILE));

    assertThatThrownBy(() -> JournalReader.read(directory))
        .isInstanceOf(JournalException.class)
        .hasMessageStartingWith("cannot read ");
  }
}

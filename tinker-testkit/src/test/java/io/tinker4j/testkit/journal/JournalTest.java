package io.tinker4j.testkit.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file that everything durable is in. */
class JournalTest {
  @TempDir Path directory;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Path file() {
    return directory.resolve("journal");
  }

  private Journal open() throws IOException {
    Journal journal = Journal.open(directory);
    journal.replay(entry -> {});
    return journal;
  }

  /** Opens the journal and closes it again; what it holds. */
  private List<LogEntry> contents() throws IOException {
    List<LogEntry> entries = new ArrayList<>();
    try (Journal journal = Journal.open(directory)) {
      journal.replay(entries::add);
    }
    return entries;
  }

  @Test
  void entries_areReadInTheirOrderWithAllTheirParts() throws IOException {
    long address;
    try (Journal journal = open()) {
      journal.append(Map.of("a", 1));
      address = journal.append(Map.of("b", "ü"), bytes("one"), new byte[0], bytes("three"));
      journal.sync(address);

      assertThat(journal.read(address).text("b")).isEqualTo("ü");
    }

    List<LogEntry> entries = contents();

    assertThat(entries).hasSize(2);
    assertThat(entries.get(0).number("a")).isEqualTo(1);
    assertThat(entries.get(1).address()).isEqualTo(address);
    assertThat(entries.get(1).part(0)).isEqualTo(bytes("one"));
    assertThat(entries.get(1).part(1)).isEmpty();
    assertThat(entries.get(1).part(2)).isEqualTo(bytes("three"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 8, 9, 30})
  void entry_cutOffByACrash_isForgottenAndWrittenOver(int cut) throws IOException {
    long last;
    try (Journal journal = open()) {
      journal.append(Map.of("kept", 1));
      last = journal.append(Map.of("lost", 2), bytes("a part that makes the entry long enough"));
    }
    byte[] whole = Files.readAllBytes(file());
    Files.write(
        file(), Arrays.copyOf(whole, (int) last + cut), StandardOpenOption.TRUNCATE_EXISTING);

    try (Journal journal = open()) {
      journal.append(Map.of("next", 3));
    }

    assertThat(contents())
        .extracting(entry -> entry.fields().keySet().toString())
        .containsExactly("[kept]", "[next]");
  }

  @Test
  void entry_damaged_isNotTakenForOne() throws IOException {
    try (Journal journal = open()) {
      journal.append(Map.of("kept", 1));
      journal.append(Map.of("lost", 2));
    }
    byte[] whole = Files.readAllBytes(file());
    whole[whole.length - 2] ^= 1;
    Files.write(file(), whole);

    assertThat(contents()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 8, 20})
  void entry_damagedBeforeOthers_isRefusedAndNothingIsCutOff(int at) throws IOException {
    try (Journal journal = open()) {
      journal.append(Map.of("damaged", 1));
      journal.append(Map.of("whole", 2), bytes("a part"));
    }
    byte[] damaged = Files.readAllBytes(file());
    damaged[at] ^= 1;
    Files.write(file(), damaged);

    assertThatThrownBy(this::contents)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is damaged at byte 0");
    assertThat(Files.readAllBytes(file())).isEqualTo(damaged);
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "a file of somebody else's, and a longer one"})
  void open_fileOfSomethingElse_isRefusedByItsNameAndLeftAlone(String text) throws IOException {
    Files.writeString(file(), text);

    assertThatThrownBy(this::contents)
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file() + " is not a journal of this server");
    assertThat(file()).hasContent(text);
  }

  @Test
  void open_zerosThatACrashHasLeft_areCutOff() throws IOException {
    try (Journal journal = open()) {
      journal.append(Map.of("kept", 1));
    }
    Files.write(file(), new byte[24], StandardOpenOption.APPEND);

    assertThat(contents()).hasSize(1);
    Files.write(file(), new byte[24]);
    assertThat(contents()).isEmpty();
  }

  @Test
  void open_whileInUse_saysSo() throws IOException {
    try (Journal journal = open()) {
      assertThat(journal).isNotNull();
      assertThatThrownBy(this::contents)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use by another server");
    }
  }

  @Test
  void server_onADirectoryInUse_doesNotStart() {
    try (EmbeddedTinkerServer server =
        EmbeddedTinkerServer.builder().dataDirectory(directory).start()) {
      assertThat(server.baseUrl()).isNotNull();
      EmbeddedTinkerServer.Builder second = EmbeddedTinkerServer.builder().dataDirectory(directory);
      assertThatThrownBy(second::start)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("in use by another server");
    }
  }
}

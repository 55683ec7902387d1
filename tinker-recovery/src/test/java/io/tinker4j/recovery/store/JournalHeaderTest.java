package io.tinker4j.recovery.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.journal.JournalException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The first bytes of a journal, whole or not. */
class JournalHeaderTest {
  private static final JournalHeader HEADER = new JournalHeader(new UUID(1, 2), 3);

  private static byte[] text(String magic) {
    return magic.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void read_givesBackWhatWasWritten_alsoWithNothingBehindIt() {
    byte[] bytes = HEADER.bytes().array();

    assertThat(bytes).hasSize(36).startsWith(text("T4JREC02"));
    assertThat(JournalHeader.read(bytes)).isEqualTo(HEADER);
    assertThat(JournalHeader.read(Arrays.copyOf(bytes, 50))).isEqualTo(HEADER);
    assertThat(JournalHeader.read(Arrays.copyOf(bytes, 35))).isNull();
    assertThat(HEADER.next()).isEqualTo(new JournalHeader(new UUID(1, 2), 4));
  }

  @Test
  void read_ofTheFirstVersion_needsNoMoreThanItsName() {
    JournalHeader first = JournalHeader.read(text("T4JREC01"));

    assertThat(first).isEqualTo(new JournalHeader(new UUID(0, 0), 0));
    assertThat(first.size()).isEqualTo(8);
    assertThat(first.next().generation()).isEqualTo(1);
    assertThat(first.next().journal()).isNotEqualTo(first.journal());
    assertThat(JournalHeader.read(text("T4JREC0"))).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"T4JREC03", "T4JREC10", "T4JREC99"})
  void read_ofALaterVersion_namesIt(String magic) {
    assertThatThrownBy(() -> JournalHeader.read(text(magic)))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("(format %d)".formatted(Integer.parseInt(magic.substring(6))));
  }

  /** The characters before and behind the digits are no version. */
  @ParameterizedTest
  @ValueSource(strings = {"T4JREC0:", "T4JREC:9", "T4JREC9/", "T4JREC/9", "T4JREC00", "U4JREC09"})
  void read_ofWhatIsNoVersion_isNoHeader(String magic) {
    assertThat(JournalHeader.read(text(magic))).isNull();
  }

  @Test
  void isOurs_goesByTheNameAlone() {
    assertThat(JournalHeader.isOurs(text("T4JREC"))).isTrue();
    assertThat(JournalHeader.isOurs(text("T4JREC??"))).isTrue();
    assertThat(JournalHeader.isOurs(text("T4JRE"))).isFalse();
    assertThat(JournalHeader.isOurs(text("T4JREX02"))).isFalse();
  }

  @Test
  void mayBeTorn_aPartOfAHeaderOrZeros_andNothingLonger() {
    byte[] bytes = HEADER.bytes().array();
    byte[] other = bytes.clone();
    other[7] = 'x';

    assertThat(JournalHeader.mayBeTorn(new byte[0])).isTrue();
    assertThat(JournalHeader.mayBeTorn(text("T4J"))).isTrue();
    assertThat(JournalHeader.mayBeTorn(bytes)).isTrue();
    assertThat(JournalHeader.mayBeTorn(new byte[36])).isTrue();
    assertThat(JournalHeader.mayBeTorn(other)).isFalse();
    assertThat(JournalHeader.mayBeTorn(new byte[37])).isFalse();
    assertThat(JournalHeader.mayBeTorn(Arrays.copyOf(bytes, 37))).isFalse();
  }
}

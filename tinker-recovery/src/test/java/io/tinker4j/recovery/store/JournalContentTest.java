package io.tinker4j.recovery.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.recovery.journal.JournalDamage;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What is wrong with bytes of a journal, and how many entries that costs. */
class JournalContentTest {
  private static final JournalHeader HEADER = new JournalHeader(new UUID(1, 2), 3);
  private static final int FIRST = JournalHeader.SIZE;

  /** As long as the numbers have one digit. */
  private static final int RECORD = JournalContent.frame(new StepsConfirmed(0, 1, 1), 0).limit();

  private static byte[] journal(int records) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(HEADER.bytes().array());
    int previous = HEADER.checksum();
    for (int step = 1; step <= records; step++) {
      ByteBuffer frame = JournalContent.frame(new StepsConfirmed(0, step, step), previous);
      previous = JournalContent.checksum(frame);
      bytes.writeBytes(frame.array());
    }
    return bytes.toByteArray();
  }

  /** Returns a journal of nine records of which these, counted from 0, have a bad checksum. */
  private static JournalContent damaged(int... records) {
    byte[] bytes = journal(9);
    for (int record : records) {
      bytes[FIRST + (record + 1) * RECORD - 4] ^= (byte) 1;
    }
    return JournalContent.read(bytes);
  }

  private static List<String> damage(JournalContent content) {
    return content.damage().stream().map(JournalDamage::toString).toList();
  }

  private static String from(int record, int count, String what) {
    int at = FIRST + record * RECORD;
    return "bytes %d to %d are damaged: %s".formatted(at, at + count * RECORD - 1, what);
  }

  @Test
  void wholeJournal_isAllFront() {
    JournalContent content = JournalContent.read(journal(9));

    assertThat(content.entries()).hasSize(9);
    assertThat(content.damage()).isEmpty();
    assertThat(content.torn()).isZero();
    assertThat(content.lost()).isZero();
    assertThat(JournalContent.read(HEADER.bytes().array()).torn()).isZero();
  }

  @Test
  void severalPlaces_areCountedFromBothSides() {
    JournalContent content = damaged(1, 4, 5);

    assertThat(damage(content))
        .containsExactly(
            from(1, 1, "the record's checksum does not fit; 1 whole entries before it, 5 after"),
            from(
                4, 2, "the checksums of 2 records do not fit; 3 whole entries before it, 3 after"));
    assertThat(content.wholeBehind()).isEqualTo(5);
    assertThat(content.lost()).isEqualTo(3);
    assertThat(content.torn()).isZero();
  }

  @Test
  void lastRecord_isTorn_andLost() {
    JournalContent content = damaged(2, 8);

    assertThat(content.torn()).isEqualTo(RECORD);
    assertThat(content.lost()).isEqualTo(2);
    assertThat(content.damage()).hasSize(1);
  }

  @Test
  void recordThatIsMissingOrRepeated_isAPlaceWithoutBytes() {
    byte[] whole = journal(5);
    ByteArrayOutputStream missing = new ByteArrayOutputStream();
    missing.write(whole, 0, FIRST + RECORD);
    missing.write(whole, FIRST + 2 * RECORD, 3 * RECORD);

    JournalContent content = JournalContent.read(missing.toByteArray());

    assertThat(damage(content))
        .containsExactly(
            "at byte %d, records are missing, repeated or of another journal; 1 whole entries"
                    .formatted(FIRST + RECORD)
                + " before it, 3 after");
    assertThat(content.lost()).isZero();
  }

  @Test
  void lengthThatIsDamaged_countsAsOneAtLeast() {
    for (int length : new int[] {-1, 0, RECORD, Integer.MAX_VALUE}) {
      byte[] bytes = journal(5);
      ByteBuffer.wrap(bytes).putInt(FIRST + RECORD, length);

      JournalContent content = JournalContent.read(bytes);

      assertThat(damage(content))
          .as("length " + length)
          .containsExactly(
              from(1, 1, "no whole record begins there; 1 whole entries before it, 3 after"));
      assertThat(content.lost()).isOne();
    }
  }

  @Test
  void headerThatIsGone_leavesTheRecords_andNothingIsLeftOfLess() {
    byte[] bytes = journal(3);
    bytes[20] ^= (byte) 1;

    assertThat(damage(JournalContent.read(bytes)))
        .containsExactly(
            "bytes 0 to %d are damaged: the header is not whole; 0 whole entries before it, 3 after"
                .formatted(FIRST - 1));
    assertThat(damage(JournalContent.read(Arrays.copyOf(bytes, 25))))
        .containsExactly(
            "bytes 0 to 24 are damaged: the header is not whole, and there is no whole record");
    assertThat(JournalContent.read(Arrays.copyOf(bytes, 25)).torn()).isZero();
    assertThat(JournalContent.read(new byte[0]).damage()).isEmpty();
  }
}

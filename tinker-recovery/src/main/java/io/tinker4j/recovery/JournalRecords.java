package io.tinker4j.recovery;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The bytes of a journal: a header, then per entry its length, the CRC-32C of what follows, and the
 * entry as JSON. The first record that is not whole ends the journal: it was being written when the
 * process died.
 */
final class JournalRecords {
  private static final long MAGIC = 0x54344A5245433031L; // "T4JREC01"
  static final int HEADER = Long.BYTES;
  private static final int FRAME = 2 * Integer.BYTES;
  private static final int LONGEST = 16 << 20;

  private JournalRecords() {}

  /** What a file says, and where its last whole record ends. */
  record Content(List<JournalEntry> entries, long end) {}

  static ByteBuffer header() {
    return ByteBuffer.allocate(HEADER).putLong(MAGIC).flip();
  }

  static ByteBuffer frame(JournalEntry entry) {
    byte[] json = EntryJson.write(entry);
    return ByteBuffer.allocate(FRAME + json.length)
        .putInt(json.length)
        .putInt(checksum(json))
        .put(json)
        .flip();
  }

  private static int checksum(byte[] json) {
    CRC32C checksum = new CRC32C();
    checksum.update(json);
    return (int) checksum.getValue();
  }

  /**
   * Reads a file.
   *
   * @throws JournalException when it is no journal
   */
  static Content read(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    if (bytes.remaining() < HEADER) {
      return new Content(List.of(), 0);
    }
    if (bytes.getLong() != MAGIC) {
      throw new JournalException("the file is not a progress journal of this version");
    }
    List<JournalEntry> entries = new ArrayList<>();
    int end = bytes.position();
    while (bytes.remaining() >= FRAME) {
      int length = bytes.getInt();
      int checksum = bytes.getInt();
      if (length < 0 || length > LONGEST || length > bytes.remaining()) {
        break;
      }
      byte[] json = new byte[length];
      bytes.get(json);
      if (checksum(json) != checksum) {
        break;
      }
      entries.add(EntryJson.read(json));
      end = bytes.position();
    }
    return new Content(List.copyOf(entries), end);
  }
}

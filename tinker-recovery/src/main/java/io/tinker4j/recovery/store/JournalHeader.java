package io.tinker4j.recovery.store;

import io.tinker4j.recovery.journal.JournalException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How a journal's file begins: which journal it is, and how often it was written anew.
 *
 * @param generation 0 for files of the first version, which do not say which journal they are
 */
record JournalHeader(UUID journal, long generation) {
  private static final long MAGIC = 0x54344A5245433032L; // "T4JREC02"
  private static final long FIRST_MAGIC = 0x54344A5245433031L; // "T4JREC01"
  private static final int NAME = 6; // of the bytes of the magic number; the others are a version
  private static final UUID UNKNOWN = new UUID(0, 0);

  /** How long the header is that is written now. */
  static final int SIZE = 4 * Long.BYTES + Integer.BYTES;

  static JournalHeader create() {
    return new JournalHeader(UUID.randomUUID(), 1);
  }

  /** Returns the header of the file that replaces this one's. */
  JournalHeader next() {
    return isOfFirstVersion() ? create() : new JournalHeader(journal, generation + 1);
  }

  boolean isOfFirstVersion() {
    return generation == 0;
  }

  int size() {
    return isOfFirstVersion() ? Long.BYTES : SIZE;
  }

  ByteBuffer bytes() {
    return unchecked().putInt(checksum()).flip();
  }

  /** Returns what the first record is chained to. */
  int checksum() {
    CRC32C checksum = new CRC32C();
    checksum.update(unchecked().flip());
    return (int) checksum.getValue();
  }

  private ByteBuffer unchecked() {
    return ByteBuffer.allocate(SIZE)
        .putLong(MAGIC)
        .putLong(journal.getMostSignificantBits())
        .putLong(journal.getLeastSignificantBits())
        .putLong(generation);
  }

  /**
   * Reads the header of a file; null when it has none that is whole.
   *
   * @throws JournalException when a newer version has written it
   */
  static @Nullable JournalHeader read(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    if (file.length < Long.BYTES) {
      return null;
    }
    long magic = bytes.getLong();
    if (magic == FIRST_MAGIC) {
      return new JournalHeader(UNKNOWN, 0);
    }
    if (magic == MAGIC) {
      if (file.length < SIZE) {
        return null;
      }
      JournalHeader header =
          new JournalHeader(new UUID(bytes.getLong(), bytes.getLong()), bytes.getLong());
      return bytes.getInt() == header.checksum() ? header : null;
    }
    int version = version(file);
    if (isOurs(file) && version > 2) {
      throw new JournalException(
          "the journal was written by a newer version (format %d); use that version"
              .formatted(version));
    }
    return null;
  }

  /** Returns whether a file begins like a journal, whatever its version. */
  static boolean isOurs(byte[] file) {
    byte[] magic = ByteBuffer.allocate(Long.BYTES).putLong(MAGIC).array();
    for (int i = 0; i < NAME; i++) {
      if (i >= file.length || file[i] != magic[i]) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether a file may be a header that was being written: a part of one, or zeros. */
  static boolean mayBeTorn(byte[] file) {
    if (file.length > SIZE) {
      return false;
    }
    byte[] magic = ByteBuffer.allocate(Long.BYTES).putLong(MAGIC).array();
    boolean isPart = true;
    boolean isZero = true;
    for (int i = 0; i < file.length; i++) {
      isPart &= i >= magic.length || file[i] == magic[i];
      isZero &= file[i] == 0;
    }
    return isPart || isZero;
  }

  private static int version(byte[] file) {
    int tens = file[NAME] - '0';
    int ones = file[NAME + 1] - '0';
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : 0;
  }
}

package io.tinker4j.testkit;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One entry of the journal: what kind of thing happened, its fields and its bulky parts. */
final class JournalEntry {
  private final long offset;
  private final Map<String, @Nullable Object> fields;
  private final List<byte[]> parts;

  /** The parts are handed over, not copied. */
  JournalEntry(long offset, Map<String, @Nullable Object> fields, List<byte[]> parts) {
    this.offset = offset;
    this.fields = fields;
    this.parts = parts;
  }

  /** Where the entry is, to be read again. */
  long offset() {
    return offset;
  }

  boolean has(String field) {
    return fields.get(field) != null;
  }

  Map<String, @Nullable Object> fields() {
    return fields;
  }

  /**
   * The text of a field.
   *
   * @throws IllegalArgumentException when there is no such field
   */
  String text(String field) {
    Object value = fields.get(field);
    if (value == null) {
      throw new IllegalArgumentException("entry " + fields + " has no " + field);
    }
    return value.toString();
  }

  /**
   * The number of a field.
   *
   * @throws IllegalArgumentException when there is no such field or it is no number
   */
  long number(String field) {
    return Long.parseLong(text(field));
  }

  /** A part; shared, not to be written to. */
  byte[] part(int index) {
    return parts.get(index);
  }
}

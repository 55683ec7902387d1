package io.tinker4j.testkit.journal;

import io.tinker4j.transport.operation.JsonCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the journal: what kind of thing happened, its fields and its bulky parts. Reads its
 * content when it is asked for it. Not safe for use by many threads.
 */
public final class LogEntry {
  private final long address;
  private final ByteBuffer content;
  private @Nullable Map<String, @Nullable Object> fields;

  /**
   * Creates an entry.
   *
   * @param content the lengths of a JSON object and of the parts, each before the bytes
   */
  LogEntry(long address, ByteBuffer content) {
    this.address = address;
    this.content = content;
  }

  /** Where the entry is, to be read again. */
  public long address() {
    return address;
  }

  /** The bytes of fields and parts. */
  ByteBuffer content() {
    return content.duplicate();
  }

  public boolean has(String field) {
    return fields().get(field) != null;
  }

  public Map<String, @Nullable Object> fields() {
    Map<String, @Nullable Object> read = fields;
    if (read == null) {
      read = JsonCodec.readMap(next(content()));
      fields = read;
    }
    return read;
  }

  /**
   * The text of a field.
   *
   * @throws IllegalArgumentException when there is no such field
   */
  public String text(String field) {
    Object value = fields().get(field);
    if (value == null) {
      throw new IllegalArgumentException("entry " + fields() + " has no " + field);
    }
    return value.toString();
  }

  /**
   * The number of a field.
   *
   * @throws IllegalArgumentException when there is no such field or it is no number
   */
  public long number(String field) {
    return Long.parseLong(text(field));
  }

  /** A part. */
  public byte[] part(int index) {
    return parts().get(index);
  }

  private List<byte[]> parts() {
    ByteBuffer rest = content();
    byte[] unused = next(rest);
    List<byte[]> parts = new ArrayList<>();
    while (rest.hasRemaining()) {
      parts.add(next(rest));
    }
    return parts;
  }

  private static byte[] next(ByteBuffer content) {
    byte[] bytes = new byte[content.getInt()];
    content.get(bytes);
    return bytes;
  }

  /** The content of an entry of these fields and parts. */
  static ByteBuffer content(Map<String, ?> fields, byte[]... parts) {
    byte[] json = JsonCodec.write(fields);
    int length = Integer.BYTES + json.length;
    for (byte[] part : parts) {
      length = Math.addExact(length, Integer.BYTES + part.length);
    }
    ByteBuffer content = ByteBuffer.allocate(length).putInt(json.length).put(json);
    for (byte[] part : parts) {
      content.putInt(part.length).put(part);
    }
    return content.flip();
  }
}

package io.tinker4j.transport.endpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes protobuf fields into an array of the final size, so that the elements of a tensor go from
 * their array to the body in one copy. Whoever writes a message says its size first.
 */
final class ProtoWriter {
  private final ByteBuffer buffer;

  ProtoWriter(int size) {
    this.buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns the array, which must be full. */
  byte[] finished() {
    if (buffer.hasRemaining()) {
      throw new IllegalStateException(buffer.remaining() + " bytes of the message are missing");
    }
    return buffer.array();
  }

  /** Returns the size of a field that holds so many bytes. */
  static int sizeOf(int field, int length) {
    return Math.addExact(sizeOfTag(field) + sizeOfVarint(length), length);
  }

  static int sizeOfText(int field, String text) {
    return sizeOf(field, text.getBytes(StandardCharsets.UTF_8).length);
  }

  static int sizeUnlessEmpty(int field, String text) {
    return text.isEmpty() ? 0 : sizeOfText(field, text);
  }

  static int sizeOfInteger(int field, long value) {
    return sizeOfTag(field) + sizeOfVarint(value);
  }

  static int sizeOfNumber(int field) {
    return sizeOfTag(field) + Double.BYTES;
  }

  /** Seven bits to a byte; a negative number takes ten. */
  static int sizeOfVarint(long value) {
    return (Long.SIZE - Long.numberOfLeadingZeros(value | 1) + 6) / 7;
  }

  private static int sizeOfTag(int field) {
    return sizeOfVarint((long) field << 3);
  }

  /** Begins a field that holds so many bytes, which must follow. */
  void begin(int field, int length) {
    tag(field, ProtoReader.LENGTH_DELIMITED);
    varint(length);
  }

  void text(int field, String text) {
    bytes(field, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  void textUnlessEmpty(int field, String text) {
    if (!text.isEmpty()) {
      text(field, text);
    }
  }

  void bytes(int field, ByteBuffer value) {
    begin(field, value.remaining());
    buffer.put(value.duplicate());
  }

  void integer(int field, long value) {
    tag(field, ProtoReader.VARINT);
    varint(value);
  }

  void ints(int field, IntBuffer values) {
    array(field, values.remaining() * Integer.BYTES).asIntBuffer().put(values);
  }

  void longs(int field, LongBuffer values) {
    array(field, values.remaining() * Long.BYTES).asLongBuffer().put(values);
  }

  void floats(int field, FloatBuffer values) {
    array(field, values.remaining() * Float.BYTES).asFloatBuffer().put(values);
  }

  void number(int field, double value) {
    tag(field, ProtoReader.FIXED64);
    buffer.putDouble(value);
  }

  void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      buffer.put((byte) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    buffer.put((byte) rest);
  }

  /** Begins a field and returns the place of its bytes, which count as written. */
  private ByteBuffer array(int field, int length) {
    begin(field, length);
    ByteBuffer place = buffer.slice(buffer.position(), length).order(ByteOrder.LITTLE_ENDIAN);
    buffer.position(buffer.position() + length);
    return place;
  }

  private void tag(int field, int wireType) {
    varint((field << 3) | wireType);
  }
}

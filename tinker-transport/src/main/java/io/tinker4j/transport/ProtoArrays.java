package io.tinker4j.transport;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;

/** Moves primitive arrays to and from little-endian packed bytes, in one pass. */
final class ProtoArrays {
  private ProtoArrays() {}

  static ByteString ofInts(IntBuffer values) {
    ByteBuffer bytes = littleEndian(Math.multiplyExact(values.remaining(), Integer.BYTES));
    bytes.asIntBuffer().put(values);
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  static ByteString ofLongs(LongBuffer values) {
    ByteBuffer bytes = littleEndian(Math.multiplyExact(values.remaining(), Long.BYTES));
    bytes.asLongBuffer().put(values);
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  static ByteString ofFloats(FloatBuffer values) {
    ByteBuffer bytes = littleEndian(Math.multiplyExact(values.remaining(), Float.BYTES));
    bytes.asFloatBuffer().put(values);
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  static int[] toInts(ByteString bytes) {
    int[] values = new int[count(bytes, Integer.BYTES)];
    view(bytes).asIntBuffer().get(values);
    return values;
  }

  static long[] toLongs(ByteString bytes) {
    long[] values = new long[count(bytes, Long.BYTES)];
    view(bytes).asLongBuffer().get(values);
    return values;
  }

  static float[] toFloats(ByteString bytes) {
    float[] values = new float[count(bytes, Float.BYTES)];
    view(bytes).asFloatBuffer().get(values);
    return values;
  }

  /** The upper halves of float32 values. */
  static float[] bfloat16ToFloats(ByteString bytes) {
    float[] values = new float[count(bytes, Short.BYTES)];
    ByteBuffer view = view(bytes);
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(view.getShort() << 16);
    }
    return values;
  }

  static long[] intsToLongs(ByteString bytes) {
    long[] values = new long[count(bytes, Integer.BYTES)];
    ByteBuffer view = view(bytes);
    for (int i = 0; i < values.length; i++) {
      values[i] = view.getInt();
    }
    return values;
  }

  private static int count(ByteString bytes, int width) {
    if (bytes.size() % width != 0) {
      throw new IllegalArgumentException(
          "a packed array of %d bytes does not hold elements of %d bytes"
              .formatted(bytes.size(), width));
    }
    return bytes.size() / width;
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer view(ByteString bytes) {
    return bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }
}

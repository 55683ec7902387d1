package io.tinker4j.transport.endpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;

/** Sees little-endian packed bytes as arrays. */
final class ProtoArrays {
  private ProtoArrays() {}

  static IntBuffer ints(ByteBuffer bytes) {
    requireWidth(bytes, Integer.BYTES);
    return view(bytes).asIntBuffer();
  }

  static LongBuffer longs(ByteBuffer bytes) {
    requireWidth(bytes, Long.BYTES);
    return view(bytes).asLongBuffer();
  }

  static FloatBuffer floats(ByteBuffer bytes) {
    requireWidth(bytes, Float.BYTES);
    return view(bytes).asFloatBuffer();
  }

  static long[] toLongs(ByteBuffer bytes) {
    LongBuffer view = longs(bytes);
    long[] values = new long[view.remaining()];
    view.get(values);
    return values;
  }

  /** The upper halves of float32 values. */
  static float[] bfloat16ToFloats(ByteBuffer bytes) {
    requireWidth(bytes, Short.BYTES);
    ByteBuffer view = view(bytes);
    float[] values = new float[bytes.remaining() / Short.BYTES];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(view.getShort() << 16);
    }
    return values;
  }

  static long[] intsToLongs(ByteBuffer bytes) {
    IntBuffer view = ints(bytes);
    long[] values = new long[view.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = view.get();
    }
    return values;
  }

  private static void requireWidth(ByteBuffer bytes, int width) {
    if (bytes.remaining() % width != 0) {
      throw new IllegalArgumentException(
          "a packed array of %d bytes does not hold elements of %d bytes"
              .formatted(bytes.remaining(), width));
    }
  }

  private static ByteBuffer view(ByteBuffer bytes) {
    return bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
  }
}

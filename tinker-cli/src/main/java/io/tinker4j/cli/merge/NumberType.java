package io.tinker4j.cli.merge;

import java.nio.ByteBuffer;
import java.util.Optional;

/** The types of numbers that can be computed with; values are rounded to the nearest, or even. */
enum NumberType {
  /** Of adapters alone: a model that has it would lose by single precision. */
  F64(Double.BYTES) {
    @Override
    float get(ByteBuffer from) {
      return (float) from.getDouble();
    }

    @Override
    void put(ByteBuffer to, float value) {
      to.putDouble(value);
    }
  },
  F32(Float.BYTES) {
    @Override
    float get(ByteBuffer from) {
      return from.getFloat();
    }

    @Override
    void put(ByteBuffer to, float value) {
      to.putFloat(value);
    }
  },
  F16(Short.BYTES) {
    @Override
    float get(ByteBuffer from) {
      return Float.float16ToFloat(from.getShort());
    }

    @Override
    void put(ByteBuffer to, float value) {
      to.putShort(Float.floatToFloat16(value));
    }
  },
  BF16(Short.BYTES) {
    @Override
    float get(ByteBuffer from) {
      return Float.intBitsToFloat(from.getShort() << Short.SIZE);
    }

    /** The upper half of a float; what is cut off decides, and at a tie the last bit that stays. */
    @Override
    void put(ByteBuffer to, float value) {
      int bits = Float.floatToRawIntBits(value);
      if (Float.isNaN(value)) {
        to.putShort((short) ((bits >>> Short.SIZE) | QUIET));
        return;
      }
      int last = (bits >>> Short.SIZE) & 1;
      to.putShort((short) ((bits + 0x7fff + last) >>> Short.SIZE));
    }
  };

  private static final int QUIET = 0x40;

  private final int size;

  NumberType(int size) {
    this.size = size;
  }

  /** Returns the type of that name in safetensors. */
  static Optional<NumberType> of(String name) {
    for (NumberType each : values()) {
      if (each.name().equals(name)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  int size() {
    return size;
  }

  /** Returns whether weights of this type can be merged into. */
  boolean isOfModels() {
    return this != F64;
  }

  abstract float get(ByteBuffer from);

  abstract void put(ByteBuffer to, float value);
}

package io.tinker4j.conformance;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Bytes that hold numbers of one width, little-endian. */
enum Packed {
  INT32(4),
  INT64(8),
  FLOAT32(4),
  FLOAT64(8);

  private final int width;

  Packed(int width) {
    this.width = width;
  }

  /** The one of a type such as {@code int32s}; null when it is another type. */
  static @Nullable Packed of(String type) {
    for (Packed each : values()) {
      if (type.equals(each.name().toLowerCase(Locale.ROOT) + "s")) {
        return each;
      }
    }
    return null;
  }

  byte[] write(List<?> numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(width * numbers.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (Object each : numbers) {
      if (!(each instanceof Number number)) {
        throw new IllegalArgumentException("expected a number, found " + each);
      }
      switch (this) {
        case INT32 -> bytes.putInt(number.intValue());
        case INT64 -> bytes.putLong(number.longValue());
        case FLOAT32 -> bytes.putFloat(number.floatValue());
        case FLOAT64 -> bytes.putDouble(number.doubleValue());
      }
    }
    return bytes.array();
  }

  List<Number> read(byte[] bytes) {
    if (bytes.length % width != 0) {
      throw new IllegalArgumentException(bytes.length + " bytes hold no numbers of " + width);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    List<Number> numbers = new ArrayList<>();
    while (in.hasRemaining()) {
      numbers.add(
          switch (this) {
            case INT32 -> (Number) in.getInt();
            case INT64 -> (Number) in.getLong();
            case FLOAT32 -> (Number) in.getFloat();
            case FLOAT64 -> (Number) in.getDouble();
          });
    }
    return numbers;
  }
}

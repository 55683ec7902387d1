package io.tinker4j.types;

import java.util.Arrays;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;

/** Moves JSON arrays to and from primitive arrays without boxing. */
final class JsonArrays {
  private static final int FIRST_CAPACITY = 64;

  private JsonArrays() {}

  static int[] readInts(JsonParser parser, DeserializationContext context) {
    requireArray(parser, context, int[].class);
    int[] values = new int[FIRST_CAPACITY];
    int size = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = parser.getIntValue();
    }
    return Arrays.copyOf(values, size);
  }

  static long[] readLongs(JsonParser parser, DeserializationContext context) {
    requireArray(parser, context, long[].class);
    long[] values = new long[FIRST_CAPACITY];
    int size = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = parser.getLongValue();
    }
    return Arrays.copyOf(values, size);
  }

  /** Reads floats; {@code null} becomes NaN, as servers write it where there is no value. */
  static float[] readFloats(JsonParser parser, DeserializationContext context) {
    requireArray(parser, context, float[].class);
    float[] values = new float[FIRST_CAPACITY];
    int size = 0;
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = token == JsonToken.VALUE_NULL ? Float.NaN : parser.getFloatValue();
    }
    return Arrays.copyOf(values, size);
  }

  static void writeInts(JsonGenerator out, String name, int[] values) {
    out.writeArrayPropertyStart(name);
    for (int value : values) {
      out.writeNumber(value);
    }
    out.writeEndArray();
  }

  static void writeLongs(JsonGenerator out, String name, long[] values) {
    out.writeArrayPropertyStart(name);
    for (long value : values) {
      out.writeNumber(value);
    }
    out.writeEndArray();
  }

  /** Writes floats; a non-finite one is refused, because JSON has no word for it. */
  static void writeFloats(JsonGenerator out, String name, float[] values) {
    out.writeArrayPropertyStart(name);
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            name + "[" + i + "] is " + values[i] + "; JSON bodies carry finite numbers only");
      }
      out.writeNumber(values[i]);
    }
    out.writeEndArray();
  }

  /** Writes log-probabilities; NaN, the absence of a value, becomes {@code null}. */
  static void writeLogprobs(JsonGenerator out, String name, float[] values) {
    out.writeArrayPropertyStart(name);
    for (float value : values) {
      if (Float.isNaN(value)) {
        out.writeNull();
      } else {
        out.writeNumber(value);
      }
    }
    out.writeEndArray();
  }

  private static void requireArray(
      JsonParser parser, DeserializationContext context, Class<?> type) {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      context.handleUnexpectedToken(type, parser);
    }
  }
}

package io.tinker4j.types;

import java.util.Arrays;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;

/** Moves JSON arrays to and from primitive arrays without boxing. */
final class JsonArrays {
  private JsonArrays() {}

  static int[] readInts(JsonParser parser, DeserializationContext context) {
    requireArray(parser, context, int[].class);
    JsonScratch scratch = JsonScratch.of(context);
    int size = 0;
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      requireInteger(token, size, parser, context);
      long value = parser.getLongValue();
      if (value != (int) value) {
        refuse(size, Long.toString(value), parser, context);
      }
      scratch.put(size++, (int) value);
    }
    return Arrays.copyOf(scratch.ints, size);
  }

  static long[] readLongs(JsonParser parser, DeserializationContext context) {
    requireArray(parser, context, long[].class);
    JsonScratch scratch = JsonScratch.of(context);
    int size = 0;
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      requireInteger(token, size, parser, context);
      scratch.put(size++, parser.getLongValue());
    }
    return Arrays.copyOf(scratch.longs, size);
  }

  /** Reads floats; {@code null} becomes NaN, as servers write it where there is no value. */
  static float[] readFloats(JsonParser parser, DeserializationContext context) {
    requireArray(parser, context, float[].class);
    JsonScratch scratch = JsonScratch.of(context);
    int size = 0;
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      scratch.put(size++, readFloat(token, parser, context));
    }
    return Arrays.copyOf(scratch.floats, size);
  }

  /** Reads a float; {@code null} becomes NaN, and non-finite ones may come as texts. */
  static float readFloat(JsonToken token, JsonParser parser, DeserializationContext context) {
    return switch (token) {
      case VALUE_NUMBER_FLOAT, VALUE_NUMBER_INT -> parser.getFloatValue();
      case VALUE_NULL -> Float.NaN;
      case VALUE_STRING ->
          switch (parser.getString().strip().toLowerCase(Locale.ROOT)) {
            case "nan" -> Float.NaN;
            case "inf", "+inf", "infinity", "+infinity" -> Float.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Float.NEGATIVE_INFINITY;
            default -> notANumber(parser, context);
          };
      default -> notANumber(parser, context);
    };
  }

  private static float notANumber(JsonParser parser, DeserializationContext context) {
    return ((Number) context.handleUnexpectedToken(Float.class, parser)).floatValue();
  }

  private static void requireInteger(
      JsonToken token, int index, JsonParser parser, DeserializationContext context) {
    if (token != JsonToken.VALUE_NUMBER_INT) {
      refuse(index, String.valueOf(parser.getString()), parser, context);
    }
  }

  private static void refuse(
      int index, String value, JsonParser parser, DeserializationContext context) {
    context.reportInputMismatch(
        int[].class,
        "%s[%d] is %s; expected is an integer in range",
        parser.streamReadContext().getParent().currentName(),
        index,
        value);
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
    FloatText text = new FloatText();
    out.writeArrayPropertyStart(name);
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            name + "[" + i + "] is " + values[i] + "; JSON bodies carry finite numbers only");
      }
      text.write(values[i], out);
    }
    out.writeEndArray();
  }

  /** Writes log-probabilities; NaN, the absence of a value, becomes {@code null}. */
  static void writeLogprobs(JsonGenerator out, String name, float[] values) {
    FloatText text = new FloatText();
    out.writeArrayPropertyStart(name);
    for (float value : values) {
      if (Float.isNaN(value)) {
        out.writeNull();
      } else {
        text.write(value, out);
      }
    }
    out.writeEndArray();
  }

  /** Writes floats without a text object for each. */
  private static final class FloatText {
    private final StringBuilder text = new StringBuilder(16);
    private final char[] chars = new char[16]; // The longest float has 15 characters.

    void write(float value, JsonGenerator out) {
      if (!Float.isFinite(value)) {
        out.writeNumber(value); // The generator has its own rule for these.
        return;
      }
      text.setLength(0);
      text.append(value);
      text.getChars(0, text.length(), chars, 0);
      out.writeNumber(chars, 0, text.length());
    }
  }

  private static void requireArray(
      JsonParser parser, DeserializationContext context, Class<?> type) {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      context.handleUnexpectedToken(type, parser);
    }
  }
}

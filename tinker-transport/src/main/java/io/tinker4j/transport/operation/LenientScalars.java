package io.tinker4j.transport.operation;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Set;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdScalarDeserializer;
import tools.jackson.databind.module.SimpleModule;

/**
 * Reads the spellings of numbers and booleans that the Python client accepts: integers as {@code
 * 16.0}, {@code "16"} or {@code true}; floats as texts, also those that are not finite, in all
 * spellings; booleans as 0, 1 and {@code "yes"}, {@code "no"} and the like. A text is never made of
 * a number.
 */
final class LenientScalars {
  private static final Set<String> TRUE = Set.of("1", "true", "yes", "on", "t", "y");
  private static final Set<String> FALSE = Set.of("0", "false", "no", "off", "f", "n");
  private static final int LONGEST_NUMBER = 400;

  private LenientScalars() {}

  static SimpleModule module() {
    return new SimpleModule("lenient scalars")
        .addDeserializer(Boolean.class, new Booleans(Boolean.class))
        .addDeserializer(boolean.class, new Booleans(boolean.class))
        .addDeserializer(Integer.class, new Integers(Integer.class))
        .addDeserializer(int.class, new Integers(int.class))
        .addDeserializer(Long.class, new Longs(Long.class))
        .addDeserializer(long.class, new Longs(long.class))
        .addDeserializer(Double.class, new Doubles(Double.class))
        .addDeserializer(double.class, new Doubles(double.class));
  }

  private abstract static class Scalar<T> extends StdScalarDeserializer<T> {
    Scalar(Class<T> type) {
      super(type);
    }

    @Override
    public T deserialize(JsonParser parser, DeserializationContext context) {
      return switch (parser.currentToken()) {
        case VALUE_TRUE -> ofBoolean(true);
        case VALUE_FALSE -> ofBoolean(false);
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_STRING -> ofText(parser, context);
        default -> cast(context.handleUnexpectedToken(handledType(), parser));
      };
    }

    abstract T ofBoolean(boolean value);

    abstract T ofText(JsonParser parser, DeserializationContext context);

    T refused(String text, String expected, DeserializationContext context) {
      return cast(context.handleWeirdStringValue(handledType(), text, "it is not %s", expected));
    }

    @SuppressWarnings("unchecked") // The handler returns a value of the type, or throws.
    private T cast(Object value) {
      return (T) value;
    }

    /** The integer that a number or a text of digits stands for. */
    BigInteger integer(JsonParser parser, DeserializationContext context) {
      String text = parser.getString().strip();
      if (text.length() <= LONGEST_NUMBER) {
        try {
          BigDecimal number = new BigDecimal(text);
          if (Math.abs(number.scale()) <= LONGEST_NUMBER) {
            return number.toBigIntegerExact();
          }
        } catch (ArithmeticException | NumberFormatException e) {
          return (BigInteger)
              context.handleWeirdStringValue(BigInteger.class, text, "it is not an integer");
        }
      }
      return (BigInteger)
          context.handleWeirdStringValue(BigInteger.class, text, "it is too long for an integer");
    }
  }

  private static final class Booleans extends Scalar<Boolean> {
    Booleans(Class<Boolean> type) {
      super(type);
    }

    @Override
    Boolean ofBoolean(boolean value) {
      return value;
    }

    @Override
    Boolean ofText(JsonParser parser, DeserializationContext context) {
      String text = parser.getString().toLowerCase(Locale.ROOT);
      if (TRUE.contains(text)) {
        return true;
      }
      return FALSE.contains(text) ? Boolean.FALSE : refused(text, "a boolean", context);
    }
  }

  private static final class Integers extends Scalar<Integer> {
    Integers(Class<Integer> type) {
      super(type);
    }

    @Override
    Integer ofBoolean(boolean value) {
      return value ? 1 : 0;
    }

    @Override
    Integer ofText(JsonParser parser, DeserializationContext context) {
      BigInteger value = integer(parser, context);
      return value.bitLength() < Integer.SIZE
          ? (Integer) value.intValue()
          : refused(value.toString(), "an integer of 32 bits", context);
    }
  }

  private static final class Longs extends Scalar<Long> {
    Longs(Class<Long> type) {
      super(type);
    }

    @Override
    Long ofBoolean(boolean value) {
      return value ? 1L : 0L;
    }

    @Override
    Long ofText(JsonParser parser, DeserializationContext context) {
      BigInteger value = integer(parser, context);
      return value.bitLength() < Long.SIZE
          ? (Long) value.longValue()
          : refused(value.toString(), "an integer of 64 bits", context);
    }
  }

  private static final class Doubles extends Scalar<Double> {
    Doubles(Class<Double> type) {
      super(type);
    }

    @Override
    Double ofBoolean(boolean value) {
      return value ? 1.0 : 0.0;
    }

    @Override
    Double ofText(JsonParser parser, DeserializationContext context) {
      String text = parser.getString().strip();
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "nan" -> Double.NaN;
        case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
        case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
        default -> finite(text, context);
      };
    }

    private Double finite(String text, DeserializationContext context) {
      try {
        return Double.parseDouble(text);
      } catch (NumberFormatException e) {
        return refused(text, "a number", context);
      }
    }
  }
}

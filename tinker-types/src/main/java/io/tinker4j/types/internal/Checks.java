package io.tinker4j.types.internal;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The ranges of arguments and settings; each refusal names the argument, its value and the range.
 */
public final class Checks {
  /** So that a sum of two of them, in nanoseconds, does not overflow. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private Checks() {}

  public static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw outOfRange(name, value, "at least " + least);
    }
  }

  /** Returns the number when it is not below 0. */
  public static int notNegative(String name, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " is " + value + "; it must not be negative");
    }
    return value;
  }

  public static void atLeast(String name, OptionalInt value, int least) {
    value.ifPresent(present -> atLeast(name, present, least));
  }

  /** Refuses NaN and infinity too: no setting is either. */
  public static void atLeast(String name, double value, double least) {
    if (!(value >= least && value < Double.POSITIVE_INFINITY)) {
      throw outOfRange(name, value, "finite and at least " + shown(least));
    }
  }

  public static void atMost(String name, double value, double most) {
    if (!(value <= most)) {
      throw outOfRange(name, value, "at most " + shown(most));
    }
  }

  public static void below(String name, double value, double bound) {
    if (!(value < bound)) {
      throw outOfRange(name, value, "below " + shown(bound));
    }
  }

  /** Refuses what is not from {@code least} to {@code most}, NaN included. */
  public static void range(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw outOfRange(name, value, "from %s to %s".formatted(shown(least), shown(most)));
    }
  }

  /** Refuses what is not above zero and finite, NaN included. */
  public static void positive(String name, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw outOfRange(name, value, "positive");
    }
  }

  /** Returns the duration, or a hundred years when it is longer. */
  public static Duration positive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw outOfRange(name, value, "positive");
    }
    return countable(value);
  }

  /** Returns the duration, or a hundred years when it is longer. */
  public static Duration notNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + " is " + value + "; it must not be negative");
    }
    return countable(value);
  }

  private static Duration countable(Duration value) {
    return value.compareTo(LONGEST) < 0 ? value : LONGEST;
  }

  private static String shown(double bound) {
    return bound == (long) bound ? Long.toString((long) bound) : Double.toString(bound);
  }

  private static IllegalArgumentException outOfRange(String name, Object value, String range) {
    return new IllegalArgumentException("%s is %s; it must be %s".formatted(name, value, range));
  }

  /** Refuses a type of whose optional values and maps not exactly one is there. */
  public static void exactlyOne(String type, Object... settings) {
    long present = Arrays.stream(settings).filter(Checks::isPresent).count();
    if (present != 1) {
      throw new IllegalArgumentException(
          "%s has %d of the settings of which it needs exactly one".formatted(type, present));
    }
  }

  private static boolean isPresent(Object setting) {
    return switch (setting) {
      case Optional<?> value -> value.isPresent();
      case Map<?, ?> values -> !values.isEmpty();
      default -> true;
    };
  }
}

package io.tinker4j.types;

import java.util.OptionalInt;

/** Ranges of the settings that requests carry; each refusal names the field, value and range. */
final class Checks {
  private Checks() {}

  static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw outOfRange(name, value, "at least " + least);
    }
  }

  static void atLeast(String name, OptionalInt value, int least) {
    value.ifPresent(present -> atLeast(name, present, least));
  }

  /** Refuses NaN and infinity too: no setting is either. */
  static void atLeast(String name, double value, double least) {
    if (!(value >= least && value < Double.POSITIVE_INFINITY)) {
      throw outOfRange(name, value, "finite and at least " + shown(least));
    }
  }

  static void atMost(String name, double value, double most) {
    if (!(value <= most)) {
      throw outOfRange(name, value, "at most " + shown(most));
    }
  }

  static void below(String name, double value, double bound) {
    if (!(value < bound)) {
      throw outOfRange(name, value, "below " + shown(bound));
    }
  }

  private static String shown(double bound) {
    return bound == (long) bound ? Long.toString((long) bound) : Double.toString(bound);
  }

  private static IllegalArgumentException outOfRange(String name, Object value, String range) {
    return new IllegalArgumentException("%s is %s; it must be %s".formatted(name, value, range));
  }

  static void exactlyOne(String type, boolean... present) {
    int count = 0;
    for (boolean each : present) {
      count += each ? 1 : 0;
    }
    if (count != 1) {
      throw new IllegalArgumentException(
          "%s has %d of the settings of which it needs exactly one".formatted(type, count));
    }
  }
}

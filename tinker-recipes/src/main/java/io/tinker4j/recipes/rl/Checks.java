package io.tinker4j.recipes.rl;

/** Refuses numbers that would spoil a batch. */
final class Checks {
  private Checks() {}

  static void finite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(name + " is " + value + "; it must be finite");
    }
  }

  /** Checks the entries of an array that messages call {@code name}. */
  static void finite(String name, float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "%s[%d] is %s; it must be finite".formatted(name, i, values[i]));
      }
    }
  }

  static void length(String name, int length, String others, int expected) {
    if (length != expected) {
      throw new IllegalArgumentException(
          "%s has %d entries, but there are %d %s".formatted(name, length, expected, others));
    }
  }
}

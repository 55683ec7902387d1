package io.tinker4j.training;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.stream.LongStream;

/** Seeds of a randomized test: others every day, so that builds try more than any one of them. */
final class DaySeeds {
  private DaySeeds() {}

  /** Returns those that a system property names as {@code A..B}, else so many of today. */
  static long[] of(String property, int count) {
    long first = LocalDate.now(ZoneOffset.UTC).toEpochDay() * count;
    String range = System.getProperty(property, first + ".." + (first + count - 1));
    String[] ends = range.split("\\.\\.", 2);
    return LongStream.rangeClosed(Long.parseLong(ends[0]), Long.parseLong(ends[ends.length - 1]))
        .toArray();
  }
}

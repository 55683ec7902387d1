package io.tinker4j.cli.output;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Sizes and times, for people and as the reference client writes them in JSON. */
public final class DisplayText {
  /** What is shown of a value that is not there. */
  public static final String MISSING = "N/A";

  private static final String[] UNITS = {"KB", "MB", "GB", "TB", "PB", "EB"};
  private static final long LONGEST_DAYS = 7;
  private static final long LONGEST_WEEKS_DAYS = 30;
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss", Locale.ROOT);
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS", Locale.ROOT);

  private DisplayText() {}

  /** Renders a number of bytes, as {@code 1.5 KB}; one below 0 is not known. */
  public static String size(double bytes) {
    if (bytes < 0) {
      return MISSING;
    }
    if (bytes < 1024) {
      return "%d B".formatted((long) bytes);
    }
    double scaled = bytes / 1024;
    int unit = 0;
    while (scaled >= 1024 && unit < UNITS.length - 1) {
      scaled /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", scaled, UNITS[unit]);
  }

  /** Renders how long ago, or ahead, a time is: in words up to a month, then as a date in UTC. */
  public static String age(Instant time, Instant now) {
    boolean ahead = time.isAfter(now);
    Duration distance = Duration.between(time, now).abs();
    if (distance.toDays() > LONGEST_WEEKS_DAYS) {
      return LocalDateTime.ofInstant(time, ZoneOffset.UTC).toLocalDate().toString();
    }
    if (distance.toMinutes() < 1) {
      return ahead ? "in less than a minute" : "just now";
    }
    String words = words(distance);
    return ahead ? "in " + words : words + " ago";
  }

  private static String words(Duration distance) {
    if (distance.toHours() < 1) {
      return counted(distance.toMinutes(), "minute");
    }
    if (distance.toDays() < 1) {
      return counted(distance.toHours(), "hour");
    }
    return distance.toDays() > LONGEST_DAYS
        ? counted(distance.toDays() / 7, "week")
        : counted(distance.toDays(), "day");
  }

  /** Renders a number of things, as {@code 1 run} or {@code 2 runs}. */
  public static String counted(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /**
   * Renders a time as {@code 2020-01-02 03:04:05+00:00}, with six digits when it has a fraction.
   */
  public static String spaced(Instant time) {
    return iso(time).replace('T', ' ') + "+00:00";
  }

  /** Renders a time as {@code 2020-01-02T03:04:05Z}, with six digits when it has a fraction. */
  public static String zulu(Instant time) {
    return iso(time) + "Z";
  }

  private static String iso(Instant time) {
    LocalDateTime utc = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
    boolean isWhole =
        time.truncatedTo(ChronoUnit.MICROS).equals(time.truncatedTo(ChronoUnit.SECONDS));
    return (isWhole ? SECONDS : MICROS).format(utc);
  }

  /** Renders yes or no. */
  public static String yes(boolean is) {
    return is ? "Yes" : "No";
  }
}

package io.tinker4j.cli.doctor;

import java.time.Duration;
import java.util.List;

/** Amounts and lists for readers. */
final class Words {
  private static final int SHOWN = 5;

  private Words() {}

  static String count(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /** Returns the largest unit in which the duration is at least 2. */
  static String duration(Duration duration) {
    if (duration.toDays() >= 2) {
      return duration.toDays() + " days";
    }
    if (duration.toHours() >= 2) {
      return duration.toHours() + " hours";
    }
    return duration.toMinutes() >= 2
        ? duration.toMinutes() + " minutes"
        : count(duration.toSeconds(), "second");
  }

  /** Returns the first few, and how many more there are. */
  static String some(List<String> all) {
    String shown = String.join(", ", all.subList(0, Math.min(SHOWN, all.size())));
    return all.size() <= SHOWN ? shown : shown + " and %d more".formatted(all.size() - SHOWN);
  }

  static String bytes(long bytes) {
    return bytes >= 1L << 30
        ? "%.1f GiB".formatted((double) bytes / (1L << 30))
        : "%.1f MiB".formatted((double) bytes / (1L << 20));
  }
}

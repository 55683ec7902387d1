package io.tinker4j.cli;

import java.time.Duration;
import java.util.Locale;

/**
 * How far training has come, as one line of text.
 *
 * @param step the last step that is done, from 1
 * @param steps the number of steps
 * @param loss nats per token of that step
 * @param before the steps that were done before the pace was measured
 * @param spent what the job has used so far, as text; empty when that is not shown
 */
record ProgressLine(int step, int steps, double loss, Pace pace, int before, String spent) {
  private static final int MOST_BAR = 40;
  private static final int LEAST_BAR = 8;

  /** A line of a job that has done all steps itself. */
  ProgressLine(int step, int steps, double loss, Pace pace) {
    this(step, steps, loss, pace, 0);
  }

  /** A line without what was spent. */
  ProgressLine(int step, int steps, double loss, Pace pace, int before) {
    this(step, steps, loss, pace, before, "");
  }

  /**
   * How fast training goes.
   *
   * @param tokens trained on so far
   * @param elapsed the time it took
   */
  record Pace(long tokens, Duration elapsed) {
    /** Returns 0 before any time has passed. */
    double tokensPerSecond() {
      return elapsed.isZero() ? 0 : tokens * 1e9 / elapsed.toNanos();
    }
  }

  /** Renders a bar and as many fields as fit into a line of that width. */
  String bar(int width) {
    String fields = fields(width - 1);
    int room = Math.min(MOST_BAR, width - 1 - fields.length() - "[]  ".length());
    if (room < LEAST_BAR) {
      return fields;
    }
    int full = (int) ((long) room * step / steps);
    return "[" + "#".repeat(full) + "-".repeat(room - full) + "]  " + fields;
  }

  /** Renders a line for a log. */
  String plain() {
    return "step " + fields(Integer.MAX_VALUE);
  }

  /** Whether a log with about twenty lines has one for this step. */
  boolean isMilestone() {
    return step == 1 || step == steps || step * 20L / steps != (step - 1) * 20L / steps;
  }

  private String fields(int width) {
    String digits = "%" + String.valueOf(steps).length() + "d/%d";
    String text = String.format(Locale.ROOT, digits, step, steps);
    String[] more = {
      String.format(Locale.ROOT, "loss %.3f", loss),
      quantity(pace.tokensPerSecond()) + " tok/s",
      "ETA " + clock(remaining()),
      spent
    };
    for (String field : more) {
      if (field.isEmpty() || text.length() + 2 + field.length() > width) {
        break;
      }
      text += "  " + field;
    }
    return text.length() > width ? text.substring(0, Math.max(0, width)) : text;
  }

  private Duration remaining() {
    double perStep = (double) pace.elapsed().toNanos() / Math.max(1, step - before);
    return Duration.ofNanos((long) (perStep * (steps - step)));
  }

  /** Renders a quantity with three digits or so: 87, 9.1k, 212k, 1.3M. */
  static String quantity(double value) {
    if (value < 1_000) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    boolean isMillions = value >= 999_500;
    double scaled = value / (isMillions ? 1_000_000 : 1_000);
    return String.format(Locale.ROOT, scaled < 10 ? "%.1f" : "%.0f", scaled)
        + (isMillions ? "M" : "k");
  }

  /** Renders a duration as 0:07, 12:34 or 3:02:01, rounded up to seconds. */
  static String clock(Duration duration) {
    long seconds = duration.plusNanos(999_999_999).toSeconds();
    long hours = seconds / 3600;
    String tail = String.format(Locale.ROOT, "%02d", seconds % 60);
    return hours == 0
        ? seconds / 60 + ":" + tail
        : hours + ":" + String.format(Locale.ROOT, "%02d", seconds / 60 % 60) + ":" + tail;
  }
}

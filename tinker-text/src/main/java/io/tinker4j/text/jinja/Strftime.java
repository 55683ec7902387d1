package io.tinker4j.text.jinja;

import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Python's {@code strftime} in the C locale, for a time without a zone. */
final class Strftime {
  private static final int MICROS = 1000;

  private Strftime() {}

  static String format(String pattern, ZonedDateTime time) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c != '%' || i + 1 == pattern.length()) {
        out.append(c);
        continue;
      }
      char flag = pattern.charAt(++i);
      boolean plain =
          (flag == '-' || flag == '_' || flag == '0' || flag == '^') && i + 1 < pattern.length();
      char directive = plain ? pattern.charAt(++i) : flag;
      String field = field(directive, time);
      if (field == null) {
        out.append('%').append(plain ? String.valueOf(flag) : "").append(directive);
      } else {
        out.append(plain ? flagged(flag, field) : field);
      }
    }
    return out.toString();
  }

  private static String flagged(char flag, String field) {
    if (flag == '^') {
      return field.toUpperCase(Locale.ROOT);
    }
    int zeros = 0;
    while (zeros < field.length() - 1
        && (field.charAt(zeros) == '0' || field.charAt(zeros) == ' ')) {
      zeros++;
    }
    return switch (flag) {
      case '-' -> field.substring(zeros);
      case '_' -> " ".repeat(zeros) + field.substring(zeros);
      default -> "0".repeat(zeros) + field.substring(zeros);
    };
  }

  private static @Nullable String field(char c, ZonedDateTime t) {
    String date = dateField(c, t);
    return date == null ? timeField(c, t) : date;
  }

  private static @Nullable String dateField(char c, ZonedDateTime t) {
    return switch (c) {
      case 'a' -> t.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'A' -> t.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' -> t.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'B' -> t.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'c' -> format("%a %b %e %H:%M:%S %Y", t);
      case 'C' -> two(t.getYear() / 100);
      case 'd' -> two(t.getDayOfMonth());
      case 'D', 'x' -> format("%m/%d/%y", t);
      case 'e' -> space(t.getDayOfMonth());
      case 'F' -> format("%Y-%m-%d", t);
      case 'g' -> two(t.get(IsoFields.WEEK_BASED_YEAR) % 100);
      case 'G' -> String.valueOf(t.get(IsoFields.WEEK_BASED_YEAR));
      case 'j' -> "%03d".formatted(t.getDayOfYear());
      case 'm' -> two(t.getMonthValue());
      case 'u' -> String.valueOf(t.getDayOfWeek().getValue());
      case 'U' -> two((t.getDayOfYear() + 6 - t.getDayOfWeek().getValue() % 7) / 7);
      case 'V' -> two(t.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
      case 'w' -> String.valueOf(t.getDayOfWeek().getValue() % 7);
      case 'W' -> two((t.getDayOfYear() + 7 - t.getDayOfWeek().getValue()) / 7);
      case 'y' -> two(t.getYear() % 100);
      case 'Y' -> String.valueOf(t.getYear());
      default -> null;
    };
  }

  private static @Nullable String timeField(char c, ZonedDateTime t) {
    return switch (c) {
      case 'f' -> "%06d".formatted(t.getNano() / MICROS);
      case 'H' -> two(t.getHour());
      case 'I' -> two(t.get(ChronoField.CLOCK_HOUR_OF_AMPM));
      case 'k' -> space(t.getHour());
      case 'l' -> space(t.get(ChronoField.CLOCK_HOUR_OF_AMPM));
      case 'M' -> two(t.getMinute());
      case 'n' -> "\n";
      case 'p' -> t.getHour() < 12 ? "AM" : "PM";
      case 'P' -> t.getHour() < 12 ? "am" : "pm";
      case 'r' -> format("%I:%M:%S %p", t);
      case 'R' -> format("%H:%M", t);
      case 's' -> String.valueOf(t.toEpochSecond());
      case 'S' -> two(t.getSecond());
      case 't' -> "\t";
      case 'T', 'X' -> format("%H:%M:%S", t);
      case 'z', 'Z' -> "";
      case '%' -> "%";
      default -> null;
    };
  }

  private static String two(int value) {
    return value < 10 ? "0" + value : String.valueOf(value);
  }

  private static String space(int value) {
    return value < 10 ? " " + value : String.valueOf(value);
  }
}

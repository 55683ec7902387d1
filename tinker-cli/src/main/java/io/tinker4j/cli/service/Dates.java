package io.tinker4j.cli.service;

import io.tinker4j.cli.output.CommandException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Dates and times as users type them: ISO 8601, in UTC unless they say otherwise. */
final class Dates {
  private Dates() {}

  /**
   * Parses a date or a time; null stays null.
   *
   * @throws CommandException when it is neither
   */
  static @Nullable Instant parse(@Nullable String text) {
    return text == null ? null : required(text);
  }

  /** Parses a date or a time. */
  static Instant required(String text) {
    String form = text.strip().replace(' ', 'T');
    try {
      if (form.indexOf('T') < 0) {
        return LocalDate.parse(form).atStartOfDay(ZoneOffset.UTC).toInstant();
      }
      return form.matches(".*(Z|[+-]\\d\\d:?\\d\\d)$")
          ? OffsetDateTime.parse(form).toInstant()
          : LocalDateTime.parse(form).toInstant(ZoneOffset.UTC);
    } catch (DateTimeParseException e) {
      throw new CommandException(
          "Invalid date: " + text,
          List.of("Use ISO 8601 format: 2024-01-01, 2024-01-01T12:00:00Z"),
          e);
    }
  }
}

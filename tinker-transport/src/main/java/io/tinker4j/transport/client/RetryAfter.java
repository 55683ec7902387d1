package io.tinker4j.transport.client;

import io.tinker4j.transport.Headers;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code retry-after-ms} and {@code retry-after}; more than 60 seconds count as 60. */
final class RetryAfter {
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private RetryAfter() {}

  static Optional<Duration> of(Headers headers, Instant now) {
    return Optional.ofNullable(asked(headers, now))
        .filter(Duration::isPositive)
        .map(delay -> delay.compareTo(LONGEST) < 0 ? delay : LONGEST);
  }

  private static @Nullable Duration asked(Headers headers, Instant now) {
    Double millis = number(headers.first("retry-after-ms").orElse(""));
    if (millis != null) {
      return seconds(millis / 1000);
    }
    String text = headers.first("retry-after").orElse("");
    Double seconds = number(text);
    return seconds != null ? seconds(seconds) : untilDate(text, now);
  }

  private static @Nullable Double number(String text) {
    try {
      double value = Double.parseDouble(text.strip());
      return Double.isFinite(value) ? value : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos((long) (seconds * 1e9));
  }

  private static @Nullable Duration untilDate(String text, Instant now) {
    try {
      return Duration.between(
          now, ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}

package io.tinker4j.transport.operation;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.util.regex.Pattern;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdScalarDeserializer;

/**
 * Reads every spelling of a moment that servers are known to use: ISO 8601 with any offset or none
 * (then UTC), with zero to nine digits of a second, without seconds, a date alone; and Unix time in
 * seconds, or in milliseconds when it is above {@value #LARGEST_SECONDS}, as number or text.
 */
final class InstantReader extends StdScalarDeserializer<Instant> {
  private static final long LARGEST_SECONDS = 20_000_000_000L;
  private static final Pattern NUMBER =
      Pattern.compile("-?\\d{1,15}(\\.\\d{1,20})?([eE]\\+?\\d{1,2})?");
  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .optionalStart()
          .appendPattern("['T'][' ']")
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .optionalEnd()
          .optionalStart()
          .appendOffset("+HH:MM", "Z")
          .optionalEnd()
          .optionalStart()
          .appendOffset("+HHMM", "Z")
          .optionalEnd()
          .toFormatter();

  InstantReader() {
    super(Instant.class);
  }

  @Override
  public Instant deserialize(JsonParser parser, DeserializationContext context) {
    String text =
        switch (parser.currentToken()) {
          case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getString().strip();
          default -> "";
        };
    try {
      return NUMBER.matcher(text).matches() ? unix(new BigDecimal(text)) : iso(text);
    } catch (DateTimeException | ArithmeticException e) {
      return (Instant) context.handleWeirdStringValue(Instant.class, text, "it is not a time");
    }
  }

  private static Instant unix(BigDecimal number) {
    boolean milliseconds = number.abs().compareTo(BigDecimal.valueOf(LARGEST_SECONDS)) > 0;
    long nanos = number.movePointRight(milliseconds ? 6 : 9).toBigInteger().longValueExact();
    return Instant.EPOCH.plusNanos(nanos);
  }

  private static Instant iso(String text) {
    TemporalAccessor moment =
        ISO.parseBest(text, OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
    return switch (moment) {
      case OffsetDateTime zoned -> zoned.toInstant();
      case LocalDateTime local -> local.toInstant(ZoneOffset.UTC);
      default -> LocalDate.from(moment).atStartOfDay().toInstant(ZoneOffset.UTC);
    };
  }
}

package io.tinker4j.transport.operation;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * Writes moments as the Python client does: in UTC with {@code Z}, without a fraction when it is
 * zero, else with six digits, or nine when six would lose something.
 */
final class InstantWriter extends StdSerializer<Instant> {
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter MICROS = fraction(6);
  private static final DateTimeFormatter NANOS = fraction(9);

  InstantWriter() {
    super(Instant.class);
  }

  private static DateTimeFormatter fraction(int digits) {
    return new DateTimeFormatterBuilder()
        .append(SECONDS)
        .appendFraction(ChronoField.NANO_OF_SECOND, digits, digits, true)
        .toFormatter()
        .withZone(ZoneOffset.UTC);
  }

  @Override
  public void serialize(Instant moment, JsonGenerator out, SerializationContext context) {
    out.writeString(text(moment));
  }

  private static String text(Instant moment) {
    if (moment.equals(moment.truncatedTo(ChronoUnit.SECONDS))) {
      return SECONDS.format(moment) + "Z";
    }
    boolean micros = moment.equals(moment.truncatedTo(ChronoUnit.MICROS));
    return (micros ? MICROS : NANOS).format(moment) + "Z";
  }
}

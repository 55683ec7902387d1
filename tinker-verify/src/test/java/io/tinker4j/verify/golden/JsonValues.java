package io.tinker4j.verify.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Compares JSON by value: spelling of numbers and order of properties do not count. */
public final class JsonValues {
  /** Switches of the Python client's own transport; nothing reads them here. */
  private static final Set<String> PYTHON_ONLY = Set.of("use_pyqwest_transport");

  private JsonValues() {}

  /** Requires the same value, everywhere. */
  public static void assertEqual(JsonNode expected, JsonNode actual, String place) {
    if (expected.isObject() && actual.isObject()) {
      assertThat(names(actual)).as(place).isEqualTo(names(expected));
      expected
          .properties()
          .forEach(property ->
              assertEqual(
                  property.getValue(),
                  actual.get(property.getKey()),
                  place + "." + property.getKey()));
    } else {
      assertSame(expected, actual, place, JsonValues::assertEqual);
    }
  }

  /**
   * Requires what the Python client has decoded: null is absence, moments are compared as such, to
   * the microsecond, and what it did not decode must have been in the input. Tags of answers whose
   * type the caller has asked for carry nothing.
   */
  static void assertDecoded(JsonNode expected, JsonNode actual, JsonNode input, String place) {
    if (!expected.isObject() || !actual.isObject()) {
      assertSame(expected, actual, place, (e, a, p) -> assertDecoded(e, a, input, p));
      return;
    }
    for (var property : expected.properties()) {
      String name = property.getKey();
      boolean isTag = place.equals("$") && name.equals("type") && !actual.has(name);
      if (PYTHON_ONLY.contains(name) || isTag) {
        continue;
      }
      String inside = place + "." + name;
      JsonNode value = actual.path(name);
      if (property.getValue().isNull()) {
        assertThat(value.isMissingNode() || value.isNull()).as(inside + " is absent").isTrue();
      } else {
        assertDecoded(property.getValue(), value, input.path(name), inside);
      }
    }
    for (String name : names(actual)) {
      assertThat(expected.has(name) || input.has(name) || name.equals("type"))
          .as(place + "." + name + " has a source")
          .isTrue();
    }
  }

  private interface Comparison {
    void compare(JsonNode expected, JsonNode actual, String place);
  }

  private static void assertSame(
      JsonNode expected, JsonNode actual, String place, Comparison entries) {
    if (expected.isArray()) {
      assertThat(actual.isArray()).as(place + " is an array").isTrue();
      assertThat(actual.size()).as(place + " size").isEqualTo(expected.size());
      for (int i = 0; i < expected.size(); i++) {
        entries.compare(expected.get(i), actual.get(i), place + "[" + i + "]");
      }
    } else if (expected.isNumber() && actual.isNumber()) {
      assertThat(number(actual)).as(place).isEqualByComparingTo(number(expected));
    } else if (moment(expected).isPresent()) {
      assertThat(moment(actual)).as(place).isEqualTo(moment(expected));
    } else {
      assertThat(actual).as(place).isEqualTo(expected);
    }
  }

  private static BigDecimal number(JsonNode node) {
    return node.decimalValue();
  }

  static Optional<Instant> moment(@Nullable JsonNode node) {
    if (node == null || !node.isString() || node.stringValue().length() < 16) {
      return Optional.empty();
    }
    String text = node.stringValue();
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MICROS));
    } catch (DateTimeParseException e) {
      return naive(text);
    }
  }

  private static Optional<Instant> naive(String text) {
    try {
      return Optional.of(LocalDateTime.parse(text).toInstant(ZoneOffset.UTC));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  static Set<String> names(JsonNode object) {
    return new TreeSet<>(object.propertyNames());
  }
}

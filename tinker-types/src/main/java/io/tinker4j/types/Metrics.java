package io.tinker4j.types;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Named numbers that a server measured, such as {@code loss:sum}. Immutable, in wire order. */
public final class Metrics {
  private static final Metrics EMPTY = new Metrics(Map.of());

  private final Map<String, Double> values;

  private Metrics(Map<String, Double> values) {
    this.values = values;
  }

  /** Returns no metrics. */
  public static Metrics empty() {
    return EMPTY;
  }

  /** Returns these metrics; a null value, as some servers write for NaN, becomes NaN. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Metrics of(Map<String, @Nullable Double> values) {
    Map<String, Double> copy = new LinkedHashMap<>();
    values.forEach((name, value) -> copy.put(name, value == null ? Double.NaN : value));
    return new Metrics(Collections.unmodifiableMap(copy));
  }

  /** Returns the loss summed over all tokens and datums, if the server reports it. */
  public OptionalDouble lossSum() {
    return get("loss:sum");
  }

  /** Returns one metric by its full name, the reduction suffix included. */
  public OptionalDouble get(String name) {
    Double value = values.get(name);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** Returns all metrics by name. */
  @JsonValue
  public Map<String, Double> asMap() {
    return values;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Metrics that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}

package io.tinker4j.types;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The element type of a {@link TensorData}. Closed: other types cannot be represented. */
public enum TensorDtype {
  /** 32-bit IEEE-754. */
  FLOAT32("float32"),
  /** 64-bit two's complement. */
  INT64("int64");

  private final String value;

  TensorDtype(String value) {
    this.value = value;
  }

  /** Returns the type of that wire name. */
  @JsonCreator
  public static TensorDtype of(String value) {
    return switch (value) {
      case "float32" -> FLOAT32;
      case "int64" -> INT64;
      default ->
          throw new IllegalArgumentException(
              "dtype is '" + value + "'; allowed are float32 and int64");
    };
  }

  /** Returns the name on the wire. */
  @JsonValue
  public String value() {
    return value;
  }
}

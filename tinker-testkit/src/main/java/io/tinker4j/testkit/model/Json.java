package io.tinker4j.testkit.model;

import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.Serial;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of a JSON text that a checkpoint holds; asking it for the wrong kind is an error. */
record Json(@Nullable Object value) {
  /** What is wrong with a text, or with what it says. */
  static final class FormatException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    FormatException(String message) {
      super(message);
    }
  }

  /** Parses a UTF-8 text that is one object, with white space around it and nothing else. */
  static Json parseObject(byte[] utf8) throws FormatException {
    try {
      return new Json(JsonCodec.readMap(utf8));
    } catch (DecodeException e) {
      throw new FormatException(String.valueOf(e.getMessage()));
    }
  }

  /** The member of a name. */
  Json get(String key) throws FormatException {
    Object member = value instanceof Map<?, ?> members ? members.get(key) : null;
    if (member == null) {
      throw new FormatException(key + " is missing");
    }
    return new Json(member);
  }

  /** The names of an object's members, in order. */
  List<String> keys() throws FormatException {
    if (value instanceof Map<?, ?> members) {
      return members.keySet().stream().map(String::valueOf).toList();
    }
    throw unexpected("an object");
  }

  /** The elements of an array. */
  List<Json> items() throws FormatException {
    if (value instanceof List<?> elements) {
      return elements.stream().map(Json::new).toList();
    }
    throw unexpected("an array");
  }

  /** The value of a string. */
  String text() throws FormatException {
    if (value instanceof String text) {
      return text;
    }
    throw unexpected("a string");
  }

  /** The value of an integer. */
  long number() throws FormatException {
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    throw unexpected("an integer");
  }

  /** The value of a boolean. */
  boolean truth() throws FormatException {
    if (value instanceof Boolean truth) {
      return truth;
    }
    throw unexpected("true or false");
  }

  private FormatException unexpected(String kind) {
    return new FormatException(kind + " is expected, not " + value);
  }
}

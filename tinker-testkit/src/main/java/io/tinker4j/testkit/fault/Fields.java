package io.tinker4j.testkit.fault;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An object whose properties are taken one by one; what is left at the end is a mistake. */
final class Fields {
  private final String place;
  private final Map<String, @Nullable Object> left = new LinkedHashMap<>();

  Fields(String place, @Nullable Object value) {
    this.place = place;
    if (!(value instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException(place + " is not an object");
    }
    map.forEach((name, each) -> left.put(String.valueOf(name), each));
  }

  boolean has(String name) {
    return left.containsKey(name);
  }

  List<String> names() {
    return List.copyOf(left.keySet());
  }

  IllegalArgumentException wrong(String name, String what) {
    return new IllegalArgumentException(place + "." + name + ": " + what);
  }

  String text(String name, String absent) {
    if (!has(name)) {
      return absent;
    }
    if (left.remove(name) instanceof String text) {
      return text;
    }
    throw wrong(name, "not a text");
  }

  double number(String name, double absent) {
    if (!has(name)) {
      return absent;
    }
    if (left.remove(name) instanceof Number number) {
      return number.doubleValue();
    }
    throw wrong(name, "not a number");
  }

  long integer(String name, long absent) {
    if (!has(name)) {
      return absent;
    }
    Object value = left.remove(name);
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    throw wrong(name, "not an integer");
  }

  int count(String name) {
    long value = integer(name, 1);
    if (value < 1 || value > Integer.MAX_VALUE) {
      throw wrong(name, "is " + value + "; it must be at least 1");
    }
    return (int) value;
  }

  Duration seconds(String name) {
    return Duration.ofNanos(Math.round(number(name, 0) * 1e9));
  }

  List<?> list(String name) {
    if (!has(name)) {
      return List.of();
    }
    if (left.remove(name) instanceof List<?> list) {
      return list;
    }
    throw wrong(name, "not a list");
  }

  Fields object(String name) {
    return new Fields(
        place + "." + name, has(name) ? left.remove(name) : Map.<String, @Nullable Object>of());
  }

  /** Takes all that is left, which has to be texts. */
  Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    names().forEach(name -> texts.put(name, text(name, "")));
    return texts;
  }

  void end() {
    if (!left.isEmpty()) {
      throw wrong(left.keySet().iterator().next(), "not a property that is known here");
    }
  }
}

package io.tinker4j.text.chat;

import io.tinker4j.text.json.JsonSyntaxException;
import io.tinker4j.text.json.PythonJson;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes JSON values apart; errors say where in the text. */
record JsonPath(String path) {
  JsonPath field(String name) {
    return new JsonPath(path + "." + name);
  }

  JsonPath index(int index) {
    return new JsonPath(path + "[" + index + "]");
  }

  Map<String, @Nullable Object> parseObject(String json) {
    return object(parse(json));
  }

  @Nullable Object parse(String json) {
    try {
      return PythonJson.parse(json);
    } catch (JsonSyntaxException e) {
      throw new IllegalArgumentException(path + " is no JSON: " + e.getMessage(), e);
    }
  }

  Map<String, @Nullable Object> object(@Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw wrong("an object", value);
    }
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    map.forEach((key, field) -> object.put(String.valueOf(key), field));
    return object;
  }

  List<?> array(@Nullable Object value) {
    if (!(value instanceof List<?> list)) {
      throw wrong("an array", value);
    }
    return list;
  }

  String text(Map<String, @Nullable Object> object, String name) {
    if (!(object.get(name) instanceof String text)) {
      throw object.containsKey(name)
          ? field(name).wrong("a string", object.get(name))
          : new IllegalArgumentException(path + " has no " + name);
    }
    return text;
  }

  @Nullable String optionalText(Map<String, @Nullable Object> object, String name) {
    return object.get(name) == null ? null : text(object, name);
  }

  IllegalArgumentException wrong(String expected, @Nullable Object value) {
    String found =
        switch (value) {
          case null -> "null";
          case Map<?, ?> map -> "an object";
          case List<?> list -> "an array";
          case String text -> "a string";
          case Boolean flag -> "a boolean";
          case Number number -> "a number";
          default -> "a value of " + value.getClass().getName();
        };
    return new IllegalArgumentException(path + " must be " + expected + ", but is " + found);
  }

  /** Returns a deep, unmodifiable copy. */
  static Map<String, @Nullable Object> freeze(Map<String, ? extends @Nullable Object> object) {
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    object.forEach((key, value) -> copy.put(key, freezeValue(value)));
    return Collections.unmodifiableMap(copy);
  }

  private static @Nullable Object freezeValue(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        map.forEach((key, field) -> copy.put(String.valueOf(key), freezeValue(field)));
        yield Collections.unmodifiableMap(copy);
      }
      case List<?> list -> {
        List<@Nullable Object> copy = new ArrayList<>();
        list.forEach(element -> copy.add(freezeValue(element)));
        yield Collections.unmodifiableList(copy);
      }
      default -> value;
    };
  }
}

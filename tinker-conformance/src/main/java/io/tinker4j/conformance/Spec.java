package io.tinker4j.conformance;

import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An object of a data file. A property that nobody reads is a mistake in the file. */
final class Spec {
  private final String place;
  private final Map<String, @Nullable Object> properties;
  private final Set<String> read = new HashSet<>();

  private Spec(String place, Map<String, @Nullable Object> properties) {
    this.place = place;
    this.properties = properties;
  }

  /** Reads a file beside this class. */
  static Spec ofResource(String name) {
    try (InputStream in = Spec.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("there is no resource " + name);
      }
      return new Spec(name, JsonCodec.readMap(in.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Spec of(String place, @Nullable Object value) {
    return new Spec(place, properties(place, value));
  }

  static Map<String, @Nullable Object> properties(String place, @Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException(place + ": expected an object, found " + value);
    }
    Map<String, @Nullable Object> properties = new LinkedHashMap<>();
    map.forEach((name, each) -> properties.put(String.valueOf(name), each));
    return properties;
  }

  String place() {
    return place;
  }

  /** A copy of all properties. */
  Map<String, @Nullable Object> properties() {
    return new LinkedHashMap<>(properties);
  }

  boolean has(String name) {
    return properties.containsKey(name);
  }

  @Nullable Object value(String name) {
    read.add(name);
    return properties.get(name);
  }

  String text(String name) {
    if (!(value(name) instanceof String text)) {
      throw mistake("expected a text at " + name);
    }
    return text;
  }

  String text(String name, String otherwise) {
    return has(name) ? text(name) : otherwise;
  }

  boolean flag(String name) {
    Object value = value(name);
    if (value != null && !(value instanceof Boolean)) {
      throw mistake("expected true or false at " + name);
    }
    return Boolean.TRUE.equals(value);
  }

  /** A list; a value that is none stands for a list of one, an absent one for none. */
  List<Object> list(String name) {
    List<Object> list = new ArrayList<>();
    if (value(name) instanceof List<?> values) {
      list.addAll(values);
    } else if (properties.get(name) != null) {
      list.add(properties.get(name));
    }
    return list;
  }

  List<Integer> integers(String name) {
    return list(name).stream()
        .map(each -> {
          if (!(each instanceof Integer number)) {
            throw mistake("expected whole numbers at " + name);
          }
          return number;
        })
        .toList();
  }

  /** An object; empty when absent. */
  Map<String, @Nullable Object> map(String name) {
    Object value = value(name);
    return value == null ? Map.of() : properties(place + " " + name, value);
  }

  /** Objects by name. */
  Map<String, Spec> specs(String name) {
    Map<String, Spec> specs = new LinkedHashMap<>();
    map(name).forEach((key, value) -> specs.put(key, of(place + " " + key, value)));
    return specs;
  }

  /** Ends the reading of this object. */
  void end() {
    Set<String> unread = new HashSet<>(properties.keySet());
    unread.removeAll(read);
    if (!unread.isEmpty()) {
      throw mistake("nothing reads the properties " + unread);
    }
  }

  IllegalArgumentException mistake(String problem) {
    return new IllegalArgumentException(place + ": " + problem);
  }
}

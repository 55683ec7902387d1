package io.tinker4j.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Attributes, items and slices, by the rules of Jinja over Python's types. */
final class Lookup {
  private Lookup() {}

  /** Returns a map's value, or null when it has no such key. */
  static @Nullable Object entry(Map<?, ?> map, Object key) {
    if (key instanceof String) {
      Object value = map.get(key);
      return value != null ? Values.in(value) : map.containsKey(key) ? None.NONE : null;
    }
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (Values.equal(Values.in(entry.getKey()), key)) {
        return Values.in(entry.getValue());
      }
    }
    return null;
  }

  /** Refuses what cannot be a key; strings that are marked are plain as keys. */
  static Object key(Object value) {
    if (value instanceof Markup markup) {
      return markup.text();
    }
    if (value instanceof Tuple tuple) {
      for (Object element : tuple) {
        key(Values.in(element));
      }
    } else if ((value instanceof List<?> && !(value instanceof Range))
        || value instanceof Map<?, ?>) {
      throw JinjaException.type("unhashable type: '%s'".formatted(Values.typeName(value)));
    }
    return value;
  }

  /** Returns {@code owner.name}: methods first, then entries. */
  static Object attribute(Object owner, String name) {
    if (owner instanceof Map<?, ?> map) {
      Object method = Methods.of(owner, name);
      Object value = method != null ? method : entry(map, name);
      return value != null ? value : Undefined.attribute(owner, name);
    }
    Object value = owner instanceof PyObject o ? o.attribute(name) : null;
    if (value == null) {
      value = Methods.of(owner, name);
    }
    return value != null ? value : Undefined.attribute(owner, name);
  }

  /** Returns {@code owner[key]}: entries first, then methods. */
  static Object item(Object owner, Object key) {
    if (owner instanceof Map<?, ?> map) {
      Object value = key instanceof List<?> && !(key instanceof Tuple) ? null : entry(map, key);
      if (value != null) {
        return value;
      }
    } else if (Numbers.isInteger(key)) {
      Object value = element(owner, Numbers.index(key));
      if (value != null) {
        return value;
      }
    }
    String name = Values.string(key);
    Object value = null;
    if (name != null) {
      value = owner instanceof PyObject o ? o.attribute(name) : null;
      value = value != null ? value : Methods.of(owner, name);
    }
    return value != null ? value : Undefined.attribute(owner, key);
  }

  private static @Nullable Object element(Object owner, int index) {
    if (owner instanceof List<?> list) {
      int i = index < 0 ? index + list.size() : index;
      return i >= 0 && i < list.size() ? Values.in(list.get(i)) : null;
    }
    String text = Values.string(owner);
    if (text == null) {
      return null;
    }
    int length = PyText.length(text);
    int i = index < 0 ? index + length : index;
    if (i < 0 || i >= length) {
      return null;
    }
    int offset = length == text.length() ? i : text.offsetByCodePoints(0, i);
    return like(owner, Character.toString(text.codePointAt(offset)));
  }

  private static Object like(Object owner, String text) {
    return owner instanceof Markup ? new Markup(text) : text;
  }

  /** Returns {@code owner[start:stop:step]}; bounds that are left out are None. */
  static Object slice(Object owner, Object start, Object stop, Object step, Render render) {
    String text = Values.string(owner);
    if (text == null && !(owner instanceof List<?>)) {
      Values.failOnUndefined(owner);
      throw JinjaException.type(
          owner instanceof Map<?, ?>
              ? "unhashable type: 'slice'"
              : "'%s' object is not subscriptable".formatted(Values.typeName(owner)));
    }
    int by = step == None.NONE ? 1 : bound(step);
    if (by == 0) {
      throw JinjaException.value("slice step cannot be zero");
    }
    int length = text != null ? PyText.length(text) : ((List<?>) owner).size();
    int from = clamp(start, length, by, by > 0 ? 0 : length - 1);
    int to = clamp(stop, length, by, by > 0 ? length : -1);
    if (text != null) {
      render.charge(text.length());
      return like(owner, characters(text, length, from, to, by));
    }
    List<?> list = (List<?>) owner;
    List<Object> out = new ArrayList<>();
    for (long i = from; by > 0 ? i < to : i > to; i += by) {
      render.step();
      out.add(Values.in(list.get((int) i)));
    }
    return owner instanceof Tuple ? new Tuple(out) : out;
  }

  private static int bound(Object value) {
    if (!Numbers.isInteger(value)) {
      throw JinjaException.type(
          "slice indices must be integers or None, not " + Values.typeName(value));
    }
    return Numbers.index(value);
  }

  private static int clamp(Object value, int length, int by, int absent) {
    if (value == None.NONE) {
      return absent;
    }
    long i = bound(value);
    i = i < 0 ? i + length : i;
    return (int) Math.max(by > 0 ? 0 : -1, Math.min(i, by > 0 ? length : length - 1));
  }

  private static String characters(String text, int length, int from, int to, int by) {
    if (by == 1 && length == text.length()) {
      return from < to ? text.substring(from, to) : "";
    }
    int[] points = text.codePoints().toArray();
    StringBuilder out = new StringBuilder();
    for (long i = from; by > 0 ? i < to : i > to; i += by) {
      out.appendCodePoint(points[(int) i]);
    }
    return out.toString();
  }
}

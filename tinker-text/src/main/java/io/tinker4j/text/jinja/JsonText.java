package io.tinker4j.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The filter {@code tojson}, as {@code json.dumps} writes with its arguments. */
final class JsonText {
  private final StringBuilder out = new StringBuilder();
  private final Render render;
  private final boolean ascii;
  private final @Nullable String indent;
  private final String itemSeparator;
  private final String keySeparator;
  private final boolean sorted;

  private JsonText(
      Render render, boolean ascii, @Nullable String indent, String[] separators, boolean sorted) {
    this.render = render;
    this.ascii = ascii;
    this.indent = indent;
    this.itemSeparator = separators[0];
    this.keySeparator = separators[1];
    this.sorted = sorted;
  }

  static Object of(Object value, Arguments arguments, Render render) {
    @Nullable Object[] bound =
        arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
    String indent = indent(bound[1], render);
    JsonText json =
        new JsonText(
            render,
            Filters.isTrue(bound[0]),
            indent,
            separators(bound[2], indent != null),
            Filters.isTrue(bound[3]));
    json.value(value, 0);
    return render.charged(json.out.toString());
  }

  private static @Nullable String indent(@Nullable Object given, Render render) {
    if (given == null || given == None.NONE) {
      return null;
    }
    String text = Values.string(given);
    if (text != null) {
      return text;
    }
    int width = Math.max(0, TextMethods.integer(given));
    render.charge(width);
    return " ".repeat(width);
  }

  private static String[] separators(@Nullable Object given, boolean indented) {
    if (given == null || given == None.NONE) {
      return new String[] {indented ? "," : ", ", ": "};
    }
    if (given instanceof List<?> list && list.size() == 2) {
      String item = Values.string(Values.in(list.get(0)));
      String key = Values.string(Values.in(list.get(1)));
      if (item != null && key != null) {
        return new String[] {item, key};
      }
    }
    throw JinjaException.type("separators must be two strings");
  }

  private void value(Object value, int depth) {
    Values.nesting(depth);
    render.step();
    render.room(out.length());
    String text = Values.string(value);
    if (text != null) {
      string(text);
      return;
    }
    switch (value) {
      case None n -> out.append("null");
      case Boolean b -> out.append(b ? "true" : "false");
      case Double d -> out.append(number(d));
      case Range r -> throw unknown(value);
      case List<?> l -> list(l, depth);
      case Map<?, ?> m -> map(m, depth);
      case PyObject o -> throw unknown(value);
      default -> out.append(value);
    }
  }

  private static JinjaException unknown(Object value) {
    return JinjaException.type(
        "Object of type %s is not JSON serializable".formatted(Values.typeName(value)));
  }

  private static String number(double d) {
    if (Double.isNaN(d)) {
      return "NaN";
    }
    return Double.isInfinite(d) ? (d > 0 ? "Infinity" : "-Infinity") : Repr.floating(d);
  }

  private void line(int depth) {
    if (indent != null) {
      out.append('\n');
      render.steps(((long) indent.length() * depth) >> 2);
      render.room(out.length() + (long) indent.length() * depth);
      out.repeat(indent, depth);
    }
  }

  private void list(List<?> list, int depth) {
    if (list.isEmpty()) {
      out.append("[]");
      return;
    }
    out.append('[');
    boolean first = true;
    for (Object element : list) {
      out.append(first ? "" : itemSeparator);
      line(depth + 1);
      value(Values.in(element), depth + 1);
      first = false;
    }
    line(depth);
    out.append(']');
  }

  private void map(Map<?, ?> map, int depth) {
    if (map.isEmpty()) {
      out.append("{}");
      return;
    }
    out.append('{');
    boolean first = true;
    List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
    if (sorted) {
      render.steps(entries.size());
      entries.sort((x, y) -> Values.compare(Values.in(x.getKey()), Values.in(y.getKey()), "<"));
    }
    for (Map.Entry<?, ?> entry : entries) {
      out.append(first ? "" : itemSeparator);
      line(depth + 1);
      string(key(Values.in(entry.getKey())));
      out.append(keySeparator);
      value(Values.in(entry.getValue()), depth + 1);
      first = false;
    }
    line(depth);
    out.append('}');
  }

  private static String key(Object key) {
    String text = Values.string(key);
    if (text != null) {
      return text;
    }
    return switch (key) {
      case Boolean b -> b ? "true" : "false";
      case None n -> "null";
      case Double d -> number(d);
      default -> {
        if (!Numbers.is(key)) {
          throw JinjaException.type(
              "keys must be str, int, float, bool or None, not " + Values.typeName(key));
        }
        yield key.toString();
      }
    };
  }

  private void string(String s) {
    render.steps(s.length() >> 2);
    out.append('"');
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < ' ' || (ascii && c > '~')) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}

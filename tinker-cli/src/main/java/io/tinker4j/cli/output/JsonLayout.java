package io.tinker4j.cli.output;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON laid out as the reference client does, byte for byte: two spaces of indentation, a space
 * behind colons and commas, nothing beyond ASCII. For results on stdout, which scripts compare.
 */
public final class JsonLayout {
  private static final String INDENT = "  ";

  private final StringBuilder text = new StringBuilder();
  private final boolean indented;

  private JsonLayout(boolean indented) {
    this.indented = indented;
  }

  /** Lays out maps, lists, strings, numbers, booleans and nulls over lines. */
  public static String indented(@Nullable Object value) {
    return new JsonLayout(true).value(value, 0).text.toString();
  }

  /** Lays out the same on one line. */
  public static String line(@Nullable Object value) {
    return new JsonLayout(false).value(value, 0).text.toString();
  }

  private JsonLayout value(@Nullable Object value, int depth) {
    switch (value) {
      case null -> text.append("null");
      case Map<?, ?> map -> map(map, depth);
      case List<?> list -> list(list, depth);
      case Number number -> text.append(number);
      case Boolean truth -> text.append(truth);
      default -> string(value.toString());
    }
    return this;
  }

  private void map(Map<?, ?> map, int depth) {
    if (map.isEmpty()) {
      text.append("{}");
      return;
    }
    text.append('{');
    Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<?, ?> entry = entries.next();
      newLine(depth + 1);
      string(String.valueOf(entry.getKey()));
      text.append(": ");
      value(entry.getValue(), depth + 1);
      comma(entries.hasNext());
    }
    newLine(depth);
    text.append('}');
  }

  private void list(List<?> list, int depth) {
    if (list.isEmpty()) {
      text.append("[]");
      return;
    }
    text.append('[');
    Iterator<?> values = list.iterator();
    while (values.hasNext()) {
      newLine(depth + 1);
      value(values.next(), depth + 1);
      comma(values.hasNext());
    }
    newLine(depth);
    text.append(']');
  }

  private void comma(boolean wanted) {
    if (wanted) {
      text.append(indented ? "," : ", ");
    }
  }

  private void newLine(int depth) {
    if (indented) {
      text.append('\n').append(INDENT.repeat(depth));
    }
  }

  private void string(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (c >= ' ' && c < 0x7f) {
            text.append(c);
          } else {
            text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          }
        }
      }
    }
    text.append('"');
  }
}

package io.tinker4j.text.json;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes JSON as Python's {@code json} does.
 *
 * <p>Values are {@code Map} (in order), {@code List}, {@code String}, {@code Long} or {@code
 * BigInteger}, {@code Double}, {@code Boolean} and null. Reading takes {@code NaN} and {@code
 * Infinity}; the last of equal keys wins.
 */
public final class PythonJson {
  private static final int[] ESCAPES = new int[128];

  static {
    ESCAPES['"'] = '"';
    ESCAPES['\\'] = '\\';
    ESCAPES['\n'] = 'n';
    ESCAPES['\r'] = 'r';
    ESCAPES['\t'] = 't';
    ESCAPES['\f'] = 'f';
    ESCAPES['\b'] = 'b';
  }

  private PythonJson() {}

  /**
   * Reads one value.
   *
   * @throws JsonSyntaxException when the text is no JSON, or nested deeper than 500 levels
   */
  public static @Nullable Object parse(String text) {
    return new JsonReader(text).readAll();
  }

  /** Writes a value as {@code json.dumps(value)} does: ASCII, a blank behind comma and colon. */
  public static String write(@Nullable Object value) {
    return write(value, new Style(", ", ": ", true, false));
  }

  /** Writes a value without blanks and with keys in order, ASCII. */
  public static String writeSorted(@Nullable Object value) {
    return write(value, new Style(",", ":", true, true));
  }

  /** Writes a value as {@code json.dumps(value, ensure_ascii=False)} does. */
  public static String writeUnicode(@Nullable Object value) {
    return write(value, new Style(", ", ": ", false, false));
  }

  private record Style(String comma, String colon, boolean ascii, boolean sorted) {}

  private static String write(@Nullable Object value, Style style) {
    StringBuilder out = new StringBuilder();
    write(value, style, out);
    return out.toString();
  }

  private static void write(@Nullable Object value, Style style, StringBuilder out) {
    switch (value) {
      case null -> out.append("null");
      case String text -> writeText(text, style.ascii(), out);
      case Boolean flag -> out.append(flag);
      case Double number -> out.append(writeDouble(number));
      case Number number -> out.append(number);
      case Map<?, ?> map -> writeMap(map, style, out);
      case List<?> list -> {
        out.append('[');
        String separator = "";
        for (Object element : list) {
          out.append(separator);
          write(element, style, out);
          separator = style.comma();
        }
        out.append(']');
      }
      default ->
          throw new IllegalArgumentException(
              "a value of " + value.getClass().getName() + " has no form in JSON");
    }
  }

  private static void writeMap(Map<?, ?> map, Style style, StringBuilder out) {
    out.append('{');
    String separator = "";
    Map<?, ?> entries = style.sorted() ? new TreeMap<>(map) : map;
    for (Map.Entry<?, ?> entry : entries.entrySet()) {
      out.append(separator);
      writeText(String.valueOf(entry.getKey()), style.ascii(), out);
      out.append(style.colon());
      write(entry.getValue(), style, out);
      separator = style.comma();
    }
    out.append('}');
  }

  private static String writeDouble(double number) {
    if (Double.isNaN(number)) {
      return "NaN";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "Infinity" : "-Infinity";
    }
    return PythonText.repr(number);
  }

  private static void writeText(String text, boolean ascii, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 128 && ESCAPES[c] != 0) {
        out.append('\\').append((char) ESCAPES[c]);
      } else if (c < ' ' || (ascii && c > '~')) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}

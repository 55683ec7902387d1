package io.tinker4j.text.json;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Text as Python's {@code str} sees it: its white space, and how it shows values. */
public final class PythonText {
  private PythonText() {}

  /** Returns whether Python takes a character for white space. */
  public static boolean isSpace(char c) {
    return switch (c) {
      case '\t', '\n', 0x0b, '\f', '\r', 0x1c, 0x1d, 0x1e, 0x1f, ' ' -> true;
      case 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000 -> true;
      default -> c >= 0x2000 && c <= 0x200a;
    };
  }

  /** Returns the text without white space at both ends, {@code str.strip()}. */
  public static String strip(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    int start = skipSpace(text, 0, end);
    return text.substring(start, end);
  }

  /** Returns the index of the first character from an index on that is no white space. */
  public static int skipSpace(String text, int from, int end) {
    int at = from;
    while (at < end && isSpace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  /** Returns the text without line feeds at its beginning. */
  public static String stripLeadingNewlines(String text) {
    int start = 0;
    while (start < text.length() && text.charAt(start) == '\n') {
      start++;
    }
    return text.substring(start);
  }

  /** Returns the text without line feeds at both ends. */
  public static String stripNewlines(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '\n') {
      end--;
    }
    return stripLeadingNewlines(text.substring(0, end));
  }

  /** Returns a JSON value as {@code str(value)} shows it. */
  public static String str(@Nullable Object value) {
    return value instanceof String text ? text : repr(value);
  }

  /** Returns a JSON value as {@code repr(value)} shows it. */
  public static String repr(@Nullable Object value) {
    StringBuilder out = new StringBuilder();
    repr(value, out);
    return out.toString();
  }

  private static void repr(@Nullable Object value, StringBuilder out) {
    switch (value) {
      case null -> out.append("None");
      case Boolean flag -> out.append(flag ? "True" : "False");
      case Double number -> out.append(reprDouble(number));
      case String text -> reprText(text, out);
      case List<?> list -> {
        out.append('[');
        String separator = "";
        for (Object element : list) {
          out.append(separator);
          repr(element, out);
          separator = ", ";
        }
        out.append(']');
      }
      case Map<?, ?> map -> {
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          out.append(separator);
          repr(entry.getKey(), out);
          out.append(": ");
          repr(entry.getValue(), out);
          separator = ", ";
        }
        out.append('}');
      }
      default -> out.append(value);
    }
  }

  /** The shortest digits that give the number again; an exponent below 1e-4 and from 1e16 on. */
  private static String reprDouble(double number) {
    if (Double.isNaN(number)) {
      return "nan";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "inf" : "-inf";
    }
    if (number == 0) {
      return 1 / number < 0 ? "-0.0" : "0.0";
    }
    BigDecimal exact = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    int exponent = exact.precision() - exact.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = exact.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String digits = exact.unscaledValue().abs().toString();
    return (number < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + (exponent < 0 ? "e-" : "e+")
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }

  private static void reprText(String text, StringBuilder out) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int c = text.codePointAt(i);
      if (c == quote || c == '\\') {
        out.append('\\').appendCodePoint(c);
      } else {
        reprCodePoint(c, out);
      }
    }
    out.append(quote);
  }

  private static void reprCodePoint(int c, StringBuilder out) {
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        if (isPrintable(c)) {
          out.appendCodePoint(c);
        } else if (c < 0x100) {
          out.append("\\x%02x".formatted(c));
        } else {
          out.append(c < 0x10000 ? "\\u%04x".formatted(c) : "\\U%08x".formatted(c));
        }
      }
    }
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }
}

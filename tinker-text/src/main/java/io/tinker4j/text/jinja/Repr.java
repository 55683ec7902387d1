package io.tinker4j.text.jinja;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** Python's {@code repr}: how values look inside of lists, and numbers everywhere. */
final class Repr {
  /** Longest representation; the caller's limit of text is checked after. */
  private static final int LONGEST = 64 << 20;

  private Repr() {}

  static String of(Object value) {
    if (value instanceof Long l) {
      return l.toString();
    }
    StringBuilder out = new StringBuilder();
    append(value, out, 0);
    return out.toString();
  }

  private static void append(Object value, StringBuilder out, int depth) {
    Values.nesting(depth);
    if (out.length() > LONGEST) {
      throw JinjaException.limit("the text of a value is longer than " + LONGEST + " characters");
    }
    switch (value) {
      case String s -> string(s, out);
      case Boolean b -> out.append(b ? "True" : "False");
      case Double d -> out.append(floating(d));
      case Tuple t -> {
        elements(t, out.append('('), depth);
        out.append(t.size() == 1 ? ",)" : ")");
      }
      case Range r -> out.append(r.repr());
      case List<?> l -> {
        elements(l, out.append('['), depth);
        out.append(']');
      }
      case Map<?, ?> m -> entries(m, out, depth);
      case DictView v -> {
        elements(v.elements(), out.append(v.typeName()).append("(["), depth);
        out.append("])");
      }
      case PyObject o -> out.append(o.repr());
      default -> out.append(value);
    }
  }

  private static void elements(List<?> list, StringBuilder out, int depth) {
    for (int i = 0; i < list.size(); i++) {
      append(Values.in(list.get(i)), i == 0 ? out : out.append(", "), depth + 1);
    }
  }

  private static void entries(Map<?, ?> map, StringBuilder out, int depth) {
    out.append('{');
    boolean first = true;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      append(Values.in(entry.getKey()), first ? out : out.append(", "), depth + 1);
      append(Values.in(entry.getValue()), out.append(": "), depth + 1);
      first = false;
    }
    out.append('}');
  }

  static String string(String s) {
    StringBuilder out = new StringBuilder(s.length() + 2);
    string(s, out);
    return out.toString();
  }

  private static void string(String s, StringBuilder out) {
    char quote = s.indexOf('\'') >= 0 && s.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    for (int i = 0; i < s.length(); ) {
      int c = s.codePointAt(i);
      i += Character.charCount(c);
      switch (c) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\\' -> out.append("\\\\");
        default -> {
          if (c == quote) {
            out.append('\\').append(quote);
          } else if (isPrintable(c)) {
            out.appendCodePoint(c);
          } else {
            escape(c, out);
          }
        }
      }
    }
    out.append(quote);
  }

  private static void escape(int c, StringBuilder out) {
    if (c < 0x100) {
      out.append(String.format("\\x%02x", c));
    } else if (c < 0x10000) {
      out.append(String.format("\\u%04x", c));
    } else {
      out.append(String.format("\\U%08x", c));
    }
  }

  static boolean isPrintable(int c) {
    if (c < 0x7f) {
      return c >= ' ';
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** Returns the shortest text that reads back as the number, laid out as Python does. */
  static String floating(double d) {
    if (Double.isNaN(d)) {
      return "nan";
    }
    if (Double.isInfinite(d)) {
      return d > 0 ? "inf" : "-inf";
    }
    if (d == 0) {
      return 1 / d < 0 ? "-0.0" : "0.0";
    }
    BigDecimal decimal = new BigDecimal(Double.toString(d)).stripTrailingZeros();
    String digits = decimal.unscaledValue().abs().toString();
    int point = digits.length() - decimal.scale();
    StringBuilder out = new StringBuilder(d < 0 ? "-" : "");
    if (point > 16 || point <= -4) {
      out.append(digits.charAt(0));
      if (digits.length() > 1) {
        out.append('.').append(digits, 1, digits.length());
      }
      int exponent = point - 1;
      out.append(exponent < 0 ? "e-" : "e+");
      return out.append(Math.abs(exponent) < 10 ? "0" : "").append(Math.abs(exponent)).toString();
    }
    if (point <= 0) {
      return out.append("0.").repeat('0', -point).append(digits).toString();
    }
    if (digits.length() <= point) {
      return out.append(digits).repeat('0', point - digits.length()).append(".0").toString();
    }
    return out.append(digits, 0, point)
        .append('.')
        .append(digits, point, digits.length())
        .toString();
  }
}

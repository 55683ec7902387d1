package io.tinker4j.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Filters that give numbers. */
final class NumberFilters {
  private static final int LONGEST = 4300;

  private NumberFilters() {}

  static void add(Map<String, Filters.Function> all) {
    all.put("abs", (v, a, r) -> absolute(v));
    all.put("int", NumberFilters::integer);
    all.put("float", NumberFilters::floating);
    all.put("round", NumberFilters::round);
  }

  private static Object absolute(Object value) {
    number(value, "abs()");
    return Numbers.absolute(value);
  }

  private static void number(Object value, String what) {
    if (!Numbers.is(value)) {
      Values.failOnUndefined(value);
      throw JinjaException.type(
          "bad operand type for %s: '%s'".formatted(what, Values.typeName(value)));
    }
  }

  private static Object integer(Object value, Arguments arguments, Render render) {
    @Nullable Object[] bound = arguments.bind("int", 0, "default", "base");
    Object otherwise = bound[0] == null ? (Object) 0L : bound[0];
    int base = bound[1] == null ? 10 : Numbers.isInteger(bound[1]) ? Numbers.index(bound[1]) : -1;
    Values.failOnUndefined(value);
    if (Numbers.isInteger(value)) {
      return Numbers.add(value, 0L);
    }
    String text = Values.string(value);
    if (text != null) {
      Object parsed = parse(PyText.strip(text), base);
      if (parsed != null) {
        return parsed;
      }
    }
    Double number = value instanceof Double d ? d : text == null ? null : parseFloat(text);
    if (number == null || number.isNaN() || number.isInfinite()) {
      if (value instanceof Double d && d.isInfinite()) {
        throw JinjaException.value("cannot convert float infinity to integer");
      }
      return otherwise;
    }
    return Numbers.normal(new BigDecimal(number).toBigInteger());
  }

  /** Returns the integer that a text is in a base, or null. */
  private static @Nullable Object parse(String text, int base) {
    if (text.isEmpty() || text.length() > LONGEST || base < 0 || base == 1 || base > 36) {
      return null;
    }
    boolean negative = text.charAt(0) == '-';
    String digits = negative || text.charAt(0) == '+' ? text.substring(1) : text;
    int radix = base;
    if (digits.length() > 2 && digits.charAt(0) == '0') {
      int prefix =
          switch (Character.toLowerCase(digits.charAt(1))) {
            case 'x' -> 16;
            case 'o' -> 8;
            case 'b' -> 2;
            default -> 0;
          };
      if (prefix != 0 && (base == 0 || base == prefix)) {
        radix = prefix;
        digits = digits.substring(digits.charAt(2) == '_' ? 3 : 2);
      }
    }
    if (!isNumber(digits, radix == 0 ? 10 : radix)) {
      return null;
    }
    BigInteger value = new BigInteger(digits.replace("_", ""), radix == 0 ? 10 : radix);
    if (base == 0 && radix == 0 && value.signum() != 0 && digits.charAt(0) == '0') {
      return null;
    }
    return Numbers.normal(negative ? value.negate() : value);
  }

  private static boolean isNumber(String digits, int radix) {
    boolean digit = false;
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      if (c == '_' && digit && i + 1 < digits.length()) {
        digit = false;
      } else if (Character.digit(c, radix) >= 0) {
        digit = true;
      } else {
        return false;
      }
    }
    return digit;
  }

  private static Object floating(Object value, Arguments arguments, Render render) {
    @Nullable Object[] bound = arguments.bind("float", 0, "default");
    Object otherwise = bound[0] == null ? (Object) 0.0 : bound[0];
    Values.failOnUndefined(value);
    if (Numbers.is(value)) {
      return Numbers.floating(value);
    }
    String text = Values.string(value);
    Double parsed = text == null ? null : parseFloat(text);
    return parsed == null ? otherwise : parsed;
  }

  /** Returns the number that a text is to Python, or null. */
  private static @Nullable Double parseFloat(String given) {
    String text = PyText.lower(PyText.strip(given));
    String body = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
    double sign = text.startsWith("-") ? -1 : 1;
    if (body.equals("inf") || body.equals("infinity")) {
      return sign * Double.POSITIVE_INFINITY;
    }
    if (body.equals("nan")) {
      return Double.NaN;
    }
    if (!isFloat(body)) {
      return null;
    }
    return sign * Double.parseDouble(body.replace("_", ""));
  }

  private static boolean isFloat(String body) {
    boolean digits = false;
    boolean point = false;
    for (int i = 0; i < body.length(); i++) {
      char c = body.charAt(i);
      if (c >= '0' && c <= '9') {
        digits = true;
      } else if (c == '.' && !point) {
        point = true;
      } else if (c == 'e' && digits) {
        int from = i + 1 < body.length() && "+-".indexOf(body.charAt(i + 1)) >= 0 ? i + 2 : i + 1;
        return body.length() <= LONGEST && isNumber(body.substring(from), 10) && isAscii(body);
      } else if (!(c == '_' && i > 0 && isDigit(body, i - 1) && isDigit(body, i + 1))) {
        return false;
      }
    }
    return digits && body.length() <= LONGEST;
  }

  private static boolean isDigit(String body, int at) {
    return at < body.length() && body.charAt(at) >= '0' && body.charAt(at) <= '9';
  }

  private static boolean isAscii(String body) {
    return body.chars().allMatch(c -> c < 128);
  }

  private static Object round(Object value, Arguments arguments, Render render) {
    @Nullable Object[] bound = arguments.bind("round", 0, "precision", "method");
    int precision = bound[0] == null ? 0 : TextMethods.integer(bound[0]);
    String method = bound[1] == null ? "common" : Values.text(bound[1]);
    if (!method.equals("common") && !method.equals("ceil") && !method.equals("floor")) {
      throw JinjaException.value("method must be common, ceil or floor");
    }
    number(value, "round()");
    precision = Math.clamp(precision, -400, 400);
    if (!method.equals("common")) {
      double factor = Math.pow(10, precision);
      double scaled = Numbers.floating(value) * factor;
      return (method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled)) / factor;
    }
    if (value instanceof Double d) {
      if (d.isNaN() || d.isInfinite()) {
        return d;
      }
      double rounded = new BigDecimal(d).setScale(precision, RoundingMode.HALF_EVEN).doubleValue();
      return Math.copySign(rounded, d);
    }
    return precision >= 0
        ? Numbers.add(value, 0L)
        : Numbers.normal(
            new BigDecimal(Numbers.big(value))
                .setScale(precision, RoundingMode.HALF_EVEN)
                .toBigInteger());
  }
}

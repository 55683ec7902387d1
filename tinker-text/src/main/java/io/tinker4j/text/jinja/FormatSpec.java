package io.tinker4j.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * How one value is laid out by {@code %} or {@code format}.
 *
 * @param fill the character that fills
 * @param align {@code <}, {@code >}, {@code ^}, {@code =}, or 0 for the type's own
 * @param sign {@code -}, {@code +} or a space
 * @param alternate whether the alternate form was asked for
 * @param width the least width
 * @param grouping {@code ,} or {@code _} between groups of digits, or 0
 * @param precision -1 if not given
 * @param type the letter of the type, or 0
 */
record FormatSpec(
    int fill,
    char align,
    char sign,
    boolean alternate,
    int width,
    char grouping,
    int precision,
    char type) {
  private static final int MOST_DIGITS = 5_000;

  /** Parses what stands behind the colon of a field. */
  static FormatSpec parse(String spec) {
    int i = 0;
    int fill = ' ';
    char align = 0;
    int first = spec.isEmpty() ? 0 : Character.charCount(spec.codePointAt(0));
    if (first > 0 && first < spec.length() && "<>^=".indexOf(spec.charAt(first)) >= 0) {
      fill = spec.codePointAt(0);
      align = spec.charAt(first);
      i = first + 1;
    } else if (first > 0 && "<>^=".indexOf(spec.charAt(0)) >= 0) {
      align = spec.charAt(0);
      i = 1;
    }
    char sign = '-';
    if (i < spec.length() && "+- ".indexOf(spec.charAt(i)) >= 0) {
      sign = spec.charAt(i++);
    }
    boolean alternate = i < spec.length() && spec.charAt(i) == '#';
    i += alternate ? 1 : 0;
    if (i < spec.length() && spec.charAt(i) == '0') {
      fill = align == 0 ? '0' : fill;
      align = align == 0 ? '=' : align;
      i++;
    }
    int widthEnd = digits(spec, i);
    int width = widthEnd > i ? number(spec.substring(i, widthEnd)) : 0;
    i = widthEnd;
    char grouping = 0;
    if (i < spec.length() && (spec.charAt(i) == ',' || spec.charAt(i) == '_')) {
      grouping = spec.charAt(i++);
    }
    int precision = -1;
    if (i < spec.length() && spec.charAt(i) == '.') {
      int end = precisionEnd(spec, i + 1);
      precision = number(spec.substring(i + 1, end));
      i = end;
    }
    return new FormatSpec(fill, align, sign, alternate, width, grouping, precision, type(spec, i));
  }

  private static int precisionEnd(String spec, int from) {
    int end = digits(spec, from);
    if (end == from) {
      throw JinjaException.value("Format specifier missing precision");
    }
    return end;
  }

  /** Returns the letter that ends a specification; 0 when there is none. */
  private static char type(String spec, int at) {
    if (at + 1 < spec.length()) {
      throw JinjaException.value("Invalid format specifier '" + spec + "'");
    }
    return at < spec.length() ? spec.charAt(at) : 0;
  }

  static int digits(String text, int from) {
    int i = from;
    while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
      i++;
    }
    return i;
  }

  static int number(String digits) {
    if (digits.length() > 9) {
      throw JinjaException.value("Too many decimal digits in format string");
    }
    return Integer.parseInt(digits);
  }

  /** Lays a value out. */
  String format(Object value, Render render) {
    render.charge((long) width + Math.max(0, precision));
    String text = Values.string(value);
    if (text != null) {
      return text(text);
    }
    if (value instanceof Boolean && type == 0) {
      return text(Values.text(value));
    }
    if (Numbers.is(value)) {
      return number(value);
    }
    Values.failOnUndefined(value);
    if (width != 0 || precision >= 0 || type != 0 || align != 0) {
      throw JinjaException.type(
          "unsupported format string passed to " + Values.typeName(value) + ".__format__");
    }
    return Values.text(value);
  }

  private String text(String text) {
    if ((type != 0 && type != 's')
        || sign != '-'
        || grouping != 0
        || (align == '=' && fill != '0')) {
      throw JinjaException.value("a format for numbers does not go with a string");
    }
    String cut =
        precision >= 0 && precision < PyText.length(text)
            ? text.substring(0, PyText.offset(text, precision))
            : text;
    return pad("", cut, align == '=' ? '<' : align == 0 ? '<' : align);
  }

  String number(Object value) {
    boolean integer = Numbers.isInteger(value);
    char kind = type == 0 ? (integer ? 'd' : 'r') : type == 'n' ? (integer ? 'd' : 'g') : type;
    boolean negative = isNegative(value);
    String body =
        switch (kind) {
          case 'd', 'x', 'X', 'o', 'b' -> {
            if (!integer) {
              throw JinjaException.value(
                  "Unknown format code '" + kind + "' for object of type 'float'");
            }
            yield integer(Numbers.big(value).abs(), kind);
          }
          case 'c' -> {
            int c = TextMethods.integer(value);
            if (c < 0 || c > Character.MAX_CODE_POINT) {
              throw JinjaException.value("%c arg not in range(0x110000)");
            }
            yield Character.toString(c);
          }
          case 'e', 'E', 'f', 'F', 'g', 'G', '%', 'r' ->
              floating(Math.abs(Numbers.floating(value)), kind);
          default ->
              throw JinjaException.value(
                  "Unknown format code '%c' for object of type '%s'"
                      .formatted(kind, Values.typeName(value)));
        };
    String mark = negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
    return pad(mark + prefix(kind), body, align == 0 ? '>' : align);
  }

  private static boolean isNegative(Object value) {
    return value instanceof Double d
        ? d < 0 || (d == 0 && 1 / d < 0)
        : Numbers.big(value).signum() < 0;
  }

  private String prefix(char kind) {
    boolean based = alternate && (kind == 'x' || kind == 'X' || kind == 'o' || kind == 'b');
    return based ? "0" + kind : "";
  }

  private String integer(BigInteger value, char kind) {
    return switch (kind) {
      case 'x' -> group(value.toString(16), 4);
      case 'X' -> group(PyText.upper(value.toString(16)), 4);
      case 'o' -> group(value.toString(8), 4);
      case 'b' -> group(value.toString(2), 4);
      default -> {
        String digits = value.toString();
        yield group("0".repeat(Math.max(0, precision - digits.length())) + digits, 3);
      }
    };
  }

  private String group(String digits, int size) {
    if (grouping == 0) {
      return digits;
    }
    StringBuilder out = new StringBuilder(digits);
    for (int i = digits.length() - size; i > 0; i -= size) {
      out.insert(i, grouping);
    }
    return out.toString();
  }

  private String floating(double value, char kind) {
    boolean upper = kind == 'E' || kind == 'F' || kind == 'G';
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      String text = Double.isNaN(value) ? "nan" : "inf";
      return (upper ? PyText.upper(text) : text) + (kind == '%' ? "%" : "");
    }
    if (precision > MOST_DIGITS) {
      throw JinjaException.limit("more than " + MOST_DIGITS + " digits");
    }
    int places = precision < 0 ? 6 : precision;
    String text =
        switch (Character.toLowerCase(kind)) {
          case 'f' -> fixed(new BigDecimal(value), places);
          case '%' -> fixed(new BigDecimal(value).movePointRight(2), places) + "%";
          case 'e' -> scientific(new BigDecimal(value), places);
          case 'g' -> general(value, Math.max(1, places), false);
          default ->
              precision < 0 ? Repr.floating(value) : general(value, Math.max(1, places), true);
        };
    int whole = FormatSpec.digits(text, 0);
    text = group(text.substring(0, whole), 3) + text.substring(whole);
    return upper ? PyText.upper(text) : text;
  }

  private static String fixed(BigDecimal value, int places) {
    return value.setScale(places, RoundingMode.HALF_EVEN).toPlainString();
  }

  private static String scientific(BigDecimal value, int places) {
    BigDecimal rounded = value.round(new MathContext(places + 1, RoundingMode.HALF_EVEN));
    String digits = rounded.unscaledValue().toString();
    int exponent = value.signum() == 0 ? 0 : digits.length() - 1 - rounded.scale();
    digits = value.signum() == 0 ? "0" : digits;
    digits = digits + "0".repeat(Math.max(0, places + 1 - digits.length()));
    digits = digits.substring(0, places + 1);
    String mantissa = places == 0 ? digits : digits.charAt(0) + "." + digits.substring(1);
    return mantissa
        + "e"
        + (exponent < 0 ? "-" : "+")
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }

  private String general(double value, int significant, boolean keepsPoint) {
    BigDecimal rounded =
        new BigDecimal(value).round(new MathContext(significant, RoundingMode.HALF_EVEN));
    int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - 1 - rounded.scale();
    boolean scientific = exponent < -4 || exponent >= significant;
    String text =
        scientific
            ? scientific(rounded, significant - 1)
            : fixed(rounded, Math.max(0, significant - 1 - exponent));
    if (!alternate) {
      text = stripZeros(text);
    }
    return keepsPoint && !scientific && text.indexOf('.') < 0 ? text + ".0" : text;
  }

  private static String stripZeros(String text) {
    int e = text.indexOf('e');
    String mantissa = e < 0 ? text : text.substring(0, e);
    if (mantissa.indexOf('.') >= 0) {
      int end = mantissa.length();
      while (mantissa.charAt(end - 1) == '0') {
        end--;
      }
      mantissa = mantissa.substring(0, mantissa.charAt(end - 1) == '.' ? end - 1 : end);
    }
    return mantissa + (e < 0 ? "" : text.substring(e));
  }

  private String pad(String mark, String body, char how) {
    int missing = width - PyText.length(mark) - PyText.length(body);
    if (missing <= 0) {
      return mark + body;
    }
    String filler = Character.toString(fill);
    return switch (how) {
      case '<' -> mark + body + filler.repeat(missing);
      case '^' -> filler.repeat(missing / 2) + mark + body + filler.repeat(missing - missing / 2);
      case '=' -> mark + filler.repeat(missing) + body;
      default -> filler.repeat(missing) + mark + body;
    };
  }
}

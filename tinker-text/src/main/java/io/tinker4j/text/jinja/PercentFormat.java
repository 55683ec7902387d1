package io.tinker4j.text.jinja;

import java.util.List;
import java.util.Map;

/** Python's {@code text % values}. */
final class PercentFormat {
  private final String format;
  private final Object operand;
  private final List<?> values;
  private final Render render;
  private final StringBuilder out = new StringBuilder();
  private int pos;
  private int taken;
  private boolean named;

  private PercentFormat(String format, Object operand, Render render) {
    this.format = format;
    this.operand = operand;
    this.values = operand instanceof Tuple tuple ? tuple : List.of(operand);
    this.render = render;
  }

  static String format(String format, Object operand, Render render) {
    return new PercentFormat(format, operand, render).run();
  }

  private String run() {
    while (pos < format.length()) {
      int percent = format.indexOf('%', pos);
      if (percent < 0) {
        out.append(format, pos, format.length());
        break;
      }
      out.append(format, pos, percent);
      pos = percent + 1;
      field();
      render.room(out.length());
    }
    boolean mayBeLeft =
        operand instanceof Undefined
            || operand instanceof Map<?, ?>
            || (operand instanceof List<?> && !(operand instanceof Tuple));
    if (!named && taken < values.size() && !(mayBeLeft && taken == 0)) {
      throw JinjaException.type("not all arguments converted during string formatting");
    }
    return render.charged(out.toString());
  }

  private void field() {
    Object value = null;
    if (peek() == '(') {
      value = byName();
    }
    boolean left = false;
    boolean zero = false;
    boolean alternate = false;
    char sign = '-';
    for (; "-+ #0".indexOf(peek()) >= 0; pos++) {
      char flag = peek();
      left |= flag == '-';
      zero |= flag == '0';
      alternate |= flag == '#';
      sign = flag == '+' || (flag == ' ' && sign != '+') ? flag : sign;
    }
    int width = size(0);
    if (width < 0) {
      left = true;
      width = -width;
    }
    int precision = -1;
    if (peek() == '.') {
      pos++;
      precision = Math.max(0, size(0));
    }
    char type = type();
    if (type == '%') {
      out.append('%');
      return;
    }
    char align = left ? '<' : zero && "sra".indexOf(type) < 0 ? '=' : '>';
    FormatSpec spec =
        new FormatSpec(
            align == '=' ? '0' : ' ', align, sign, alternate, width, '\0', precision, type);
    value(spec, value != null ? value : next());
  }

  /** Takes the letter that ends a field; those for lengths in C mean nothing. */
  private char type() {
    while (peek() == 'l' || peek() == 'h' || peek() == 'L') {
      pos++;
    }
    if (pos >= format.length()) {
      throw JinjaException.value("incomplete format");
    }
    return format.charAt(pos++);
  }

  private char peek() {
    return pos < format.length() ? format.charAt(pos) : '\1';
  }

  private int size(int absent) {
    if (peek() == '*') {
      pos++;
      return TextMethods.integer(next());
    }
    int end = FormatSpec.digits(format, pos);
    int size = end > pos ? FormatSpec.number(format.substring(pos, end)) : absent;
    pos = end;
    return size;
  }

  private Object byName() {
    int depth = 0;
    int start = pos + 1;
    do {
      if (pos >= format.length()) {
        throw JinjaException.value("incomplete format key");
      }
      char c = format.charAt(pos++);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    } while (depth > 0);
    if (!(operand instanceof Map<?, ?> map)) {
      throw JinjaException.type("format requires a mapping");
    }
    named = true;
    String name = format.substring(start, pos - 1);
    Object value = Lookup.entry(map, name);
    if (value == null) {
      throw JinjaException.value("there is no key " + Repr.string(name) + " to format");
    }
    return value;
  }

  private Object next() {
    if (named || taken >= values.size()) {
      throw JinjaException.type("not enough arguments for format string");
    }
    return Values.in(values.get(taken++));
  }

  private void value(FormatSpec spec, Object value) {
    render.charge((long) spec.width() + Math.max(0, spec.precision()));
    switch (spec.type()) {
      case 's' -> text(spec, Values.text(value));
      case 'r', 'a' -> text(spec, Repr.of(value));
      case 'c' -> {
        String text = Values.string(value);
        if (text != null && PyText.length(text) != 1) {
          throw JinjaException.type("%c requires int or char");
        }
        text(spec, text != null ? text : withType(spec, 'c').number(integer(value, "%c")));
      }
      case 'd', 'i', 'u' -> out.append(withType(spec, 'd').number(integer(value, "%d")));
      case 'x', 'X', 'o' -> {
        if (!Numbers.isInteger(value)) {
          throw number(value, "%" + spec.type());
        }
        out.append(spec.number(value));
      }
      case 'e', 'E', 'f', 'F', 'g', 'G' -> {
        if (!Numbers.is(value)) {
          throw number(value, "%" + spec.type());
        }
        out.append(spec.number(Numbers.floating(value)));
      }
      default -> throw JinjaException.value("unsupported format character '" + spec.type() + "'");
    }
  }

  private static JinjaException number(Object value, String format) {
    Values.failOnUndefined(value);
    return JinjaException.type(
        format + " format: a number is required, not " + Values.typeName(value));
  }

  private static Object integer(Object value, String format) {
    if (value instanceof Double d && !format.equals("%c")) {
      if (d.isNaN() || d.isInfinite()) {
        throw JinjaException.value("cannot convert float to integer");
      }
      return Numbers.normal(new java.math.BigDecimal(d).toBigInteger());
    }
    if (!Numbers.isInteger(value)) {
      throw number(value, format);
    }
    return value;
  }

  private static FormatSpec withType(FormatSpec s, char type) {
    return new FormatSpec(
        s.fill(), s.align(), s.sign(), s.alternate(), s.width(), '\0', s.precision(), type);
  }

  private void text(FormatSpec spec, String text) {
    FormatSpec plain =
        new FormatSpec(' ', spec.align(), '-', false, spec.width(), '\0', spec.precision(), 's');
    out.append(plain.format(text, render));
  }
}

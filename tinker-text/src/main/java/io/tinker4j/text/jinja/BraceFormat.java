package io.tinker4j.text.jinja;

/** Python's {@code text.format(...)}. */
final class BraceFormat {
  private static final int DEEPEST = 2;

  private final Arguments arguments;
  private final Render render;
  private int automatic;
  private boolean manual;

  private BraceFormat(Arguments arguments, Render render) {
    this.arguments = arguments;
    this.render = render;
  }

  static String format(String format, Arguments arguments, Render render) {
    return render.charged(new BraceFormat(arguments, render).run(format, DEEPEST));
  }

  private String run(String format, int depth) {
    if (depth < 0) {
      throw JinjaException.value("Max string recursion exceeded");
    }
    StringBuilder out = new StringBuilder();
    int i = 0;
    while (i < format.length()) {
      char c = format.charAt(i);
      if ((c == '{' || c == '}') && format.startsWith(String.valueOf(c), i + 1)) {
        out.append(c);
        i += 2;
      } else if (c == '{') {
        int end = end(format, i + 1);
        out.append(field(format.substring(i + 1, end), depth));
        render.room(out.length());
        i = end + 1;
      } else if (c == '}') {
        throw JinjaException.value("Single '}' encountered in format string");
      } else {
        out.append(c);
        i++;
      }
    }
    return out.toString();
  }

  private static int end(String format, int from) {
    int depth = 1;
    for (int i = from; i < format.length(); i++) {
      char c = format.charAt(i);
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (depth == 0) {
        return i;
      }
    }
    throw JinjaException.value("expected '}' before end of string");
  }

  private String field(String field, int depth) {
    int i = 0;
    boolean inKey = false;
    while (i < field.length() && (inKey || (field.charAt(i) != '!' && field.charAt(i) != ':'))) {
      inKey = field.charAt(i) == '[' || (inKey && field.charAt(i) != ']');
      i++;
    }
    Object value = value(field.substring(0, i));
    if (i < field.length() && field.charAt(i) == '!') {
      boolean ended = i + 2 == field.length() || field.startsWith(":", i + 2);
      if (i + 1 >= field.length() || !ended) {
        throw JinjaException.value("expected ':' after conversion specifier");
      }
      value = convert(field.charAt(i + 1), value);
      i += 2;
    }
    String spec = i < field.length() ? run(field.substring(i + 1), depth - 1) : "";
    return spec.isEmpty() ? Values.text(value) : FormatSpec.parse(spec).format(value, render);
  }

  private static Object convert(char conversion, Object value) {
    return switch (conversion) {
      case 's' -> Values.text(value);
      case 'r', 'a' -> Repr.of(value);
      default -> throw JinjaException.value("Unknown conversion specifier " + conversion);
    };
  }

  private Object value(String path) {
    int end = 0;
    while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
      end++;
    }
    Object value = first(path.substring(0, end));
    while (end < path.length()) {
      boolean item = path.charAt(end) == '[';
      int close = item ? path.indexOf(']', end) : next(path, end + 1);
      if (close < 0 || close == end + 1) {
        throw JinjaException.value("Empty attribute in format string");
      }
      String name = path.substring(end + 1, close);
      boolean number = item && FormatSpec.digits(name, 0) == name.length();
      value =
          !item
              ? Lookup.attribute(value, name)
              : Lookup.item(value, number ? (Object) (long) FormatSpec.number(name) : name);
      end = item ? close + 1 : close;
      if (item && end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
        throw JinjaException.value("Only '.' or '[' may follow ']' in format field specifier");
      }
    }
    return value;
  }

  private static int next(String path, int from) {
    int i = from;
    while (i < path.length() && path.charAt(i) != '.' && path.charAt(i) != '[') {
      i++;
    }
    return i;
  }

  private Object first(String name) {
    boolean number = !name.isEmpty() && FormatSpec.digits(name, 0) == name.length();
    if (name.isEmpty() || number) {
      if (number ? automatic > 0 : manual) {
        throw JinjaException.value("automatic and manual field numbering do not mix");
      }
      manual |= number;
      int i = number ? FormatSpec.number(name) : automatic++;
      if (i >= arguments.count()) {
        throw JinjaException.value(
            "Replacement index " + i + " out of range for positional args tuple");
      }
      return arguments.get(i);
    }
    Object value = arguments.named().get(name);
    if (value == null) {
      throw JinjaException.value("there is no argument " + Repr.string(name) + " to format");
    }
    return value;
  }
}

package io.tinker4j.text.jinja;

/** Backslash escapes of string literals, as Python reads them. */
final class Escapes {
  private Escapes() {}

  /**
   * Returns the text that a literal's inside stands for.
   *
   * @throws IllegalArgumentException when an escape is cut or names no character
   */
  static String decode(String literal) {
    StringBuilder out = new StringBuilder(literal.length());
    int i = 0;
    while (i < literal.length()) {
      char c = literal.charAt(i);
      if (c != '\\' || i + 1 == literal.length()) {
        out.append(c);
        i++;
      } else {
        i = escape(literal, i + 1, out);
      }
    }
    return out.toString();
  }

  private static int escape(String s, int at, StringBuilder out) {
    char c = s.charAt(at);
    switch (c) {
      case '\n' -> {}
      case '\\', '\'', '"' -> out.append(c);
      case 'n' -> out.append('\n');
      case 't' -> out.append('\t');
      case 'r' -> out.append('\r');
      case 'a' -> out.append('\u0007');
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'v' -> out.append('\u000b');
      case 'x' -> {
        return hex(s, at, 2, out);
      }
      case 'u' -> {
        return hex(s, at, 4, out);
      }
      case 'U' -> {
        return hex(s, at, 8, out);
      }
      case 'N' -> {
        return named(s, at, out);
      }
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        return octal(s, at, out);
      }
      default -> out.append('\\').append(c);
    }
    return at + 1;
  }

  private static int octal(String s, int at, StringBuilder out) {
    int value = 0;
    int i = at;
    while (i < s.length() && i < at + 3 && s.charAt(i) >= '0' && s.charAt(i) <= '7') {
      value = value * 8 + s.charAt(i) - '0';
      i++;
    }
    out.append((char) value);
    return i;
  }

  private static int hex(String s, int at, int digits, StringBuilder out) {
    int end = at + 1 + digits;
    if (end > s.length()) {
      throw new IllegalArgumentException("\\" + s.charAt(at) + " needs " + digits + " hex digits");
    }
    long value = 0;
    for (int i = at + 1; i < end; i++) {
      int digit = s.charAt(i) < 128 ? Character.digit(s.charAt(i), 16) : -1;
      if (digit < 0) {
        throw new IllegalArgumentException(
            "\\" + s.charAt(at) + " needs " + digits + " hex digits");
      }
      value = value * 16 + digit;
    }
    if (value > Character.MAX_CODE_POINT) {
      throw new IllegalArgumentException("\\U is outside of Unicode");
    }
    out.appendCodePoint((int) value);
    return end;
  }

  private static int named(String s, int at, StringBuilder out) {
    int end = s.indexOf('}', at);
    if (end < 0 || s.charAt(at + 1) != '{') {
      throw new IllegalArgumentException("\\N needs a name in braces");
    }
    out.appendCodePoint(Character.codePointOf(s.substring(at + 2, end)));
    return end + 1;
  }
}

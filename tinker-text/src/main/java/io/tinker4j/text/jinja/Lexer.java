package io.tinker4j.text.jinja;

import io.tinker4j.text.jinja.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Cuts a template into tokens, with blocks trimmed and stripped as chat templates expect. */
final class Lexer {
  private static final String[] OPERATORS = {
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}",
    ">", "<", "=", ".", ":", "|", ",", ";"
  };
  private static final int LONGEST_NUMBER = 4300;

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private final Deque<Character> open = new ArrayDeque<>();
  private int pos;
  private boolean lineStarting = true;

  private Lexer(String source) {
    this.source = source;
  }

  /** Returns a template with its line ends made one, and without a line end at its end. */
  static String normalize(String template) {
    String text = template;
    if (text.indexOf('\r') >= 0) {
      text = text.replace("\r\n", "\n").replace('\r', '\n');
    }
    return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
  }

  static List<Token> tokens(String normalized) {
    Lexer lexer = new Lexer(normalized);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (pos < source.length()) {
      int tag = nextTag(pos);
      if (tag < 0) {
        add(Kind.DATA, source.substring(pos), pos);
        pos = source.length();
      } else {
        tag(tag);
      }
    }
    add(Kind.END, "", pos);
  }

  private int nextTag(int from) {
    for (int i = source.indexOf('{', from); i >= 0; i = source.indexOf('{', i + 1)) {
      char next = charAt(i + 1);
      if (next == '{' || next == '%' || next == '#') {
        return i;
      }
    }
    return -1;
  }

  private void tag(int start) {
    char type = source.charAt(start + 1);
    char sign = charAt(start + 2);
    addData(start, type == '{', sign);
    int rawStart = type == '%' ? rawEnd(start, "raw", false) : -1;
    pos = start + (sign == '-' || sign == '+' ? 3 : 2);
    lineStarting = false;
    if (rawStart >= 0) {
      lineStarting = source.charAt(rawStart - 1) == '\n';
      pos = rawStart;
      raw(start);
    } else if (type == '#') {
      comment(start);
    } else {
      add(type == '{' ? Kind.VARIABLE_BEGIN : Kind.BLOCK_BEGIN, "", start);
      inside(type == '{', start);
    }
  }

  /** Adds the text up to a tag, stripped as the tag's sign and the block's line ask. */
  private void addData(int end, boolean variable, char sign) {
    String text = source.substring(pos, end);
    if (sign == '-') {
      text = PyText.rstrip(text);
    } else if (sign != '+' && !variable) {
      int line = text.lastIndexOf('\n') + 1;
      if ((line > 0 || lineStarting) && PyText.isSpace(text, line)) {
        text = text.substring(0, line);
      }
    }
    add(Kind.DATA, text, pos);
  }

  private void comment(int start) {
    int end = source.indexOf("#}", pos);
    if (pos == source.length()) {
      return;
    }
    if (end < 0) {
      throw error("the comment is not closed: add '#}'", start);
    }
    char sign = end > pos ? source.charAt(end - 1) : ' ';
    closeBlock(end, sign);
  }

  /** Goes behind an end of a block at an offset, and behind what its sign takes. */
  private void closeBlock(int end, char sign) {
    pos = end + 2;
    if (sign == '-') {
      pos = skipSpace(pos);
    } else if (sign != '+' && charAt(pos) == '\n') {
      pos++;
    }
    lineStarting = source.charAt(pos - 1) == '\n';
  }

  /** Returns where a tag of only a name ends that begins at an offset, or -1 if it is another. */
  private int rawEnd(int start, String name, boolean trims) {
    int i = start + 2;
    if (charAt(i) == '-' || charAt(i) == '+') {
      i++;
    }
    i = skipSpace(i);
    if (!source.startsWith(name, i)) {
      return -1;
    }
    i = skipSpace(i + name.length());
    if (source.startsWith("-%}", i)) {
      return skipSpace(i + 3);
    }
    if (trims && source.startsWith("+%}", i)) {
      return i + 3;
    }
    if (!source.startsWith("%}", i)) {
      return -1;
    }
    return trims && charAt(i + 2) == '\n' ? i + 3 : i + 2;
  }

  private void raw(int start) {
    if (pos == source.length()) {
      return;
    }
    for (int i = source.indexOf("{%", pos); i >= 0; i = source.indexOf("{%", i + 1)) {
      int end = rawEnd(i, "endraw", true);
      if (end >= 0) {
        addData(i, false, charAt(i + 2));
        pos = end;
        lineStarting = source.charAt(end - 1) == '\n';
        return;
      }
    }
    throw error("the raw block is not closed: add '{% endraw %}'", start);
  }

  private void inside(boolean variable, int start) {
    open.clear();
    while (true) {
      if (pos >= source.length()) {
        throw error(
            variable ? "'{{' is not closed: add '}}'" : "'{%' is not closed: add '%}'", start);
      }
      if (open.isEmpty() && end(variable)) {
        return;
      }
      char c = source.charAt(pos);
      if (PyText.isSpace(c)) {
        pos = skipSpace(pos);
      } else if (c >= '0' && c <= '9') {
        number();
      } else if (isWord(source.codePointAt(pos))) {
        name();
      } else if (c == '\'' || c == '"') {
        string(c);
      } else {
        operator();
      }
    }
  }

  private boolean end(boolean variable) {
    String mark = variable ? "}}" : "%}";
    char sign = source.charAt(pos);
    boolean signed = sign == '-' || (sign == '+' && !variable);
    int at = signed ? pos + 1 : pos;
    if (!source.startsWith(mark, at)) {
      return false;
    }
    add(variable ? Kind.VARIABLE_END : Kind.BLOCK_END, "", pos);
    if (variable && !signed) {
      pos = at + 2;
      lineStarting = false;
    } else {
      closeBlock(at, signed ? sign : ' ');
    }
    return true;
  }

  private void operator() {
    for (String operator : OPERATORS) {
      if (source.startsWith(operator, pos)) {
        balance(operator.charAt(0));
        add(Kind.OPERATOR, operator, pos);
        pos += operator.length();
        return;
      }
    }
    throw error("unexpected character '" + Character.toString(source.codePointAt(pos)) + "'", pos);
  }

  private void balance(char c) {
    switch (c) {
      case '(' -> open.push(')');
      case '[' -> open.push(']');
      case '{' -> open.push('}');
      case ')', ']', '}' -> {
        if (open.isEmpty() || open.pop() != c) {
          throw error("unexpected '" + c + "'", pos);
        }
      }
      default -> {}
    }
  }

  private void name() {
    int start = pos;
    while (pos < source.length() && isWord(source.codePointAt(pos))) {
      pos += Character.charCount(source.codePointAt(pos));
    }
    if (!Character.isLetter(source.codePointAt(start)) && source.charAt(start) != '_') {
      throw error("a name begins with a letter", start);
    }
    add(Kind.NAME, source.substring(start, pos), start);
  }

  private static boolean isWord(int c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }

  private void number() {
    int start = pos;
    int whole = digits(start);
    int end = whole;
    if (charAt(end) == '.' && digits(end + 1) > end + 1) {
      end = digits(end + 1);
    }
    if (charAt(end) == 'e' || charAt(end) == 'E') {
      int exponent = charAt(end + 1) == '+' || charAt(end + 1) == '-' ? end + 2 : end + 1;
      end = digits(exponent) > exponent ? digits(exponent) : end;
    }
    if (end > whole && (start == 0 || source.charAt(start - 1) != '.')) {
      pos = end;
      String text = source.substring(start, end);
      tokens.add(new Token(Kind.FLOAT, text, Double.parseDouble(text.replace("_", "")), start));
      return;
    }
    integer(start, whole);
  }

  private void integer(int start, int decimalEnd) {
    int radix =
        source.charAt(start) != '0'
            ? 10
            : switch (charAt(start + 1)) {
              case 'x', 'X' -> 16;
              case 'o', 'O' -> 8;
              case 'b', 'B' -> 2;
              default -> 10;
            };
    int end = radix == 10 ? decimalEnd : digits(start + 2, radix);
    if (radix != 10 && end == start + 2) {
      end = start + 1;
      radix = 10;
    }
    if (radix == 10 && source.charAt(start) == '0') {
      end = start + 1;
      while (charAt(end) == '0' || (charAt(end) == '_' && charAt(end + 1) == '0')) {
        end++;
      }
    }
    if (end - start > LONGEST_NUMBER) {
      throw error("a number of more than " + LONGEST_NUMBER + " digits", start);
    }
    pos = end;
    String text = source.substring(radix == 10 ? start : start + 2, end).replace("_", "");
    Object value = Numbers.normal(new BigInteger(text, radix));
    tokens.add(new Token(Kind.INTEGER, source.substring(start, end), value, start));
  }

  private int digits(int from) {
    return from < source.length() && source.charAt(from) != '_' ? digits(from, 10) : from;
  }

  private int digits(int from, int radix) {
    int i = from;
    while (isDigit(i, radix) || (charAt(i) == '_' && isDigit(i + 1, radix))) {
      i++;
    }
    return i;
  }

  private boolean isDigit(int at, int radix) {
    char c = charAt(at);
    return c < 128 && Character.digit(c, radix) >= 0;
  }

  private void string(char quote) {
    int start = pos;
    int i = start + 1;
    while (charAt(i) != quote || i >= source.length()) {
      if (i >= source.length()) {
        throw error("the string is not closed", start);
      }
      i += source.charAt(i) == '\\' ? 2 : 1;
    }
    String text = source.substring(start + 1, i);
    pos = i + 1;
    String value;
    try {
      value = text.indexOf('\\') < 0 ? text : Escapes.decode(text);
    } catch (IllegalArgumentException e) {
      throw error("the string has a bad escape: " + e.getMessage(), start);
    }
    tokens.add(new Token(Kind.STRING, value, value, start));
  }

  private char charAt(int at) {
    return at < source.length() ? source.charAt(at) : '\0';
  }

  private int skipSpace(int from) {
    int i = from;
    while (i < source.length() && PyText.isSpace(source.charAt(i))) {
      i++;
    }
    return i;
  }

  private void add(Kind kind, String text, int at) {
    if (kind != Kind.DATA || !text.isEmpty()) {
      tokens.add(new Token(kind, text, text, at));
    }
  }

  private JinjaException error(String message, int at) {
    return JinjaException.of(JinjaException.Kind.SYNTAX, message).at(source, at);
  }
}

package io.tinker4j.text.json;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one JSON text, with the errors of Python's {@code json}. */
final class JsonReader {
  private static final int MAX_DEPTH = 500;
  // Python refuses longer ones too; reading one takes time that grows with the square.
  private static final int MAX_DIGITS = 4300;

  private final String text;
  private int at;

  JsonReader(String text) {
    this.text = text;
  }

  @Nullable Object readAll() {
    skipBlanks();
    Object value = readValue(0);
    skipBlanks();
    if (at < text.length()) {
      throw error("Extra data", at);
    }
    return value;
  }

  private @Nullable Object readValue(int depth) {
    if (depth > MAX_DEPTH) {
      throw error("Nested deeper than " + MAX_DEPTH + " levels", at);
    }
    if (at == text.length()) {
      throw error("Expecting value", at);
    }
    return switch (text.charAt(at)) {
      case '"' -> {
        at++;
        yield readText();
      }
      case '{' -> readObject(depth);
      case '[' -> readArray(depth);
      default -> readScalar();
    };
  }

  private @Nullable Object readScalar() {
    if (skip("null")) {
      return null;
    }
    if (skip("true")) {
      return true;
    }
    if (skip("false")) {
      return false;
    }
    if (skip("NaN")) {
      return Double.NaN;
    }
    if (skip("Infinity")) {
      return Double.POSITIVE_INFINITY;
    }
    if (skip("-Infinity")) {
      return Double.NEGATIVE_INFINITY;
    }
    return readNumber();
  }

  private boolean skip(String word) {
    if (text.startsWith(word, at)) {
      at += word.length();
      return true;
    }
    return false;
  }

  private Object readNumber() {
    int start = at;
    int end = at < text.length() && text.charAt(at) == '-' ? at + 1 : at;
    int digits = end;
    end = end < text.length() && text.charAt(end) == '0' ? end + 1 : digits(end);
    if (end == digits) {
      throw error("Expecting value", start);
    }
    int whole = end;
    if (end < text.length() && text.charAt(end) == '.' && digits(end + 1) > end + 1) {
      end = digits(end + 1);
    }
    end = exponent(end);
    at = end;
    if (end > whole) {
      return Double.parseDouble(text.substring(start, end));
    }
    if (end - digits > MAX_DIGITS) {
      throw error("A number of more than " + MAX_DIGITS + " digits", start);
    }
    String number = text.substring(start, end);
    if (number.length() < 19) {
      return Long.parseLong(number);
    }
    BigInteger big = new BigInteger(number);
    return big.bitLength() < 64 ? big.longValue() : big;
  }

  private int exponent(int end) {
    if (end < text.length() && (text.charAt(end) | 0x20) == 'e') {
      int sign = end + 1;
      if (sign < text.length() && (text.charAt(sign) == '+' || text.charAt(sign) == '-')) {
        sign++;
      }
      int last = digits(sign);
      return last > sign ? last : end;
    }
    return end;
  }

  private int digits(int from) {
    int end = from;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return end;
  }

  private Map<String, @Nullable Object> readObject(int depth) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    at++;
    skipBlanks();
    if (next('}')) {
      return object;
    }
    while (true) {
      if (!next('"')) {
        throw error("Expecting property name enclosed in double quotes", at);
      }
      String key = readText();
      skipBlanks();
      if (!next(':')) {
        throw error("Expecting ':' delimiter", at);
      }
      skipBlanks();
      object.put(key, readValue(depth + 1));
      skipBlanks();
      if (next('}')) {
        return object;
      }
      readComma();
    }
  }

  private List<@Nullable Object> readArray(int depth) {
    List<@Nullable Object> array = new ArrayList<>();
    at++;
    skipBlanks();
    if (next(']')) {
      return array;
    }
    while (true) {
      array.add(readValue(depth + 1));
      skipBlanks();
      if (next(']')) {
        return array;
      }
      readComma();
    }
  }

  private void readComma() {
    if (!next(',')) {
      throw error("Expecting ',' delimiter", at);
    }
    skipBlanks();
  }

  private boolean next(char expected) {
    if (at < text.length() && text.charAt(at) == expected) {
      at++;
      return true;
    }
    return false;
  }

  private String readText() {
    int start = at - 1;
    StringBuilder out = new StringBuilder();
    while (true) {
      if (at == text.length()) {
        throw error("Unterminated string starting at", start);
      }
      char c = text.charAt(at++);
      if (c == '"') {
        return out.toString();
      }
      if (c == '\\') {
        readEscape(out, start);
      } else if (c < ' ') {
        throw error("Invalid control character at", at - 1);
      } else {
        out.append(c);
      }
    }
  }

  private void readEscape(StringBuilder out, int start) {
    if (at == text.length()) {
      throw error("Unterminated string starting at", start);
    }
    char c = text.charAt(at++);
    switch (c) {
      case '"', '\\', '/' -> out.append(c);
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'n' -> out.append('\n');
      case 'r' -> out.append('\r');
      case 't' -> out.append('\t');
      case 'u' -> out.append(readHex());
      default -> throw error("Invalid \\escape", at - 2);
    }
  }

  private char readHex() {
    int value = 0;
    for (int i = at; i < at + 4; i++) {
      int digit = i < text.length() ? hex(text.charAt(i)) : -1;
      if (digit < 0) {
        throw error("Invalid \\uXXXX escape", at - 1);
      }
      value = 16 * value + digit;
    }
    at += 4;
    return (char) value;
  }

  private static int hex(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }

  private void skipBlanks() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private JsonSyntaxException error(String problem, int where) {
    return new JsonSyntaxException(problem, text, where);
  }
}

package io.tinker4j.transport;

import java.util.Map;

/**
 * A text whose escapes are undone, those of JSON, HTML and web addresses, also of one within
 * another; it knows where in the text each of its characters was written. Immutable.
 */
final class Unescaped {
  /** How many escapes there are within each other at most: an address in HTML in JSON in JSON. */
  private static final int DEEPEST = 4;

  private static final int LONGEST_ENTITY = 8;

  private static final Map<String, Character> ENTITIES =
      Map.of(
          "amp", '&', "lt", '<', "gt", '>', "quot", '"', "apos", '\'', "equals", '=', "sol", '/',
          "plus", '+');

  private final String text;
  private final int[] places;

  private Unescaped(String text, int[] places) {
    this.text = text;
    this.places = places;
  }

  static Unescaped of(String written) {
    int[] places = new int[written.length() + 1];
    for (int i = 0; i < places.length; i++) {
      places[i] = i;
    }
    Unescaped outer = new Unescaped(written, places);
    for (int depth = 0; depth < DEEPEST && outer.mayHaveEscapes(); depth++) {
      Unescaped inner = outer.undone();
      if (inner.text.length() == outer.text.length()) {
        break;
      }
      outer = inner;
    }
    return outer;
  }

  /** Returns the text without escapes. */
  String text() {
    return text;
  }

  /** Returns where a character of this text begins in the one that was written. */
  int place(int index) {
    return places[index];
  }

  private boolean mayHaveEscapes() {
    return text.indexOf('\\') >= 0 || text.indexOf('&') >= 0 || text.indexOf('%') >= 0;
  }

  /** Undoes the outermost escapes; each is longer than the character that it stands for. */
  private Unescaped undone() {
    StringBuilder plain = new StringBuilder(text.length());
    int[] from = new int[places.length];
    int at = 0;
    while (at < text.length()) {
      from[plain.length()] = places[at];
      at = undoneAt(at, plain);
    }
    from[plain.length()] = places[text.length()];
    return new Unescaped(plain.toString(), from);
  }

  /** Adds the character at an index, escaped or not, and returns where it ends. */
  private int undoneAt(int at, StringBuilder plain) {
    char first = text.charAt(at);
    int end =
        switch (first) {
          case '\\' -> ofJson(at, plain);
          case '&' -> ofHtml(at, plain);
          case '%' -> byNumber(at + 1, at + 3, 16, plain);
          default -> -1;
        };
    if (end < 0) {
      plain.append(first);
      return at + 1;
    }
    return end;
  }

  private int ofJson(int at, StringBuilder plain) {
    if (at + 1 == text.length()) {
      return -1;
    }
    char kind = text.charAt(at + 1);
    return switch (kind) {
      case 'u' -> byNumber(at + 2, at + 6, 16, plain);
      case 'x' -> byNumber(at + 2, at + 4, 16, plain);
      case '"', '\'', '\\', '/' -> {
        plain.append(kind);
        yield at + 2;
      }
      default -> -1;
    };
  }

  private int ofHtml(int at, StringBuilder plain) {
    int end = text.indexOf(';', at);
    if (end < 0 || end - at > LONGEST_ENTITY) {
      return -1;
    }
    Character known = ENTITIES.get(text.substring(at + 1, end));
    if (known != null) {
      plain.append(known.charValue());
      return end + 1;
    }
    if (text.charAt(at + 1) != '#') {
      return -1;
    }
    boolean isHex = (text.charAt(at + 2) | ' ') == 'x';
    return byNumber(at + (isHex ? 3 : 2), end, isHex ? 16 : 10, plain) < 0 ? -1 : end + 1;
  }

  /** Adds the character of a number, and returns where it ends; -1 when it is none. */
  private int byNumber(int from, int to, int radix, StringBuilder plain) {
    if (from >= to || to > text.length()) {
      return -1;
    }
    int number = 0;
    for (int i = from; i < to; i++) {
      int digit = Character.digit(text.charAt(i), radix);
      if (digit < 0) {
        return -1;
      }
      number = Math.min(number * radix + digit, Character.MAX_VALUE + 1);
    }
    if (number > Character.MAX_VALUE) {
      return -1;
    }
    plain.append((char) number);
    return to;
  }
}

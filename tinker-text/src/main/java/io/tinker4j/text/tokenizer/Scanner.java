package io.tinker4j.text.tokenizer;

/** A split pattern as code: finds where the match that begins at an index ends. Immutable. */
abstract class Scanner implements Splitter {
  static final int NO_MATCH = -1;

  /** Returns the index behind the match at {@code from}, or {@link #NO_MATCH}. */
  abstract int match(char[] text, int from, int end);

  /** Cuts text into matches and what is between them. */
  @Override
  public final void split(char[] text, int start, int end, Sink sink) {
    int at = start;
    while (at < end) {
      int next = match(text, at, end);
      if (next < 0) {
        next = gap(text, at, end);
      }
      sink.piece(text, at, next);
      at = next;
    }
  }

  private int gap(char[] text, int from, int end) {
    int at = CharClass.after(text, from);
    while (at < end && match(text, at, end) < 0) {
      at = CharClass.after(text, at);
    }
    return at;
  }

  static boolean isLineBreak(char character) {
    return character == '\n' || character == '\r';
  }

  static int skipLineBreaks(char[] text, int from, int end) {
    int at = from;
    while (at < end && isLineBreak(text[at])) {
      at++;
    }
    return at;
  }

  /** Matches {@code \s+(?!\S)|\s+}. */
  static int spaces(char[] text, int from, int end) {
    int behind = CharClass.skip(text, from, end, CharClass.SPACE);
    if (behind == from) {
      return NO_MATCH;
    }
    return behind == end || behind - from == 1 ? behind : behind - 1;
  }

  /** Matches {@code \s*[\r\n]+|\s+(?!\S)|\s+}. */
  static int linesOrSpaces(char[] text, int from, int end) {
    int behind = CharClass.skip(text, from, end, CharClass.SPACE);
    if (behind == from) {
      return NO_MATCH;
    }
    for (int i = behind; i > from; i--) {
      if (isLineBreak(text[i - 1])) {
        return i;
      }
    }
    return behind == end || behind - from == 1 ? behind : behind - 1;
  }

  /** Matches {@code (?i:'s|'t|'re|'ve|'m|'ll|'d)}; returns {@code from} where it does not. */
  static int contraction(char[] text, int from, int end) {
    if (from + 1 >= end || text[from] != '\'') {
      return from;
    }
    char first = lower(text[from + 1]);
    if (first == 's' || first == 't' || first == 'm' || first == 'd') {
      return from + 2;
    }
    char second = from + 2 < end ? lower(text[from + 2]) : 0;
    boolean isTwo =
        ((first == 'r' || first == 'v') && second == 'e') || (first == 'l' && second == 'l');
    return isTwo ? from + 3 : from;
  }

  /** The long s is an s in another case. */
  private static char lower(char character) {
    if (character == '\u017F') {
      return 's';
    }
    return character >= 'A' && character <= 'Z' ? (char) (character + ('a' - 'A')) : character;
  }
}

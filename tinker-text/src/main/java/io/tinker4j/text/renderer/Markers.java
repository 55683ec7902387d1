package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.UnparsedToolCall;
import io.tinker4j.text.json.PythonText;
import org.jspecify.annotations.Nullable;

/** Searches of marks in what a model has written. Each takes time in proportion to the text. */
final class Markers {
  /** How the error of a call begins that has no end. */
  static final String UNTERMINATED = "unterminated tool block";

  private static final int MAX_DETAIL = 16384;

  private Markers() {}

  /** Returns at most 16,384 characters of a text. */
  static String cut(String text) {
    return text.codePointCount(0, text.length()) <= MAX_DETAIL
        ? text
        : text.substring(0, text.offsetByCodePoints(0, MAX_DETAIL));
  }

  /** Returns a block that is opened and never closed; null when each has an end. */
  static @Nullable UnparsedToolCall unterminated(String content, String open, String close) {
    int opens = count(content, open);
    if (opens == 0 || opens <= count(content, close)) {
      return null;
    }
    return new UnparsedToolCall(
        cut(content.substring(content.lastIndexOf(open))),
        "%s: '%s' opened without a matching '%s'".formatted(UNTERMINATED, open, close));
  }

  static int count(String text, String mark) {
    int count = 0;
    for (int at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length())) {
      count++;
    }
    return count;
  }

  /** Returns the text without each block and the white space in front of it. */
  static String without(String text, String open, String close) {
    StringBuilder rest = new StringBuilder();
    int done = 0;
    Finder blocks = new Finder(text, open, close);
    while (blocks.find(done)) {
      int end = blocks.start();
      while (end > done && PythonText.isSpace(text.charAt(end - 1))) {
        end--;
      }
      rest.append(text, done, end);
      done = blocks.end();
    }
    return rest.append(text, done, text.length()).toString();
  }

  /** Finds blocks between two marks; the shortest at each place, as {@code open(.*?)close} does. */
  static final class Finder {
    private final String text;
    private final String open;
    private final String close;
    private int start = -1;
    private int closeAt;
    private boolean exhausted;

    Finder(String text, String open, String close) {
      this.text = text;
      this.open = open;
      this.close = close;
    }

    /** Looks for the first block that begins at an index or behind it. */
    boolean find(int from) {
      if (exhausted || start >= from) {
        return !exhausted;
      }
      start = text.indexOf(open, from);
      closeAt = start < 0 ? -1 : text.indexOf(close, start + open.length());
      exhausted = closeAt < 0;
      return !exhausted;
    }

    int start() {
      return start;
    }

    int end() {
      return closeAt + close.length();
    }

    String inner() {
      return text.substring(start + open.length(), closeAt);
    }

    String outer() {
      return text.substring(start, end());
    }
  }
}

package io.tinker4j.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Python's ways to split text. */
final class Splits {
  private Splits() {}

  static List<Object> by(String text, String separator, int most) {
    List<Object> parts = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < most; i++) {
      int at = text.indexOf(separator, from);
      if (at < 0) {
        break;
      }
      parts.add(text.substring(from, at));
      from = at + separator.length();
    }
    parts.add(text.substring(from));
    return parts;
  }

  static List<Object> fromEnd(String text, String separator, int most) {
    List<Object> parts = new ArrayList<>();
    int to = text.length();
    for (int i = 0; i < most && to >= separator.length(); i++) {
      int at = text.lastIndexOf(separator, to - separator.length());
      if (at < 0) {
        break;
      }
      parts.add(text.substring(at + separator.length(), to));
      to = at;
    }
    parts.add(text.substring(0, to));
    Collections.reverse(parts);
    return parts;
  }

  static List<Object> space(String text, int most) {
    List<Object> parts = new ArrayList<>();
    int i = skip(text, 0, true);
    while (i < text.length()) {
      int end = parts.size() == most ? text.length() : skip(text, i, false);
      String part = text.substring(i, end);
      parts.add(part);
      i = skip(text, end, true);
    }
    return parts;
  }

  private static int skip(String text, int from, boolean space) {
    int i = from;
    while (i < text.length() && PyText.isSpace(text.charAt(i)) == space) {
      i++;
    }
    return i;
  }

  static List<Object> spaceFromEnd(String text, int most) {
    List<Object> parts = new ArrayList<>();
    int end = back(text, text.length(), true);
    while (end > 0) {
      int start = parts.size() == most ? 0 : back(text, end, false);
      String part = text.substring(start, end);
      parts.add(part);
      end = back(text, start, true);
    }
    Collections.reverse(parts);
    return parts;
  }

  private static int back(String text, int from, boolean space) {
    int i = from;
    while (i > 0 && PyText.isSpace(text.charAt(i - 1)) == space) {
      i--;
    }
    return i;
  }

  static List<Object> lines(String text, boolean keepEnds) {
    List<Object> lines = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      if (isLineEnd(text.charAt(i))) {
        int end = text.startsWith("\r\n", i) ? i + 2 : i + 1;
        lines.add(text.substring(from, keepEnds ? end : i));
        from = end;
        i = end - 1;
      }
    }
    if (from < text.length()) {
      lines.add(text.substring(from));
    }
    return lines;
  }

  private static boolean isLineEnd(char c) {
    return (c >= 10 && c <= 13) || (c >= 28 && c <= 30) || c == 0x85 || c == 0x2028 || c == 0x2029;
  }
}

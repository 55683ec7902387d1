package io.tinker4j.text.jinja;

/** Text as Python sees it: a sequence of code points, with Python's idea of white space. */
final class PyText {
  private PyText() {}

  static boolean isSpace(int c) {
    if (c < 128) {
      return c == ' ' || (c >= 9 && c <= 13) || (c >= 28 && c <= 31);
    }
    return c == 0x85 || c == 0xa0 || Character.isSpaceChar(c);
  }

  static boolean isSpace(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (!isSpace(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  static String rstrip(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  static String lstrip(String text) {
    int start = 0;
    while (start < text.length() && isSpace(text.charAt(start))) {
      start++;
    }
    return text.substring(start);
  }

  static String strip(String text) {
    return lstrip(rstrip(text));
  }

  static String rstrip(String text, String set) {
    int end = text.length();
    while (end > 0 && set.indexOf(text.codePointBefore(end)) >= 0) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(0, end);
  }

  static String lstrip(String text, String set) {
    int start = 0;
    while (start < text.length() && set.indexOf(text.codePointAt(start)) >= 0) {
      start += Character.charCount(text.codePointAt(start));
    }
    return text.substring(start);
  }

  static boolean hasSurrogates(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Returns the offset of a code point by its number. */
  static int offset(String text, int index) {
    return hasSurrogates(text) ? text.offsetByCodePoints(0, index) : index;
  }

  /** Orders by code points. */
  static int compare(String a, String b) {
    int n = Math.min(a.length(), b.length());
    for (int i = 0; i < n; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean high = Character.isSurrogate(x);
        return high == Character.isSurrogate(y) ? Character.compare(x, y) : high ? 1 : -1;
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /** Capitalizes each word that begins after something that is no letter. */
  static String title(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      out.append(inWord ? lower(Character.toString(c)) : titleCase(c));
      inWord = Character.isLetter(c);
      i += Character.charCount(c);
    }
    return out.toString();
  }

  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.codePointAt(0);
    return titleCase(first) + lower(text.substring(Character.charCount(first)));
  }

  private static String titleCase(int c) {
    int title = Character.toTitleCase(c);
    if (title == c && Character.isLowerCase(c)) {
      String upper = upper(Character.toString(c));
      int first = upper.codePointAt(0);
      return Character.toString(first) + lower(upper.substring(Character.charCount(first)));
    }
    return Character.toString(title);
  }

  static String upper(String text) {
    return text.toUpperCase(java.util.Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(java.util.Locale.ROOT);
  }
}

package io.tinker4j.text.tokenizer;

import java.text.Normalizer.Form;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The normalizers that byte-pair tokenizers have. */
final class Normalizers {
  private static final int FIRST_THAT_COMBINES = 0x300;

  private Normalizers() {}

  /** Returns a Unicode normal form. */
  static Normalizer unicode(Form form) {
    return text -> isPlain(text, form) ? text : composed(text, form);
  }

  /** Whether text is surely in a form: the characters below are in every composed form. */
  private static boolean isPlain(NormalText text, Form form) {
    int plain = form == Form.NFC ? FIRST_THAT_COMBINES : 0x80;
    for (int i = text.start; i < text.end; i++) {
      char each = text.chars[i];
      boolean isIdeograph = form == Form.NFC && each >= 0x4E00 && each <= 0x9FFF;
      if (each >= plain && !isIdeograph) {
        return java.text.Normalizer.isNormalized(text.text(), form);
      }
    }
    return true;
  }

  /** Composes a base and its marks at a time, so that each knows where it comes from. */
  private static NormalText composed(NormalText text, Form form) {
    NormalText.Builder changed = text.change();
    int from = text.start;
    while (from < text.end) {
      int behind = CharClass.after(text.chars, from);
      while (behind < text.end && mayCombine(text.chars, behind)) {
        behind = CharClass.after(text.chars, behind);
      }
      String part = new String(text.chars, from, behind - from);
      String made =
          behind == from + 1 && text.chars[from] < 0x80
              ? part
              : java.text.Normalizer.normalize(part, form);
      if (made.equals(part)) {
        changed.keep(from, behind);
      } else {
        changed.replace(from, behind, made);
      }
      from = behind;
    }
    NormalText composed = changed.build();
    String whole = java.text.Normalizer.normalize(text.text(), form);
    return composed.text().equals(whole)
        ? composed
        : text.change().replace(text.start, text.end, whole).build();
  }

  /** Whether a character may become one with what is before it: marks, vowels of Hangul. */
  private static boolean mayCombine(char[] text, int index) {
    return (CharClass.at(text, index) & CharClass.MARK) != 0
        || (text[index] >= 0x1160 && text[index] <= 0x11FF);
  }

  /** Returns lower case, character by character. */
  static Normalizer lowerCase() {
    return text -> {
      NormalText.Builder changed = text.change();
      for (int i = text.start; i < text.end; ) {
        int behind = CharClass.after(text.chars, i);
        String lower = new String(text.chars, i, behind - i).toLowerCase(Locale.ROOT);
        changed.replace(i, behind, lower);
        i = behind;
      }
      return changed.build();
    };
  }

  /** Returns the replacement of one character by another. */
  static Normalizer replace(char old, char next) {
    return text -> {
      int at = text.start;
      while (at < text.end && text.chars[at] != old) {
        at++;
      }
      if (at == text.end) {
        return text;
      }
      char[] changed = new char[text.end - text.start];
      for (int i = 0; i < changed.length; i++) {
        char each = text.chars[text.start + i];
        changed[i] = each == old ? next : each;
      }
      return text.replaced(changed);
    };
  }

  /** Returns the replacement of matches by a text. */
  static Normalizer replace(Pattern pattern, String content) {
    return text -> {
      NormalText.Builder changed = text.change();
      Matcher matcher = pattern.matcher(text.text());
      int at = 0;
      while (matcher.find()) {
        changed.keep(text.start + at, text.start + matcher.start());
        changed.replace(text.start + matcher.start(), text.start + matcher.end(), content);
        at = matcher.end();
      }
      return changed.keep(text.start + at, text.end).build();
    };
  }

  /** Returns the text with another in front, unless it is empty. */
  static Normalizer prepend(String front) {
    return text ->
        text.change().replace(text.start, text.start, front).keep(text.start, text.end).build();
  }

  /** Returns the text without white space at its ends. */
  static Normalizer strip(boolean left, boolean right) {
    return text -> {
      int from = text.start;
      while (left && from < text.end && CharClass.isSpace(text.chars[from])) {
        from++;
      }
      int behind = text.end;
      while (right && behind > from && CharClass.isSpace(text.chars[behind - 1])) {
        behind--;
      }
      return text.change().keep(from, behind).build();
    };
  }
}

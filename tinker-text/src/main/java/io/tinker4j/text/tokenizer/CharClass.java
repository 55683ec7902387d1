package io.tinker4j.text.tokenizer;

/**
 * What the split patterns of tokenizers ask of a character, as bits. The classes are those of the
 * running Java's Unicode version.
 */
final class CharClass {
  /** {@code \p{Lu}} and {@code \p{Lt}}. */
  static final int UPPER = 1;

  /** {@code \p{Ll}}. */
  static final int LOWER = 2;

  /** {@code \p{Lm}} and {@code \p{Lo}}. */
  static final int OTHER_LETTER = 4;

  /** {@code \p{M}}. */
  static final int MARK = 8;

  /** {@code \p{N}}. */
  static final int NUMBER = 16;

  /** {@code \p{P}} and {@code \p{S}}. */
  static final int SIGN = 32;

  /** White space as Unicode defines it, which is {@code \s}. */
  static final int SPACE = 64;

  /** {@code \p{Han}}. */
  static final int HAN = 128;

  /** {@code \p{L}}. */
  static final int LETTER = UPPER | LOWER | OTHER_LETTER;

  private static final int FIRST_SUPPLEMENTARY_HAN = 0x16FE0;
  private static final byte[] BASIC = basic();

  private CharClass() {}

  private static byte[] basic() {
    byte[] classes = new byte[Character.MIN_SUPPLEMENTARY_CODE_POINT];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = (byte) compute(i);
    }
    return classes;
  }

  /** Returns the classes of the code point that begins at an index of well-formed text. */
  static int at(char[] text, int index) {
    char first = text[index];
    return Character.isHighSurrogate(first)
        ? compute(Character.toCodePoint(first, text[index + 1]))
        : BASIC[first] & 0xFF;
  }

  /** Returns the classes of a code point. */
  static int of(int codePoint) {
    return codePoint < Character.MIN_SUPPLEMENTARY_CODE_POINT
        ? BASIC[codePoint] & 0xFF
        : compute(codePoint);
  }

  /** Returns the index behind the code point that begins at an index of well-formed text. */
  static int after(char[] text, int index) {
    return Character.isHighSurrogate(text[index]) ? index + 2 : index + 1;
  }

  /** Returns the index behind the characters from an index on that are in one of the classes. */
  static int skip(char[] text, int from, int end, int classes) {
    int at = from;
    while (at < end && (at(text, at) & classes) != 0) {
      at = after(text, at);
    }
    return at;
  }

  /** Returns the index behind the characters from an index on that are in none of the classes. */
  static int skipOthers(char[] text, int from, int end, int classes) {
    int at = from;
    while (at < end && (at(text, at) & classes) == 0) {
      at = after(text, at);
    }
    return at;
  }

  /** Whether a code point is white space by Unicode; Java's own methods leave some out. */
  static boolean isSpace(int codePoint) {
    return switch (codePoint) {
      case '\t',
          '\n',
          0x0B,
          '\f',
          '\r',
          ' ',
          0x85,
          0xA0,
          0x1680,
          0x2028,
          0x2029,
          0x202F,
          0x205F,
          0x3000 ->
          true;
      default -> codePoint >= 0x2000 && codePoint <= 0x200A;
    };
  }

  private static int compute(int codePoint) {
    int classes =
        switch (Character.getType(codePoint)) {
          case Character.UPPERCASE_LETTER, Character.TITLECASE_LETTER -> UPPER;
          case Character.LOWERCASE_LETTER -> LOWER;
          case Character.MODIFIER_LETTER, Character.OTHER_LETTER -> OTHER_LETTER;
          case Character.NON_SPACING_MARK,
              Character.ENCLOSING_MARK,
              Character.COMBINING_SPACING_MARK ->
              MARK;
          case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
              NUMBER;
          case Character.DASH_PUNCTUATION,
              Character.START_PUNCTUATION,
              Character.END_PUNCTUATION,
              Character.CONNECTOR_PUNCTUATION,
              Character.OTHER_PUNCTUATION,
              Character.INITIAL_QUOTE_PUNCTUATION,
              Character.FINAL_QUOTE_PUNCTUATION,
              Character.MATH_SYMBOL,
              Character.CURRENCY_SYMBOL,
              Character.MODIFIER_SYMBOL,
              Character.OTHER_SYMBOL ->
              SIGN;
          default -> 0;
        };
    if (isSpace(codePoint)) {
      classes |= SPACE;
    }
    return isHan(codePoint) ? classes | HAN : classes;
  }

  private static boolean isHan(int codePoint) {
    boolean mayBe =
        codePoint < Character.MIN_SUPPLEMENTARY_CODE_POINT || codePoint >= FIRST_SUPPLEMENTARY_HAN;
    return mayBe && Character.UnicodeScript.of(codePoint) == Character.UnicodeScript.HAN;
  }
}

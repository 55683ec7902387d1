package io.tinker4j.text.tokenizer;

/** Split patterns of a few lines each. */
final class SimpleScanners {
  private SimpleScanners() {}

  /**
   * GPT-2: <code>
   * 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</code>.
   */
  static final class Gpt2 extends Scanner {
    @Override
    int match(char[] text, int from, int end) {
      int behind = contraction(text, from, end);
      if (behind > from && isLowerCase(text, from + 1, behind)) {
        return behind;
      }
      int word = text[from] == ' ' ? from + 1 : from;
      if (word < end) {
        int classes = CharClass.at(text, word);
        if ((classes & CharClass.LETTER) != 0) {
          return CharClass.skip(text, word, end, CharClass.LETTER);
        }
        if ((classes & CharClass.NUMBER) != 0) {
          return CharClass.skip(text, word, end, CharClass.NUMBER);
        }
        if ((classes & CharClass.SPACE) == 0) {
          return CharClass.skipOthers(
              text, word, end, CharClass.SPACE | CharClass.LETTER | CharClass.NUMBER);
        }
      }
      return spaces(text, from, end);
    }

    private static boolean isLowerCase(char[] text, int from, int end) {
      for (int i = from; i < end; i++) {
        if (text[i] < 'a' || text[i] > 'z') {
          return false;
        }
      }
      return true;
    }
  }

  /** DeepSeek's first step: {@code \p{N}{1,3}}. */
  static final class Digits extends Scanner {
    private final int most;

    Digits(int most) {
      this.most = most;
    }

    @Override
    int match(char[] text, int from, int end) {
      int behind = WordScanner.digits(text, from, end, most);
      return behind > from ? behind : NO_MATCH;
    }
  }

  /** DeepSeek's second step: runs of Chinese characters and Japanese syllables. */
  static final class ChineseAndKana extends Scanner {
    @Override
    int match(char[] text, int from, int end) {
      int at = from;
      while (at < end && isInRun(text[at])) {
        at++;
      }
      return at > from ? at : NO_MATCH;
    }

    private static boolean isInRun(char character) {
      return (character >= '\u4E00' && character <= '\u9FA5')
          || (character >= '\u3040' && character <= '\u30FF');
    }
  }

  /**
   * DeepSeek's third step: <code>
   * [!"#$%&amp;'()*+,\-./:;&lt;=&gt;?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|
   *  ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</code>.
   */
  static final class SignsAndWords extends Scanner {
    private static final int WORD = CharClass.LETTER | CharClass.MARK;

    @Override
    int match(char[] text, int from, int end) {
      char first = text[from];
      int classes = CharClass.at(text, from);
      int second = CharClass.after(text, from);
      if (first < 0x80 && (classes & CharClass.SIGN) != 0) {
        int behind = latinLetters(text, second, end);
        if (behind > second) {
          return behind;
        }
      }
      if ((classes & CharClass.LETTER) != 0) {
        return CharClass.skip(text, second, end, WORD);
      }
      if ((classes & CharClass.SIGN) == 0 && !isLineBreak(first)) {
        int behind = CharClass.skip(text, second, end, WORD);
        if (behind > second || (classes & CharClass.MARK) != 0) {
          return behind;
        }
      }
      int signs = first == ' ' ? second : from;
      int behind = CharClass.skip(text, signs, end, CharClass.SIGN);
      return behind > signs ? skipLineBreaks(text, behind, end) : linesOrSpaces(text, from, end);
    }

    private static int latinLetters(char[] text, int from, int end) {
      int at = from;
      while (at < end
          && ((text[at] >= 'A' && text[at] <= 'Z') || (text[at] >= 'a' && text[at] <= 'z'))) {
        at++;
      }
      return at;
    }
  }
}

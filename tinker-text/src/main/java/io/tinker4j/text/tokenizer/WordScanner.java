package io.tinker4j.text.tokenizer;

/**
 * The split pattern of Llama 3 and of Qwen.
 *
 * <pre>{@code
 * (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*
 * |\s*[\r\n]+|\s+(?!\S)|\s+
 * }</pre>
 */
final class WordScanner extends Scanner {
  private final int maxDigits;
  private final int wordClasses;

  /**
   * @param maxDigits how many digits a piece has at most
   * @param marksInWords whether marks are parts of words, as in {@code [\p{L}\p{M}]+}
   */
  WordScanner(int maxDigits, boolean marksInWords) {
    this.maxDigits = maxDigits;
    this.wordClasses = marksInWords ? CharClass.LETTER | CharClass.MARK : CharClass.LETTER;
  }

  @Override
  int match(char[] text, int from, int end) {
    char first = text[from];
    int behind = contraction(text, from, end);
    if (behind > from) {
      return behind;
    }
    int classes = CharClass.at(text, from);
    int second = CharClass.after(text, from);
    if ((classes & CharClass.LETTER) != 0) {
      return CharClass.skip(text, second, end, wordClasses);
    }
    if ((classes & CharClass.NUMBER) != 0) {
      return digits(text, from, end, maxDigits);
    }
    if (!isLineBreak(first)) {
      behind = CharClass.skip(text, second, end, wordClasses);
      if (behind > second || (classes & wordClasses) != 0) {
        return behind;
      }
    }
    int signs = first == ' ' ? second : from;
    behind =
        CharClass.skipOthers(text, signs, end, CharClass.SPACE | wordClasses | CharClass.NUMBER);
    return behind > signs ? skipLineBreaks(text, behind, end) : linesOrSpaces(text, from, end);
  }

  static int digits(char[] text, int from, int end, int most) {
    int at = from;
    for (int i = 0; i < most && at < end; i++) {
      if ((CharClass.at(text, at) & CharClass.NUMBER) == 0) {
        break;
      }
      at = CharClass.after(text, at);
    }
    return at;
  }
}

package io.tinker4j.text.tokenizer;

/**
 * The split pattern of o200k, which begins a new word at a capital letter; with Han runs by
 * themselves it is that of Kimi K2.
 *
 * <pre>{@code
 * [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|...)?
 * |[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|...)?
 * |\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
 * }</pre>
 */
final class CasedScanner extends Scanner {
  private static final int HEAD = CharClass.UPPER | CharClass.OTHER_LETTER | CharClass.MARK;
  private static final int TAIL = CharClass.LOWER | CharClass.OTHER_LETTER | CharClass.MARK;

  private final boolean hanApart;
  private final boolean slashAfterSigns;

  /**
   * @param hanApart whether a run of Han characters is a piece, and no part of words
   * @param slashAfterSigns whether slashes behind signs belong to them, as line breaks do
   */
  CasedScanner(boolean hanApart, boolean slashAfterSigns) {
    this.hanApart = hanApart;
    this.slashAfterSigns = slashAfterSigns;
  }

  @Override
  int match(char[] text, int from, int end) {
    char first = text[from];
    int classes = CharClass.at(text, from);
    if (hanApart && (classes & CharClass.HAN) != 0) {
      return CharClass.skip(text, from, end, CharClass.HAN);
    }
    int behind = word(text, from, end, classes);
    if (behind >= 0) {
      return contraction(text, behind, end);
    }
    if ((classes & CharClass.NUMBER) != 0) {
      return WordScanner.digits(text, from, end, 3);
    }
    int signs = first == ' ' ? from + 1 : from;
    behind =
        CharClass.skipOthers(
            text, signs, end, CharClass.SPACE | CharClass.LETTER | CharClass.NUMBER);
    if (behind == signs) {
      return linesOrSpaces(text, from, end);
    }
    while (behind < end
        && (isLineBreak(text[behind]) || (slashAfterSigns && text[behind] == '/'))) {
      behind++;
    }
    return behind;
  }

  private int word(char[] text, int from, int end, int classes) {
    boolean mayLead =
        (classes & (CharClass.LETTER | CharClass.NUMBER)) == 0 && !isLineBreak(text[from]);
    int second = mayLead ? CharClass.after(text, from) : from;
    int behind = lowerCased(text, second, end);
    if (behind < 0 && mayLead) {
      behind = lowerCased(text, from, end);
    }
    if (behind < 0) {
      behind = upperCased(text, second, end);
    }
    return behind < 0 && mayLead ? upperCased(text, from, end) : behind;
  }

  /** Matches the first pattern behind its leading character: the word has to end in lower case. */
  private int lowerCased(char[] text, int from, int end) {
    int head = run(text, from, end, HEAD);
    int tail = run(text, head, end, TAIL);
    if (tail > head) {
      return tail;
    }
    for (int at = head; at > from; ) {
      int last = Character.isLowSurrogate(text[at - 1]) ? at - 2 : at - 1;
      if ((CharClass.at(text, last) & TAIL) != 0) {
        return at;
      }
      at = last;
    }
    return NO_MATCH;
  }

  private int upperCased(char[] text, int from, int end) {
    int head = run(text, from, end, HEAD);
    return head > from ? run(text, head, end, TAIL) : NO_MATCH;
  }

  private int run(char[] text, int from, int end, int wanted) {
    int at = from;
    while (at < end) {
      int classes = CharClass.at(text, at);
      if ((classes & wanted) == 0 || (hanApart && (classes & CharClass.HAN) != 0)) {
        break;
      }
      at = CharClass.after(text, at);
    }
    return at;
  }
}

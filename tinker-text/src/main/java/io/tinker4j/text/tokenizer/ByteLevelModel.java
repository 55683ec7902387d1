package io.tinker4j.text.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/** A byte-pair encoding whose symbols are the bytes of UTF-8. */
final class ByteLevelModel extends BytePairModel {
  private final int[] byteTokens = new int[256];
  private final int unknown;
  private final boolean wholeWords;
  private final BitSet controls;

  /**
   * @param unknown what a byte becomes that has no token; {@link Vocabulary#NONE} leaves it out
   * @param wholeWords whether a word that is in the vocabulary is a token whatever merges say
   * @param controls tokens that no word becomes
   */
  ByteLevelModel(
      Vocabulary vocabulary, PairTable merges, int unknown, boolean wholeWords, BitSet controls) {
    super(vocabulary, merges);
    this.controls = controls;
    this.unknown = unknown;
    this.wholeWords = wholeWords;
    for (int i = 0; i < byteTokens.length; i++) {
      byteTokens[i] = vocabulary.id(String.valueOf(ByteAlphabet.character(i)));
    }
  }

  @Override
  void encode(char[] text, int start, int end, Merger merger, IntList tokens) {
    encodeWord(text, start, end, merger, tokens);
  }

  @Override
  void encodeWithOffsets(char[] text, int start, int end, Merger merger) {
    merger.clear();
    if (wholeWords) {
      int word = vocabulary.id(spelled(text, start, end));
      if (word != Vocabulary.NONE && !controls.get(word)) {
        merger.add(word, start, end);
        return;
      }
    }
    for (int i = start; i < end; ) {
      int behind = CharClass.after(text, i);
      int codePoint = Character.codePointAt(text, i, end);
      if (codePoint < 0x80) {
        add(codePoint, i, behind, merger);
      } else {
        int length = codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
        add(((0xF00 >> length) & 0xFF) | (codePoint >> (6 * (length - 1))), i, behind, merger);
        for (int left = length - 2; left >= 0; left--) {
          add(0x80 | ((codePoint >> (6 * left)) & 0x3F), i, behind, merger);
        }
      }
      i = behind;
    }
    merger.merge();
  }

  private void add(int value, int start, int end, Merger merger) {
    int token = byteTokens[value];
    if (token != Vocabulary.NONE) {
      merger.add(token, start, end);
    } else if (unknown != Vocabulary.NONE) {
      merger.add(unknown, start, end);
    }
  }

  private static String spelled(char[] text, int start, int end) {
    StringBuilder spelled = new StringBuilder((end - start) * 2);
    for (int i = start; i < end; i++) {
      if (text[i] >= 0x80) {
        return ByteAlphabet.text(
            new String(text, start, end - start).getBytes(StandardCharsets.UTF_8));
      }
      spelled.append(ByteAlphabet.character(text[i]));
    }
    return spelled.toString();
  }
}

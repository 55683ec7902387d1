package io.tinker4j.text.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A byte-pair encoding whose symbols are characters, as Gemma's; a character that has no token
 * becomes its bytes or the unknown token.
 *
 * <p>Such an encoding may take a whole text as one piece. It is cut where no token reaches from one
 * character to the next, which changes nothing, and lets words be found in the cache.
 */
final class CharacterModel extends BytePairModel {
  private final int[] basic = new int[Character.MIN_SUPPLEMENTARY_CODE_POINT];
  private final int @Nullable [] byteTokens;
  private final int unknown;
  private final boolean fuseUnknown;
  private final boolean wholeWords;
  private final @Nullable LongSet joined;

  /**
   * @param unknown what a character becomes that has no token; {@link Vocabulary#NONE} leaves it
   *     out
   * @param fuseUnknown whether unknown characters in a row are one token
   * @param byteFallback whether a character that has no token becomes its bytes
   * @param wholeWords whether a piece that is in the vocabulary is a token whatever merges say
   */
  CharacterModel(
      Vocabulary vocabulary,
      PairTable merges,
      int unknown,
      boolean fuseUnknown,
      boolean byteFallback,
      boolean wholeWords) {
    super(vocabulary, merges);
    this.unknown = unknown;
    this.fuseUnknown = fuseUnknown;
    this.wholeWords = wholeWords;
    this.byteTokens = byteFallback ? byteTokens(vocabulary) : null;
    Arrays.fill(basic, Vocabulary.NONE);
    for (int id = 0; id < vocabulary.limit(); id++) {
      String text = vocabulary.text(id);
      if (text != null && text.length() == 1) {
        basic[text.charAt(0)] = id;
      }
    }
    joined = byteTokens == null || wholeWords ? null : joined(vocabulary, merges, byteTokens);
  }

  private static int[] byteTokens(Vocabulary vocabulary) {
    int[] tokens = new int[256];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = vocabulary.id(String.format(Locale.ROOT, "<0x%02X>", i));
    }
    return tokens;
  }

  /** Returns the pairs of characters that some merge has side by side; null when bytes merge. */
  private static @Nullable LongSet joined(
      Vocabulary vocabulary, PairTable merges, int[] byteTokens) {
    BitSet bytes = new BitSet();
    for (int token : byteTokens) {
      if (token == Vocabulary.NONE) {
        return null;
      }
      bytes.set(token);
    }
    LongSet joined = new LongSet();
    boolean hasBytes =
        merges.anyPair((left, right, merged) -> {
          String text = vocabulary.text(merged);
          for (int i = 0; text != null && i < text.length(); ) {
            int first = text.codePointAt(i);
            i += Character.charCount(first);
            if (i < text.length()) {
              joined.add(((long) first << 32) | text.codePointAt(i));
            }
          }
          return bytes.get(left) || bytes.get(right);
        });
    return hasBytes ? null : joined;
  }

  @Override
  void encode(char[] text, int start, int end, Merger merger, IntList tokens) {
    if (joined == null) {
      encodeWord(text, start, end, merger, tokens);
      return;
    }
    int from = start;
    int last = Character.codePointAt(text, start, end);
    for (int i = CharClass.after(text, start); i < end; i = CharClass.after(text, i)) {
      int next = Character.codePointAt(text, i, end);
      if (!joined.contains(((long) last << 32) | next)) {
        encodeWord(text, from, i, merger, tokens);
        from = i;
      }
      last = next;
    }
    encodeWord(text, from, end, merger, tokens);
  }

  @Override
  void encodeWithOffsets(char[] text, int start, int end, Merger merger) {
    merger.clear();
    if (wholeWords) {
      int word = vocabulary.id(new String(text, start, end - start));
      if (word != Vocabulary.NONE) {
        merger.add(word, start, end);
        return;
      }
    }
    boolean wasUnknown = false;
    for (int i = start; i < end; ) {
      int behind = CharClass.after(text, i);
      int token = token(text, i, behind);
      if (token != Vocabulary.NONE) {
        merger.add(token, i, behind);
        wasUnknown = false;
      } else if (!addBytes(text, i, behind, merger) && unknown != Vocabulary.NONE) {
        if (wasUnknown && fuseUnknown) {
          merger.extendLast(behind);
        } else {
          merger.add(unknown, i, behind);
        }
        wasUnknown = true;
      }
      i = behind;
    }
    merger.merge();
  }

  private int token(char[] text, int from, int behind) {
    return behind - from == 1
        ? basic[text[from]]
        : vocabulary.id(new String(text, from, behind - from));
  }

  /** Adds the bytes of a character, unless one of them has no token. */
  private boolean addBytes(char[] text, int from, int behind, Merger merger) {
    if (byteTokens == null) {
      return false;
    }
    byte[] bytes = new String(text, from, behind - from).getBytes(StandardCharsets.UTF_8);
    for (byte value : bytes) {
      if (byteTokens[value & 0xFF] == Vocabulary.NONE) {
        return false;
      }
    }
    for (byte value : bytes) {
      merger.add(byteTokens[value & 0xFF], from, behind);
    }
    return true;
  }
}

package io.tinker4j.text.tokenizer;

import org.jspecify.annotations.Nullable;

/**
 * The tokens of words seen of late. Of words that fall on the same slot the last one stays, so the
 * memory is bounded: {@value #SLOTS} words of up to {@value #MAX_LENGTH} characters. Safe for use
 * by many threads without locks: entries are immutable, and a lost write costs a merge.
 */
final class WordCache {
  /** Longer words are rare enough to be merged each time. */
  static final int MAX_LENGTH = 48;

  private static final int SLOTS = 1 << 16;

  private static final class Entry {
    private final int hash;
    private final char[] word;
    private final int[] tokens;

    Entry(int hash, char[] word, int[] tokens) {
      this.hash = hash;
      this.word = word;
      this.tokens = tokens;
    }
  }

  private final @Nullable Entry[] entries = new Entry[SLOTS];

  /** Returns the hash of a word, which the other methods want. */
  static int hash(char[] text, int start, int end) {
    int hash = 0;
    for (int i = start; i < end; i++) {
      hash = 31 * hash + text[i];
    }
    return (hash ^ (hash >>> 15)) * 0x9E3779B9;
  }

  /** Returns the tokens of a word, or null; the array is shared and must not be changed. */
  int @Nullable [] get(char[] text, int start, int end, int hash) {
    Entry entry = entries[hash >>> 16];
    if (entry == null || entry.hash != hash || entry.word.length != end - start) {
      return null;
    }
    char[] word = entry.word;
    for (int i = 0; i < word.length; i++) {
      if (word[i] != text[start + i]) {
        return null;
      }
    }
    return entry.tokens;
  }

  /** Keeps the tokens of a word. */
  void put(char[] text, int start, int end, int hash, int[] tokens) {
    char[] word = new char[end - start];
    System.arraycopy(text, start, word, 0, word.length);
    entries[hash >>> 16] = new Entry(hash, word, tokens);
  }
}

package io.tinker4j.text.tokenizer;

import org.jspecify.annotations.Nullable;

/**
 * A byte-pair encoding: the tokens of a piece of text. Immutable but for its cache, and safe for
 * use by many threads.
 */
abstract class BytePairModel {
  final Vocabulary vocabulary;
  final PairTable merges;
  final WordCache cache = new WordCache();

  BytePairModel(Vocabulary vocabulary, PairTable merges) {
    this.vocabulary = vocabulary;
    this.merges = merges;
  }

  /** Returns what an encoding run merges with. */
  final Merger merger() {
    return new Merger(merges);
  }

  /** Adds the tokens of a piece of well-formed text to a list. */
  abstract void encode(char[] text, int start, int end, Merger merger, IntList tokens);

  /** Leaves the tokens of a piece in the merger, with where each comes from. */
  abstract void encodeWithOffsets(char[] text, int start, int end, Merger merger);

  /** Adds the tokens of a word that is merged as a whole. */
  final void encodeWord(char[] text, int start, int end, Merger merger, IntList tokens) {
    if (end - start > WordCache.MAX_LENGTH) {
      encodeWithOffsets(text, start, end, merger);
      for (int i = 0; i < merger.size(); i++) {
        tokens.add(merger.token(i));
      }
      return;
    }
    int hash = WordCache.hash(text, start, end);
    int @Nullable [] known = cache.get(text, start, end, hash);
    if (known == null) {
      encodeWithOffsets(text, start, end, merger);
      known = merger.tokens();
      cache.put(text, start, end, hash, known);
    }
    tokens.addAll(known);
  }
}

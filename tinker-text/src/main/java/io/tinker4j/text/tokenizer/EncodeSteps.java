package io.tinker4j.text.tokenizer;

/**
 * What is done to a text, in order. Immutable.
 *
 * @param opening what is put in front of a part of the text before it is split
 */
record EncodeSteps(
    AddedTokens added,
    Normalizer normalizer,
    Opening opening,
    Splitter splitter,
    BytePairModel model) {
  /** What a pre-tokenizer does to a part before it splits it. */
  @FunctionalInterface
  interface Opening {
    /** Leaves parts as they are. */
    Opening NONE = (text, from, end) -> text;

    /** Returns the text itself when its part stays as it is, else the changed part. */
    NormalText open(NormalText text, int from, int end);
  }
}

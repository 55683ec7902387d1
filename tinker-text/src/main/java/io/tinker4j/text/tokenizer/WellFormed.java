package io.tinker4j.text.tokenizer;

/** Refuses text that is none. */
final class WellFormed {
  private WellFormed() {}

  /**
   * @throws IllegalArgumentException when a text has half of a surrogate pair
   */
  static void check(char[] text) {
    int at = 0;
    while (at < text.length) {
      char each = text[at];
      boolean isPair =
          Character.isHighSurrogate(each)
              && at + 1 < text.length
              && Character.isLowSurrogate(text[at + 1]);
      if (Character.isSurrogate(each) && !isPair) {
        throw new IllegalArgumentException(
            "the text has half of a surrogate pair at index %d (\\u%04X) and cannot be encoded; take it out or replace it"
                .formatted(at, (int) each));
      }
      at += isPair ? 2 : 1;
    }
  }
}

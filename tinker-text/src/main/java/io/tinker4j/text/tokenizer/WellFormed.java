package io.tinker4j.text.tokenizer;

/** Refuses text that is none. */
final class WellFormed {
  private WellFormed() {}

  /**
   * @throws IllegalArgumentException when a text has half of a surrogate pair
   */
  static void check(char[] text) {
    for (int i = 0; i < text.length; i++) {
      char each = text[i];
      if (!Character.isSurrogate(each)) {
        continue;
      }
      boolean isPair =
          Character.isHighSurrogate(each)
              && i + 1 < text.length
              && Character.isLowSurrogate(text[i + 1]);
      if (!isPair) {
        throw new IllegalArgumentException(
            "the text has half of a surrogate pair at index %d (\\u%04X) and cannot be encoded; take it out or replace it"
                .formatted(i, (int) each));
      }
      i++;
    }
  }
}

package io.tinker4j.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

/** What holds for every encoding and every stream. */
final class Tiles {
  private Tiles() {}

  /** Checks that the parts of the tokens are in order and cover the text without a gap. */
  static void check(String text, Encoding encoding) {
    int covered = 0;
    int last = 0;
    for (int i = 0; i < encoding.size(); i++) {
      assertThat(encoding.start(i)).as("start of token %s", i).isBetween(last, covered);
      assertThat(encoding.end(i)).as("end of token %s", i).isBetween(covered, text.length());
      last = encoding.start(i);
      covered = encoding.end(i);
    }
    assertThat(covered).as("end of the last token").isEqualTo(text.length());
  }

  /** Returns the pieces of a stream joined, none of which cuts a character. */
  static String streamed(Tokenizer tokenizer, int[] tokens, DecodeOptions options) {
    TextStream stream = tokenizer.stream(options);
    StringBuilder joined = new StringBuilder();
    for (int token : tokens) {
      String piece = stream.add(token);
      if (!piece.isEmpty()) {
        assertThat(Character.isHighSurrogate(piece.charAt(piece.length() - 1))).isFalse();
        assertThat(Character.isLowSurrogate(piece.charAt(0))).isFalse();
      }
      joined.append(piece);
    }
    return joined.append(stream.finish()).toString();
  }
}

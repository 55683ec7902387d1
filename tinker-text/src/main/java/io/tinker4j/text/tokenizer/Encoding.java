package io.tinker4j.text.tokenizer;

/** The tokens of a text, and where each comes from. */
public final class Encoding {
  private final int[] tokens;
  private final int[] starts;
  private final int[] ends;

  Encoding(int[] tokens, int[] starts, int[] ends) {
    this.tokens = tokens;
    this.starts = starts;
    this.ends = ends;
  }

  /** Returns how many tokens there are. */
  public int size() {
    return tokens.length;
  }

  /** Returns the tokens. */
  public int[] tokens() {
    return tokens.clone();
  }

  /**
   * Returns the index of the first {@code char} of the text that a token has a part of. Tokens that
   * share a character begin at the same one.
   */
  public int start(int index) {
    return starts[index];
  }

  /** Returns the index behind the last {@code char} that a token has a part of. */
  public int end(int index) {
    return ends[index];
  }
}

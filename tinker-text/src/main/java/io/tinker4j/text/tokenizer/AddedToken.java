package io.tinker4j.text.tokenizer;

/**
 * A token that is found in text before anything else is done to it.
 *
 * @param trims what of the white space around it belongs to it
 * @param singleWord whether it is found only where no word goes on around it
 * @param normalized whether it is looked for in the normalized text, in its own normalized form
 * @param special whether decoding may leave it out
 * @param ordinary whether it is a word of the model's own vocabulary and no control token, so that
 *     it is found in what a user has typed, too
 */
record AddedToken(
    int id,
    String text,
    Trims trims,
    boolean singleWord,
    boolean normalized,
    boolean special,
    boolean ordinary) {
  enum Trims {
    NOTHING(false, false),
    LEFT(true, false),
    RIGHT(false, true),
    BOTH(true, true);

    private final boolean left;
    private final boolean right;

    Trims(boolean left, boolean right) {
      this.left = left;
      this.right = right;
    }

    static Trims of(boolean left, boolean right) {
      if (left) {
        return right ? BOTH : LEFT;
      }
      return right ? RIGHT : NOTHING;
    }

    boolean left() {
      return left;
    }

    boolean right() {
      return right;
    }
  }
}

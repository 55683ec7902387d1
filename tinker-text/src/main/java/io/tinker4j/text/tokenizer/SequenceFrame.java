package io.tinker4j.text.tokenizer;

import java.util.Arrays;

/** The tokens that a text gets at its beginning and end as a sequence of its own. Immutable. */
final class SequenceFrame {
  static final SequenceFrame NONE = new SequenceFrame(new int[0], new int[0]);

  private final int[] before;
  private final int[] behind;

  SequenceFrame(int[] before, int[] behind) {
    this.before = before.clone();
    this.behind = behind.clone();
  }

  int[] around(int[] tokens) {
    int[] framed = new int[before.length + tokens.length + behind.length];
    System.arraycopy(before, 0, framed, 0, before.length);
    System.arraycopy(tokens, 0, framed, before.length, tokens.length);
    System.arraycopy(behind, 0, framed, before.length + tokens.length, behind.length);
    return framed;
  }

  /** Returns this frame around another one. */
  SequenceFrame outside(SequenceFrame inner) {
    return new SequenceFrame(
        new SequenceFrame(before, new int[0]).around(inner.before),
        new SequenceFrame(new int[0], behind).around(inner.behind));
  }

  /** Returns a frame that surely begins with a token, or surely does not. */
  SequenceFrame beginning(int token, boolean wanted) {
    boolean has = before.length > 0 && before[0] == token;
    if (has == wanted) {
      return this;
    }
    return new SequenceFrame(
        wanted
            ? new SequenceFrame(new int[] {token}, new int[0]).around(before)
            : Arrays.copyOfRange(before, 1, before.length),
        behind);
  }

  /** Returns a frame that surely ends with a token, or surely does not. */
  SequenceFrame ending(int token, boolean wanted) {
    int last = behind.length - 1;
    boolean has = last >= 0 && behind[last] == token;
    if (has == wanted) {
      return this;
    }
    return new SequenceFrame(
        before,
        wanted
            ? new SequenceFrame(new int[0], new int[] {token}).around(behind)
            : Arrays.copyOf(behind, last));
  }
}

package io.tinker4j.testkit.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tokens of a base model, which its name alone determines.
 *
 * <p>{@code tinker4j/tiny-N} and {@code tinker4j/nano-N}, N being a decimal number from {@value
 * #LEAST} to {@value #MOST} without leading zeros, have N tokens, none of which means anything to
 * the model. Every other model has the tokens of {@link #BYTES}: 0 to 255 are the bytes of UTF-8
 * text, and {@link #END_OF_TEXT} ends a text.
 *
 * @param size number of token ids, counted from 0
 * @param isBytes whether tokens are bytes, so that texts can be found in them and a token ends them
 */
public record Vocabulary(int size, boolean isBytes) {
  /** Bytes and the end of the text. */
  public static final Vocabulary BYTES = new Vocabulary(257, true);

  /** The token that ends a text of bytes. */
  public static final int END_OF_TEXT = 256;

  /** Fewest tokens that a name can ask for: one more than bytes have. */
  public static final int LEAST = 258;

  /** Most tokens that a name can ask for. */
  public static final int MOST = 1_000_000;

  /** Stands for an id that is no token, where such are taken. */
  static final int UNKNOWN = -1;

  private static final Pattern SIZED = Pattern.compile("tinker4j/(?:tiny|nano)-([1-9]\\d{2,6})");

  /** Returns the vocabulary of the base model of a name. */
  public static Vocabulary of(String name) {
    Matcher sized = SIZED.matcher(name);
    int size = sized.matches() ? Integer.parseInt(sized.group(1)) : 0;
    return size >= LEAST && size <= MOST ? new Vocabulary(size, false) : BYTES;
  }

  /** Whether an id is a token. */
  boolean isToken(int id) {
    return id >= 0 && id < size;
  }

  /**
   * Checks that every id is a token.
   *
   * @param what names the array in the message
   * @throws IllegalArgumentException naming the first that is none
   */
  public void requireTokens(int[] tokens, String what) {
    for (int i = 0; i < tokens.length; i++) {
      if (!isToken(tokens[i])) {
        throw new IllegalArgumentException(
            "%s[%d] is %d, outside the vocabulary of ids 0 to %d"
                .formatted(what, i, tokens[i], size - 1));
      }
    }
  }
}

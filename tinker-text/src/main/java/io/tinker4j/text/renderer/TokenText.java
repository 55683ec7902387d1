package io.tinker4j.text.renderer;

import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Text of tokens that arrive one by one. Tokens whose text ends in a replacement character wait:
 * the next ones may complete the character.
 */
final class TokenText {
  private static final char REPLACEMENT = '\ufffd';
  // A character has at most four bytes, so that this many tokens at the end cover half of one.
  private static final int MAX_TRAILING = 8;
  // More than this is no half character; it would make the time grow with the square.
  private static final int MAX_PENDING = 64;

  private final Function<int[], String> decode;
  private int[] pending = new int[MAX_PENDING + 1];
  private int size;

  TokenText(Function<int[], String> decode) {
    this.decode = decode;
  }

  /** Returns what is certain now, null while nothing is. */
  @Nullable String add(int token) {
    pending[size++] = token;
    String text = text(size);
    if (isWhole(text)) {
      size = 0;
      return text;
    }
    for (int kept = size - 1; kept > 0 && kept >= size - MAX_TRAILING; kept--) {
      String prefix = text(kept);
      if (isWhole(prefix)) {
        drop(kept);
        return prefix;
      }
    }
    if (size > MAX_PENDING) {
      String broken = text(size - MAX_TRAILING);
      drop(size - MAX_TRAILING);
      return broken;
    }
    return null;
  }

  String finish() {
    String rest = size == 0 ? "" : text(size);
    size = 0;
    return rest;
  }

  private void drop(int count) {
    System.arraycopy(pending, count, pending, 0, size - count);
    size -= count;
  }

  private String text(int count) {
    return decode.apply(Arrays.copyOf(pending, count));
  }

  private static boolean isWhole(String text) {
    return text.isEmpty() || text.charAt(text.length() - 1) != REPLACEMENT;
  }
}

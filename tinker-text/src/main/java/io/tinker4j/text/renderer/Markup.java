package io.tinker4j.text.renderer;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Text that knows which ranges the renderer has written itself; the rest is anyone's. */
final class Markup {
  private final StringBuilder text = new StringBuilder();
  private int[] fixed = new int[8];
  private int size;

  static Markup ofFixed(String text) {
    return new Markup().fixed(text);
  }

  static Markup ofText(String text) {
    return new Markup().text(text);
  }

  /** Adds what the renderer writes; control tokens in it are meant. */
  Markup fixed(String piece) {
    if (!piece.isEmpty()) {
      int start = text.length();
      text.append(piece);
      addRange(start, text.length());
    }
    return this;
  }

  /** Adds what a message says. */
  Markup text(String piece) {
    text.append(piece);
    return this;
  }

  /** Adds what the model has said or is to say; these marks in it are its own. */
  Markup said(String piece, List<String> marks) {
    int done = 0;
    for (int at = piece.indexOf('<'); at >= 0; at = piece.indexOf('<', at + 1)) {
      for (String mark : marks) {
        if (at >= done && piece.startsWith(mark, at)) {
          text(piece.substring(done, at)).fixed(mark);
          done = at + mark.length();
          break;
        }
      }
    }
    return text(done == 0 ? piece : piece.substring(done));
  }

  Markup add(Markup other) {
    int shift = text.length();
    text.append(other.text);
    for (int i = 0; i < other.size; i += 2) {
      addRange(shift + other.fixed[i], shift + other.fixed[i + 1]);
    }
    return this;
  }

  private void addRange(int start, int end) {
    if (size > 0 && fixed[size - 1] == start) {
      fixed[size - 1] = end;
      return;
    }
    if (size == fixed.length) {
      fixed = Arrays.copyOf(fixed, 2 * size);
    }
    fixed[size++] = start;
    fixed[size++] = end;
  }

  boolean isEmpty() {
    return text.isEmpty();
  }

  int ranges() {
    return size / 2;
  }

  int rangeStart(int range) {
    return fixed[2 * range];
  }

  int rangeEnd(int range) {
    return fixed[2 * range + 1];
  }

  /** Returns whether all of this begins with all of the other, ranges aside. */
  boolean startsWith(Markup prefix) {
    int length = prefix.text.length();
    if (text.length() < length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (text.charAt(i) != prefix.text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  int length() {
    return text.length();
  }

  /** Returns what is behind an index. */
  Markup from(int start) {
    Markup rest = new Markup();
    rest.text.append(text, start, text.length());
    for (int i = 0; i < size; i += 2) {
      if (fixed[i + 1] > start) {
        rest.addRange(Math.max(0, fixed[i] - start), fixed[i + 1] - start);
      }
    }
    return rest;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Markup that
        && text.compareTo(that.text) == 0
        && Arrays.equals(fixed, 0, size, that.fixed, 0, that.size);
  }

  @Override
  public int hashCode() {
    return text.toString().hashCode();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}

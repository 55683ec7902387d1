package io.tinker4j.text.tokenizer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A part of a text, normalized or not, and where in the text each of its characters comes from. Not
 * changed once made; the array may be shared.
 */
final class NormalText {
  final char[] chars;
  final int start;
  final int end;

  /** Where the part begins in the text. */
  private final int origin;

  private final int @Nullable [] starts;
  private final int @Nullable [] ends;

  private NormalText(
      char[] chars,
      int start,
      int end,
      int origin,
      int @Nullable [] starts,
      int @Nullable [] ends) {
    this.chars = chars;
    this.start = start;
    this.end = end;
    this.origin = origin;
    this.starts = starts;
    this.ends = ends;
  }

  /** Returns a text as it is. */
  static NormalText of(String text) {
    return of(text.toCharArray(), 0, text.length());
  }

  /** Returns a part of a text as it is. */
  static NormalText of(char[] chars, int start, int end) {
    return new NormalText(chars, start, end, start, null, null);
  }

  NormalText normalized(Normalizer normalizer) {
    return start == end ? this : normalizer.normalize(this);
  }

  String text() {
    return new String(chars, start, end - start);
  }

  /** Returns the same part with other characters, one for one; the array is taken over. */
  NormalText replaced(char[] same) {
    return new NormalText(
        same,
        0,
        same.length,
        sourceStart(start),
        starts == null ? null : Arrays.copyOfRange(starts, start, end),
        ends == null ? null : Arrays.copyOfRange(ends, start, end));
  }

  /** Returns a part of this text. */
  NormalText part(int from, int behind) {
    return new NormalText(chars, from, behind, origin + from - start, starts, ends);
  }

  /** Returns where in the text the character at an index begins. */
  int sourceStart(int index) {
    return starts == null ? origin + index - start : starts[index];
  }

  /** Returns where in the text the character at an index ends. */
  int sourceEnd(int index) {
    return ends == null ? origin + index - start + 1 : ends[index];
  }

  /** Returns a text that is made of this one piece by piece. */
  Builder change() {
    return new Builder(this);
  }

  /** A changed text in the making. */
  static final class Builder {
    private final NormalText source;
    private final StringBuilder chars = new StringBuilder();
    private final IntList starts;
    private final IntList ends;

    private Builder(NormalText source) {
      this.source = source;
      starts = new IntList(source.end - source.start);
      ends = new IntList(source.end - source.start);
    }

    /** Adds characters as they are. */
    Builder keep(int from, int behind) {
      for (int i = from; i < behind; i++) {
        chars.append(source.chars[i]);
        starts.add(source.sourceStart(i));
        ends.add(source.sourceEnd(i));
      }
      return this;
    }

    /** Adds characters that come from a part of the source, which may be empty. */
    Builder replace(int from, int behind, String text) {
      int start = from < source.end ? source.sourceStart(from) : source.sourceEnd(from - 1);
      int stop = behind > from ? source.sourceEnd(behind - 1) : start;
      for (int i = 0; i < text.length(); i++) {
        chars.append(text.charAt(i));
        starts.add(start);
        ends.add(stop);
      }
      return this;
    }

    NormalText build() {
      char[] made = new char[chars.length()];
      chars.getChars(0, made.length, made, 0);
      return new NormalText(made, 0, made.length, source.origin, starts.toArray(), ends.toArray());
    }
  }
}

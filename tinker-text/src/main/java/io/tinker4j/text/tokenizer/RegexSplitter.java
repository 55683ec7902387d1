package io.tinker4j.text.tokenizer;

import java.nio.CharBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A split pattern that has no scanner: found by {@link Pattern}. */
final class RegexSplitter implements Splitter {
  /** What becomes of the matches. The names are those of {@code tokenizer.json}. */
  enum Behavior {
    REMOVED,
    ISOLATED,
    CONTIGUOUS,
    MERGED_WITH_PREVIOUS,
    MERGED_WITH_NEXT
  }

  private final Pattern pattern;
  private final Behavior behavior;
  private final boolean invert;

  RegexSplitter(Pattern pattern, Behavior behavior, boolean invert) {
    this.pattern = pattern;
    this.behavior = behavior;
    this.invert = invert;
  }

  @Override
  public void split(char[] text, int start, int end, Sink sink) {
    IntList ends = new IntList(16);
    IntList matched = new IntList(16);
    Matcher matcher = pattern.matcher(CharBuffer.wrap(text, start, end - start));
    int at = 0;
    while (matcher.find()) {
      if (matcher.end() > matcher.start()) {
        if (matcher.start() > at) {
          add(ends, matched, matcher.start(), invert);
        }
        add(ends, matched, matcher.end(), !invert);
        at = matcher.end();
      }
    }
    if (at < end - start) {
      add(ends, matched, end - start, invert);
    }
    emit(text, start, ends, matched, sink);
  }

  private static void add(IntList ends, IntList matched, int end, boolean isMatch) {
    ends.add(end);
    matched.add(isMatch ? 1 : 0);
  }

  private void emit(char[] text, int offset, IntList ends, IntList matched, Sink sink) {
    int from = 0;
    for (int i = 0; i < ends.size(); i++) {
      if (i + 1 < ends.size() && joins(matched, i)) {
        continue;
      }
      boolean isDropped = behavior == Behavior.REMOVED && matched.get(i) != 0;
      if (!isDropped) {
        sink.piece(text, offset + from, offset + ends.get(i));
      }
      from = ends.get(i);
    }
  }

  /** Whether a part and the one behind it are one piece. */
  private boolean joins(IntList matched, int index) {
    boolean isMatch = matched.get(index) != 0;
    boolean isNextMatch = matched.get(index + 1) != 0;
    return switch (behavior) {
      case REMOVED, ISOLATED -> false;
      case CONTIGUOUS -> isMatch == isNextMatch;
      case MERGED_WITH_PREVIOUS -> isNextMatch && !isMatch;
      case MERGED_WITH_NEXT -> isMatch && !isNextMatch;
    };
  }
}

package io.tinker4j.text.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds added tokens in text: the leftmost, and of those at one place the longest. Immutable. */
final class TokenTrie {
  private static final class Node {
    private final Map<Character, Node> children = new HashMap<>();
    private @Nullable AddedToken token;
  }

  /** A token, and where its own text is. */
  private record Spelled(AddedToken token, int start, int end) {}

  /** A token, and the part of the text it takes, white space included. */
  record Match(AddedToken token, int start, int end) {}

  private final Node root = new Node();
  private final long[] first = new long[1 << 10];

  /**
   * @param tokens what is to be found
   * @param texts how each is spelled where it is looked for
   */
  TokenTrie(List<AddedToken> tokens, List<String> texts) {
    for (int i = 0; i < tokens.size(); i++) {
      Node node = root;
      String text = texts.get(i);
      for (int at = 0; at < text.length(); at++) {
        node = node.children.computeIfAbsent(text.charAt(at), unused -> new Node());
      }
      if (!text.isEmpty()) {
        node.token = tokens.get(i);
        first[text.charAt(0) >> 6] |= 1L << text.charAt(0);
      }
    }
  }

  /** Returns what is found in a part of a text, in order. */
  List<Match> find(char[] text, int start, int end) {
    if (root.children.isEmpty()) {
      return List.of();
    }
    List<Match> matches = new ArrayList<>();
    int taken = start;
    for (int at = start; at < end; ) {
      Spelled found = isFirst(text[at]) ? longest(text, at, end) : null;
      if (found == null) {
        at++;
        continue;
      }
      at = found.end;
      if (found.token.singleWord() && !standsAlone(text, found, start, end)) {
        continue;
      }
      Match match = trimmed(text, found, taken, end);
      matches.add(match);
      taken = match.end;
    }
    return matches;
  }

  private boolean isFirst(char character) {
    return (first[character >> 6] & (1L << character)) != 0;
  }

  private @Nullable Spelled longest(char[] text, int start, int end) {
    Spelled longest = null;
    Node node = root;
    for (int at = start; at < end; at++) {
      node = node.children.get(text[at]);
      if (node == null) {
        break;
      }
      if (node.token != null) {
        longest = new Spelled(node.token, start, at + 1);
      }
    }
    return longest;
  }

  private static boolean standsAlone(char[] text, Spelled found, int start, int end) {
    boolean isLeftFree =
        found.start == start || !isWordPart(Character.codePointBefore(text, found.start, start));
    boolean isRightFree =
        found.end == end || !isWordPart(Character.codePointAt(text, found.end, end));
    return isLeftFree && isRightFree;
  }

  private static boolean isWordPart(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.DECIMAL_DIGIT_NUMBER, Character.CONNECTOR_PUNCTUATION -> true;
      default ->
          Character.isAlphabetic(codePoint)
              || (CharClass.of(codePoint) & CharClass.MARK) != 0
              || codePoint == 0x200C
              || codePoint == 0x200D;
    };
  }

  private static Match trimmed(char[] text, Spelled found, int taken, int end) {
    int from = found.start;
    while (found.token.trims().left() && from > taken && CharClass.isSpace(text[from - 1])) {
      from--;
    }
    int behind = found.end;
    while (found.token.trims().right() && behind < end && CharClass.isSpace(text[behind])) {
      behind++;
    }
    return new Match(found.token, from, behind);
  }
}

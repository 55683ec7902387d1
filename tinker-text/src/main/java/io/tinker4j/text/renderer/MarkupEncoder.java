package io.tinker4j.text.renderer;

import io.tinker4j.text.tokenizer.SpecialTokenText;
import io.tinker4j.text.tokenizer.Tokenizer;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Encodes markup. In the safe mode control tokens come from the ranges that the renderer has
 * written and from nowhere else; text on both sides of such a range is still encoded in one piece,
 * so that the tokens are those of the whole text wherever a message holds no control token.
 */
final class MarkupEncoder {
  // What renderers write has few forms; a role of the user's own is the only part that varies.
  private static final int MAX_CACHED = 512;
  private static final int[] NO_MATCHES = {};

  private final Tokenizer tokenizer;
  private final SpecialTokenText mode;
  private final Map<String, Integer> specials;
  private final Pattern special;
  private final Map<String, int[]> matches = new ConcurrentHashMap<>();

  MarkupEncoder(Tokenizer tokenizer, SpecialTokenText mode) {
    this.tokenizer = tokenizer;
    this.mode = mode;
    this.specials = tokenizer.specialTokens();
    this.special =
        Pattern.compile(
            specials.keySet().stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|", "(?:", ")")));
  }

  SpecialTokenText mode() {
    return mode;
  }

  /** Encodes what the renderer or the program has written. */
  int[] encodeControl(String text) {
    return tokenizer.encode(text, SpecialTokenText.AS_CONTROL);
  }

  /** Encodes markup in the mode that the user has chosen. */
  int[] encode(Markup markup) {
    if (mode == SpecialTokenText.AS_CONTROL) {
      return encodeControl(markup.toString());
    }
    return encodeSafely(markup);
  }

  /** Encodes markup with control tokens in the renderer's own ranges only, in every mode. */
  int[] encodeSafely(Markup markup) {
    String text = markup.toString();
    Ints tokens = null;
    int done = 0;
    for (int range = 0; range < markup.ranges(); range++) {
      int start = markup.rangeStart(range);
      int[] found = matches(text.substring(start, markup.rangeEnd(range)));
      for (int i = 0; i < found.length; i += 3) {
        tokens = tokens == null ? new Ints() : tokens;
        if (start + found[i] > done) {
          tokens.add(encodeText(text.substring(done, start + found[i])));
        }
        tokens.add(found[i + 2]);
        done = start + found[i + 1];
      }
    }
    if (tokens == null) {
      return encodeText(text);
    }
    if (done < text.length()) {
      tokens.add(encodeText(text.substring(done)));
    }
    return tokens.toArray();
  }

  private int[] encodeText(String text) {
    return tokenizer.encode(text, SpecialTokenText.AS_TEXT);
  }

  /** Returns start, end and id of each control token in a piece that the renderer has written. */
  private int[] matches(String fixed) {
    int[] known = matches.get(fixed);
    if (known != null) {
      return known;
    }
    int[] found = specials.isEmpty() ? NO_MATCHES : find(fixed);
    if (matches.size() < MAX_CACHED) {
      matches.put(fixed, found);
    }
    return found;
  }

  private int[] find(String fixed) {
    Ints found = new Ints();
    Matcher matcher = special.matcher(fixed);
    while (matcher.find()) {
      Integer id = specials.get(matcher.group());
      if (id != null) {
        found.add(matcher.start());
        found.add(matcher.end());
        found.add(id);
      }
    }
    return found.toArray();
  }
}

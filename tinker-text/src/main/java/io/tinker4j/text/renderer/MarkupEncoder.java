package io.tinker4j.text.renderer;

import io.tinker4j.text.tokenizer.SpecialTokenText;
import io.tinker4j.text.tokenizer.Tokenizer;
import java.util.Comparator;
import java.util.List;
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
  private final List<String> guarded;
  private final Map<String, Integer> specials;
  private final Pattern special;
  private final Map<String, int[]> matches = new ConcurrentHashMap<>();

  /**
   * Makes an encoder.
   *
   * @param guarded control tokens of the format that the tokenizer may not mark as special, and so
   *     would find in a message's text
   */
  MarkupEncoder(Tokenizer tokenizer, SpecialTokenText mode, List<String> guarded) {
    this.tokenizer = tokenizer;
    this.mode = mode;
    this.guarded = guarded;
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
      return tokenizer.encode(markup.toString(), SpecialTokenText.AS_CONTROL);
    }
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

  /** Encodes text whose control tokens stay text in every mode. */
  int[] encodeText(String text) {
    int[] cut = guardedAt(text);
    if (cut.length == 0) {
      return tokenizer.encode(text, SpecialTokenText.AS_TEXT);
    }
    Ints tokens = new Ints();
    int done = 0;
    for (int at : cut) {
      tokens.add(tokenizer.encode(text.substring(done, at), SpecialTokenText.AS_TEXT));
      done = at;
    }
    tokens.add(tokenizer.encode(text.substring(done), SpecialTokenText.AS_TEXT));
    return tokens.toArray();
  }

  /** A guarded token is cut behind its first character, so that the tokenizer sees none. */
  private int[] guardedAt(String text) {
    Ints cuts = null;
    if (!guarded.isEmpty()) {
      for (int at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
        for (String token : guarded) {
          if (text.startsWith(token, at)) {
            cuts = cuts == null ? new Ints() : cuts;
            cuts.add(at + 1);
            break;
          }
        }
      }
    }
    return cuts == null ? Ints.NONE : cuts.toArray();
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

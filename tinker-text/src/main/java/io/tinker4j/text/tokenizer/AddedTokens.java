package io.tinker4j.text.tokenizer;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The added tokens of a tokenizer, found in text and by id. Immutable. */
final class AddedTokens {
  private final Map<Integer, AddedToken> byId = new HashMap<>();
  private final Map<String, Integer> ids = new LinkedHashMap<>();
  private final Map<Integer, String> normalizedTexts = new HashMap<>();
  private final Set<String> specialTexts = new HashSet<>();
  private final Tries all;
  private final Tries ordinary;
  private final int limit;

  /** What is looked for in text as it is, and in normalized text. */
  record Tries(TokenTrie plain, TokenTrie normalized) {}

  AddedTokens(List<AddedToken> tokens, Normalizer normalizer) {
    int largest = -1;
    for (AddedToken token : tokens) {
      byId.put(token.id(), token);
      ids.put(token.text(), token.id());
      largest = Math.max(largest, token.id());
      if (token.special()) {
        specialTexts.add(token.text());
      }
      if (token.normalized()) {
        normalizedTexts.put(token.id(), NormalText.of(token.text()).normalized(normalizer).text());
      }
    }
    limit = largest + 1;
    List<AddedToken> unique = List.copyOf(byId.values());
    all = tries(unique);
    ordinary = tries(unique.stream().filter(AddedToken::ordinary).toList());
  }

  private Tries tries(List<AddedToken> tokens) {
    List<AddedToken> plain = tokens.stream().filter(token -> !token.normalized()).toList();
    List<AddedToken> normalized = tokens.stream().filter(AddedToken::normalized).toList();
    return new Tries(
        new TokenTrie(plain, plain.stream().map(AddedToken::text).toList()),
        new TokenTrie(normalized, normalized.stream().map(token -> text(token.id())).toList()));
  }

  Tries tries(SpecialTokenText specials) {
    return specials == SpecialTokenText.AS_CONTROL ? all : ordinary;
  }

  /** Returns one more than the largest id. */
  int limit() {
    return limit;
  }

  Map<String, Integer> ids() {
    return Collections.unmodifiableMap(ids);
  }

  /** Whether a token's text is that of a special token. */
  boolean isSpecial(String text) {
    return specialTexts.contains(text);
  }

  /** Returns the text that is decoded for a token; null when it is none of these. */
  @Nullable String text(int id) {
    AddedToken token = byId.get(id);
    return token == null ? null : normalizedTexts.getOrDefault(id, token.text());
  }
}

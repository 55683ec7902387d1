package io.tinker4j.training.cost;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** How many tokens of each kind were used. Immutable; equal when all counts are. */
public final class TokenUsage {
  /** Nothing. */
  public static final TokenUsage NONE = new TokenUsage(Map.of(), 0);

  private final Map<TokenKind, Long> tokens;
  private final long unmeasured;

  private TokenUsage(Map<TokenKind, Long> tokens, long unmeasured) {
    EnumMap<TokenKind, Long> copy = new EnumMap<>(TokenKind.class);
    tokens.forEach((kind, count) -> {
      if (count != 0) {
        copy.put(kind, count);
      }
    });
    this.tokens = Collections.unmodifiableMap(copy);
    this.unmeasured = unmeasured;
  }

  /**
   * Returns so many tokens of one kind.
   *
   * @throws IllegalArgumentException when there are fewer than none
   */
  public static TokenUsage of(TokenKind kind, long tokens) {
    Objects.requireNonNull(kind, "kind");
    if (tokens < 0) {
      throw new IllegalArgumentException("tokens is " + tokens + "; it must not be negative");
    }
    return new TokenUsage(Map.of(kind, tokens), 0);
  }

  static TokenUsage ofUnmeasured() {
    return new TokenUsage(Map.of(), 1);
  }

  /** Returns the tokens of one kind. */
  public long tokens(TokenKind kind) {
    return tokens.getOrDefault(kind, 0L);
  }

  /** Returns the tokens of all kinds. */
  public long total() {
    return tokens.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns the tokens by kind, without kinds of which there are none. */
  public Map<TokenKind, Long> byKind() {
    return tokens;
  }

  /**
   * Returns how many inputs are not in these counts because only the server knows their length:
   * images without {@code expectedTokens}. With any, the counts are a lower bound.
   */
  public long unmeasured() {
    return unmeasured;
  }

  /** Returns the sum of both. */
  public TokenUsage plus(TokenUsage other) {
    EnumMap<TokenKind, Long> sum = new EnumMap<>(TokenKind.class);
    sum.putAll(tokens);
    other.tokens.forEach((kind, count) -> sum.merge(kind, count, Long::sum));
    return new TokenUsage(sum, unmeasured + other.unmeasured);
  }

  /** Returns the same with tokens of prompts counted as cached, at most all of them. */
  TokenUsage withCached(long prompt) {
    long moved = Math.min(prompt, tokens(TokenKind.PREFILL));
    EnumMap<TokenKind, Long> all = new EnumMap<>(TokenKind.class);
    all.putAll(tokens);
    all.merge(TokenKind.PREFILL, -moved, Long::sum);
    all.merge(TokenKind.CACHED_PREFILL, moved, Long::sum);
    return new TokenUsage(all, unmeasured);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenUsage usage
        && tokens.equals(usage.tokens)
        && unmeasured == usage.unmeasured;
  }

  @Override
  public int hashCode() {
    return Objects.hash(tokens, unmeasured);
  }

  @Override
  public String toString() {
    return "TokenUsage" + tokens + (unmeasured == 0 ? "" : " and " + unmeasured + " unmeasured");
  }
}

package io.tinker4j.training.cost;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What was done with a token, as far as it is priced. */
public enum TokenKind {
  /** Read without training: prompts, and forward passes. */
  PREFILL,

  /** Read as part of a prompt that the server still had in its cache. */
  CACHED_PREFILL,

  /** Generated. */
  SAMPLE,

  /** Read by a pass that computes gradients. */
  TRAIN;

  /** Returns the name in price tables and JSON, such as {@code cached_prefill}. */
  public String value() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the kind of that name.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static TokenKind of(String value) {
    for (TokenKind kind : values()) {
      if (kind.value().equals(value)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "there is no kind '%s'; kinds are %s"
            .formatted(
                value,
                Arrays.stream(values()).map(TokenKind::value).collect(Collectors.joining(", "))));
  }
}

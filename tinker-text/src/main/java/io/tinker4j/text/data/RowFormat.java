package io.tinker4j.text.data;

import java.util.Locale;

/** What the object of a row looks like. */
public enum RowFormat {
  /** Found out row by row, by the keys that the object has. */
  AUTO,

  /**
   * {@code messages}, a list in the form of OpenAI's chat completions: {@code role}, {@code
   * content} (text, parts or null), {@code tool_calls}, {@code tool_call_id}, {@code name}; and
   * {@code tools} beside it. {@code weight} (0 or 1) or {@code trainable} says of a message whether
   * it is learned.
   */
  MESSAGES,

  /** {@code prompt} and {@code completion}, each a text or a list of messages. */
  PROMPT_COMPLETION,

  /**
   * {@code conversations}, a list of objects with {@code from} ({@code human}, {@code gpt}, {@code
   * system}, {@code tool}) and {@code value}.
   */
  SHAREGPT,

  /** {@code instruction}, {@code output}, and if there is one {@code input}. */
  ALPACA;

  /** Returns the name that configuration files use, such as {@code prompt_completion}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package io.tinker4j.text.tokenizer;

/** What becomes of text that looks like a special token, such as {@code <|im_end|>}. */
public enum SpecialTokenText {
  /** It is text like any other. What a user has typed cannot end a turn. */
  AS_TEXT,

  /** It becomes the special token's id. For text that a template or a renderer has written. */
  AS_CONTROL
}

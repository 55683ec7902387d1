package io.tinker4j.text.tokenizer;

/**
 * How tokens are turned into text.
 *
 * @param skipSpecialTokens whether special tokens are left out
 * @param cleanUp whether spaces in front of punctuation and English contractions are taken out, as
 *     {@code clean_up_tokenization_spaces} does in Python
 */
public record DecodeOptions(boolean skipSpecialTokens, boolean cleanUp) {
  /** Special tokens stay, spaces stay. */
  public static final DecodeOptions DEFAULT = new DecodeOptions(false, false);

  /** Special tokens are left out, spaces stay. */
  public static final DecodeOptions SKIP_SPECIAL_TOKENS = new DecodeOptions(true, false);
}

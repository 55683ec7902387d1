package io.tinker4j.text.tokenizer;

/**
 * A tokenizer file is of a kind, or has a part, that cannot be read here. The message names the
 * file, the part, and what to do.
 */
public final class UnsupportedTokenizerException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public UnsupportedTokenizerException(String message) {
    super(message);
  }

  public UnsupportedTokenizerException(String message, Throwable cause) {
    super(message, cause);
  }
}

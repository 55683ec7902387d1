package io.tinker4j.text.tokenizer;

import io.tinker4j.transport.TinkerException;

/**
 * A tokenizer file is of a kind, or has a part, that cannot be read here. The message names the
 * file, the part, and what to do.
 */
public final class UnsupportedTokenizerException extends TinkerException {
  private static final long serialVersionUID = 1L;

  UnsupportedTokenizerException(String message) {
    super(message);
  }

  UnsupportedTokenizerException(String message, Throwable cause) {
    super(message, cause);
  }
}

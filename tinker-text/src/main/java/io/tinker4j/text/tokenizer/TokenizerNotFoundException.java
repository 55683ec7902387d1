package io.tinker4j.text.tokenizer;

import io.tinker4j.transport.TinkerException;
import org.jspecify.annotations.Nullable;

/** A tokenizer was in none of the places looked at, which the message lists. */
public final class TokenizerNotFoundException extends TinkerException {
  private static final long serialVersionUID = 1L;

  private final boolean retryable;

  TokenizerNotFoundException(String message, boolean retryable, @Nullable Throwable cause) {
    super(message);
    this.retryable = retryable;
    if (cause != null) {
      initCause(cause);
    }
  }

  /** Returns whether a download failed in a way that may pass. */
  @Override
  public boolean isRetryable() {
    return retryable;
  }
}

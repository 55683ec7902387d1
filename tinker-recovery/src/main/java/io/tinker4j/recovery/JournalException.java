package io.tinker4j.recovery;

import io.tinker4j.transport.TinkerException;

/**
 * A journal cannot be used: another process owns the run, the files cannot be read or written, or
 * what they say belongs to another run. Nothing was trained on its account.
 */
public final class JournalException extends TinkerException {
  private static final long serialVersionUID = 1;

  JournalException(String message) {
    super(message);
  }

  JournalException(String message, Throwable cause) {
    super(message, cause);
  }
}

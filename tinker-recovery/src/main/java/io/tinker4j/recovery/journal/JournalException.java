package io.tinker4j.recovery.journal;

import io.tinker4j.transport.TinkerException;

/**
 * A journal cannot be used: another process owns the run, the files cannot be read or written, are
 * damaged, or what they say belongs to another run. The message says what to do. When it ends a run
 * that was under way, because its files were removed or replaced, what was reported before holds,
 * and the message names the last checkpoint.
 */
public final class JournalException extends TinkerException {
  private static final long serialVersionUID = 1;

  public JournalException(String message) {
    super(message);
  }

  public JournalException(String message, Throwable cause) {
    super(message, cause);
  }
}

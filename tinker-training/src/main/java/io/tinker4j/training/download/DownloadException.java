package io.tinker4j.training.download;

import io.tinker4j.transport.TinkerException;

/** A download could not be completed or is not what was expected; the target is as it was. */
public final class DownloadException extends TinkerException {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  DownloadException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  DownloadException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** What went wrong. */
  public enum Reason {
    /** The connection broke again and again before everything had arrived. */
    INCOMPLETE,
    /** The SHA-256 is another one than was expected. */
    WRONG_CHECKSUM,
    /** The archive is no tar archive, or is damaged. */
    MALFORMED,
    /** The archive has what must not be extracted: links, devices, names that lead elsewhere. */
    UNSAFE,
    /** The archive holds more than may be extracted. */
    TOO_LARGE,
    /** The local files could not be written. */
    FILE_SYSTEM
  }

  /** Returns what went wrong. */
  public Reason reason() {
    return reason;
  }

  /** Returns whether the download was only incomplete. */
  @Override
  public boolean isRetryable() {
    return reason == Reason.INCOMPLETE;
  }
}

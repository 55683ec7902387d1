package io.tinker4j.transport;

import java.time.Duration;
import java.util.Optional;

/**
 * The root of what this SDK throws when a call fails; mistakes in a call's arguments are {@link
 * IllegalArgumentException}s and are thrown before anything is sent.
 */
public abstract class TinkerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private boolean nothingTakenIn;

  /** Creates an exception without a cause; what looks like a credential is not in its message. */
  protected TinkerException(String message) {
    super(Redaction.byForm(message));
  }

  /** Creates an exception with a cause; neither's message shows what looks like a credential. */
  protected TinkerException(String message, Throwable cause) {
    super(Redaction.byForm(message), Redaction.byForm(cause));
  }

  /** Returns whether the same call may succeed later; the SDK's own retries are used up by then. */
  public boolean isRetryable() {
    return false;
  }

  /** Returns how long the server asks to wait before the next try, at most 60 seconds. */
  public Optional<Duration> retryAfter() {
    return Optional.empty();
  }

  /** Returns the server's id of the request, to quote when asking its operator. */
  public Optional<String> requestId() {
    return Optional.empty();
  }

  /** Returns whether the fault is the caller's, so that the same call will fail again. */
  public boolean isUserError() {
    return false;
  }

  /**
   * Returns whether the server may have acted on the request. False only when it is certain that it
   * did not: each attempt was refused (a status from 400 to 499 but for 408 and 499) or never
   * reached the server.
   */
  public boolean mayHaveActed() {
    return !nothingTakenIn;
  }

  /** Notes that the server took nothing in; for the call, before it throws this. */
  public final void noteNothingTakenIn() {
    nothingTakenIn = true;
  }

  /** Returns whether a failure is, or was caused by, one whose fault is the caller's. */
  public static boolean isUserError(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof TinkerException ours && ours.isUserError()) {
        return true;
      }
    }
    return false;
  }
}

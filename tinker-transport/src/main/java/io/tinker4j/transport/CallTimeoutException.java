package io.tinker4j.transport;

/** A call took longer than its time-out or its deadline; a stalled body counts, too. */
public final class CallTimeoutException extends ConnectionException {
  private static final long serialVersionUID = 1;

  public CallTimeoutException(String message, Throwable cause) {
    super(message, cause);
  }
}

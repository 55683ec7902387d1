package io.tinker4j.transport;

/**
 * No complete answer came back: the server cannot be reached, the connection broke, or a proxy
 * rejected it. Whether the server has acted on the request is not known. {@link #isRetryable} tells
 * whether it may get better by itself: an unknown host, a certificate that is not trusted, or a
 * server that speaks something else than HTTP does not.
 */
public class ConnectionException extends TinkerException {
  private static final long serialVersionUID = 1;

  private final boolean retryable;

  public ConnectionException(String message, Throwable cause) {
    this(message, cause, true);
  }

  public ConnectionException(String message, Throwable cause, boolean retryable) {
    super(message, cause);
    this.retryable = retryable;
  }

  public ConnectionException(String message) {
    super(message);
    this.retryable = true;
  }

  @Override
  public boolean isRetryable() {
    return retryable;
  }
}

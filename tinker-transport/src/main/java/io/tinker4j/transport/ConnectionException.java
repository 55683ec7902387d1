package io.tinker4j.transport;

/**
 * No complete answer came back: the server cannot be reached, the connection broke, or a proxy
 * rejected it. Whether the server has acted on the request is not known.
 */
public class ConnectionException extends TinkerException {
  private static final long serialVersionUID = 1;

  ConnectionException(String message, Throwable cause) {
    super(message, cause);
  }

  ConnectionException(String message) {
    super(message);
  }

  @Override
  public boolean isRetryable() {
    return true;
  }
}

package io.tinker4j.transport;

/** The server's answer is not what the protocol says: the message names the place and the type. */
public final class DecodeException extends TinkerException {
  private static final long serialVersionUID = 1;

  public DecodeException(String message) {
    super(message);
  }

  public DecodeException(String message, Throwable cause) {
    super(message, cause);
  }
}

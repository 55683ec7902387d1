package io.tinker4j.transport;

/** The thread was interrupted, or the client closed, during a call. The interrupt flag is set. */
public final class CallInterruptedException extends TinkerException {
  private static final long serialVersionUID = 1;

  /** Creates an exception whose cause is the interrupt. */
  public CallInterruptedException(String message, InterruptedException cause) {
    super(message, cause);
  }
}

package io.tinker4j.training;

import java.util.Optional;

/**
 * Hears how the session of a service client fares.
 *
 * <p>Called once per change, on the heartbeat's thread: be quick, and thread-safe. What it throws
 * is logged and has no effect on the session.
 */
@FunctionalInterface
public interface SessionListener {
  /** How a session fares. */
  enum State {
    /** The server has it. */
    ALIVE,
    /** No heartbeat has arrived for 30 seconds; the server may end it. */
    SUSPECT,
    /** The server does not know it any more: its clients throw {@link SessionLostException}. */
    LOST,
    /**
     * It was finished, by this client's {@link ServiceClient#close} or, as a heartbeat has found
     * out, by another one; then its clients throw {@link SessionLostException}, too.
     */
    FINISHED
  }

  /**
   * A change of a session.
   *
   * @param reason what the last heartbeat failed with; empty when it arrived, or when this client
   *     has finished the session
   */
  record Change(String sessionId, State state, Optional<String> reason) {
    /** Makes a change whose reason may be an empty text: there is none. */
    public Change(String sessionId, State state, String reason) {
      this(sessionId, state, Optional.of(reason).filter(text -> !text.isEmpty()));
    }
  }

  /** The session was opened, or its state has changed. */
  void sessionChanged(Change change);
}

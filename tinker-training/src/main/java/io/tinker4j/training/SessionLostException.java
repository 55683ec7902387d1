package io.tinker4j.training;

import io.tinker4j.transport.TinkerException;

/**
 * The server has ended the session that a client belongs to, for example because no heartbeat had
 * arrived for too long. Its models and samplers are gone; checkpoints are not. Create new clients
 * from the same service client, which opens a new session for them.
 */
public final class SessionLostException extends TinkerException {
  private static final long serialVersionUID = 1;

  private final String sessionId;

  SessionLostException(String sessionId, Throwable cause) {
    super(
        "the server has ended session %s (%s). Create new clients, for example from the last checkpoint."
            .formatted(sessionId, cause.getMessage()),
        cause);
    this.sessionId = sessionId;
  }

  /** Returns the id of the session. */
  public String sessionId() {
    return sessionId;
  }
}

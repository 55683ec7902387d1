package io.tinker4j.testkit;

import java.time.Instant;

/** A client's session. Safe for use by many threads. */
final class Session {
  private final String id;
  private final String owner;
  private volatile Instant lastHeartbeat;
  private volatile boolean finished;
  private volatile boolean killed;

  Session(String id, String owner, Instant now) {
    this.id = id;
    this.owner = owner;
    lastHeartbeat = now;
  }

  String id() {
    return id;
  }

  String owner() {
    return owner;
  }

  /** When the session was last known to be alive. */
  Instant lastHeartbeat() {
    return lastHeartbeat;
  }

  void heartbeat(Instant now) {
    lastHeartbeat = now;
  }

  /** Whether its client has said that it is done. */
  boolean isFinished() {
    return finished;
  }

  void finish() {
    finished = true;
  }

  /** Ends the session with all that belongs to it. */
  void kill() {
    killed = true;
    finished = true;
  }

  /**
   * Does nothing while the session is alive.
   *
   * @throws RefusedException 410 when it was ended from outside
   */
  void requireAlive() {
    if (killed) {
      throw RefusedException.gone("session " + id + " has expired");
    }
  }

  String modelId(int modelSeqId) {
    return id + ":train:" + modelSeqId;
  }

  String samplerId(int samplingSessionSeqId) {
    return id + ":sample:" + samplingSessionSeqId;
  }
}

package io.tinker4j.testkit;

import java.time.Instant;

/** A client's session. Safe for use by many threads. */
final class Session {
  private final String id;
  private final String owner;
  private volatile Instant lastHeartbeat;
  private volatile boolean finished;

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

  String modelId(int modelSeqId) {
    return id + ":train:" + modelSeqId;
  }

  String samplerId(int samplingSessionSeqId) {
    return id + ":sample:" + samplingSessionSeqId;
  }
}

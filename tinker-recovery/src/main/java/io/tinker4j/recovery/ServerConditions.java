package io.tinker4j.recovery;

import io.tinker4j.training.SessionListener;

/** Tells of what the client puts up with while the run goes on. */
final class ServerConditions {
  private final Restorer<?> restorer;
  private final RunEvents events;
  private boolean suspect;
  private long overloads;

  /** Makes one for a client that others may have used: what they have seen is not this run's. */
  ServerConditions(Restorer<?> restorer, RunEvents events, boolean isShared) {
    this.restorer = restorer;
    this.events = events;
    this.overloads = isShared ? Long.MAX_VALUE : 0;
  }

  /** Tells of what has changed since the last call. */
  void report() {
    boolean now = restorer.sessionState() == SessionListener.State.SUSPECT;
    if (now && !suspect) {
      events.degraded(
          RecoveryEvent.Degradation.SESSION_SUSPECT,
          "no heartbeat has arrived for 30 seconds; the server may end the session");
    }
    suspect = now;
    long count = restorer.samplingOverloads();
    if (count > overloads) {
      events.degraded(
          RecoveryEvent.Degradation.SAMPLING_OVERLOAD,
          "the server has refused samples as too many; for some seconds few are sent at once");
    }
    overloads = count;
  }
}

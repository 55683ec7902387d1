package io.tinker4j.testkit;

import io.tinker4j.testkit.run.Behaviour;
import io.tinker4j.testkit.skyrl.SkyrlBehaviour;

/**
 * Which of the servers that speak the protocol the embedded one behaves like, so that a client's
 * tolerance of their differences can be tested.
 */
public enum Personality {
  /** The hosted service: strict, ordered, everything on offer. */
  HOSTED,

  /**
   * SkyRL: no credentials, no order of requests, failed results as HTTP 400, many endpoints and
   * fields missing, models lost with a restart.
   */
  SKYRL;

  Behaviour behaviour() {
    return switch (this) {
      case HOSTED -> new Behaviour();
      case SKYRL -> new SkyrlBehaviour();
    };
  }
}

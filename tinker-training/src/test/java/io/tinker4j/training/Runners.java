package io.tinker4j.training;

import io.tinker4j.training.internal.PendingCalls;
import io.tinker4j.training.telemetry.Telemetry;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.internal.TinkerThreads;

/** Runners for tests of what is below the service client. */
final class Runners {
  private Runners() {}

  static Runner on(Time time) {
    return new Runner(TinkerThreads.create(), time, new PendingCalls(), new Telemetry(time));
  }
}

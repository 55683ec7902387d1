package io.tinker4j.recovery;

/** Asks a run to stop after the steps that are under way. Thread-safe. */
final class StopSignal {
  private volatile boolean given;

  void give() {
    given = true;
  }

  boolean isGiven() {
    return given;
  }
}

package io.tinker4j.testkit.run;

import io.tinker4j.testkit.time.ServerTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The result of one accepted operation, now or later. Safe for use by many threads. */
public final class Promise {
  private final String owner;
  private final String requestId;
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
  private volatile Supplier<Optional<String>> obstacle = Optional::empty;

  /** Makes the promise of what this owner has asked for. */
  public Promise(String owner, String requestId) {
    this.owner = owner;
    this.requestId = requestId;
  }

  String owner() {
    return owner;
  }

  public String requestId() {
    return requestId;
  }

  public boolean isDone() {
    return outcome.isDone();
  }

  /** Sets what tells, in words for people, what the outcome waits for that may never come. */
  void waitsFor(Supplier<Optional<String>> newObstacle) {
    obstacle = newObstacle;
  }

  /** What the outcome waits for that may never come, in words for people. */
  Optional<String> obstacle() {
    return obstacle.get();
  }

  /** Sets the outcome unless it is set. */
  public void complete(Outcome value) {
    outcome.complete(value);
  }

  /** Waits for the outcome; empty when it takes longer. */
  public Optional<Outcome> await(ServerTime time, Duration atMost) throws InterruptedException {
    return time.await(outcome, atMost);
  }
}

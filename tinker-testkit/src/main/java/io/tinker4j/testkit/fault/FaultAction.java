package io.tinker4j.testkit.fault;

import java.time.Duration;
import java.util.Map;

/**
 * What goes wrong, as the method of {@link Fault.When} says that makes it; carried out by the
 * server. {@code FaultKind} has the table of these in JSON.
 */
public sealed interface FaultAction {
  /** Made by {@link Fault.When#delay}. */
  record Delay(Duration duration) implements FaultAction {
    /** Refuses negative durations. */
    public Delay {
      requireNotNegative("delay", duration);
    }
  }

  /** Made by {@link Fault.When#dropBeforeExecution}. */
  record DropBeforeExecution() implements FaultAction {}

  /** Made by {@link Fault.When#executeThenDropAnswer}. */
  record ExecuteThenDropAnswer() implements FaultAction {}

  /** Made by {@link Fault.When#duplicate}. */
  record Duplicate() implements FaultAction {}

  /** Made by {@link Fault.When#resetMidBody}. */
  record ResetMidBody() implements FaultAction {}

  /** Made by {@link Fault.When#answer(int, String, Map)}. */
  record AnswerWith(int status, String body, Map<String, String> headers) implements FaultAction {
    /** Copies the headers; refuses what is no status of an answer. */
    public AnswerWith {
      if (status < 200 || status > 599) {
        throw new IllegalArgumentException("status is " + status + "; it must be from 200 to 599");
      }
      headers = Map.copyOf(headers);
    }

    static String bodyOf(int status) {
      return "{\"detail\":\"fault: " + status + "\"}";
    }
  }

  /** Made by {@link Fault.When#pauseQueue}. */
  record PauseQueue(String state, String reason) implements FaultAction {}

  /** Made by {@link Fault.When#expirePromise}. */
  record ExpirePromise() implements FaultAction {}

  /** Made by {@link Fault.When#killSession}. */
  record KillSession() implements FaultAction {}

  /** Made by {@link Fault.When#poisonRun}. */
  record PoisonRun() implements FaultAction {}

  /** Made by {@link Fault.When#loseOptimizer}. */
  record LoseOptimizer() implements FaultAction {}

  /** Made by {@link Fault.When#truncateBody}. */
  record TruncateBody() implements FaultAction {}

  /** Made by {@link Fault.When#flipBit}. */
  record FlipBit() implements FaultAction {}

  /** Made by {@link Fault.When#restartServer(Duration)}. */
  record RestartServer(Duration downtime) implements FaultAction {
    /** Refuses negative durations. */
    public RestartServer {
      requireNotNegative("downtime", downtime);
    }
  }

  /** Made by {@link Fault.When#jumpClock}. */
  record JumpClock(Duration by) implements FaultAction {}

  private static void requireNotNegative(String name, Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(name + " is " + duration + "; it must not be negative");
    }
  }
}

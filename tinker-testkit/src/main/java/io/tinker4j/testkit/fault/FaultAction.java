package io.tinker4j.testkit.fault;

import java.time.Duration;
import java.util.Map;

/** What goes wrong. Made by the last method of a {@link Fault}; carried out by the server. */
public sealed interface FaultAction {
  /** The request is carried out later. */
  record Delay(Duration duration) implements FaultAction {}

  /** The connection is closed; nothing is carried out. */
  record DropBeforeExecution() implements FaultAction {}

  /** The request is carried out; its connection is closed instead of an answer. */
  record ExecuteThenDropAnswer() implements FaultAction {}

  /** The request is carried out twice, as if it had been sent twice; answered once. */
  record Duplicate() implements FaultAction {}

  /** The request is carried out; the connection is reset in the middle of the answer's body. */
  record ResetMidBody() implements FaultAction {}

  /** The request is not carried out and answered with this. */
  record AnswerWith(int status, String body, Map<String, String> headers) implements FaultAction {
    /** Copies the headers. */
    public AnswerWith {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * A question for a result is held as long as any other, then told to try again.
   *
   * @param reason why, for people; empty for none
   */
  record PauseQueue(String state, String reason) implements FaultAction {}

  /** The promise that the question is about is forgotten: 410 from now on. */
  record ExpirePromise() implements FaultAction {}

  /** The session that the request belongs to ends, with its models and samplers. */
  record KillSession() implements FaultAction {}

  /** The run that the request is about becomes corrupted: its operations fail from now on. */
  record PoisonRun() implements FaultAction {}

  /** Weights are loaded without the optimizer's state, and the answer does not tell. */
  record LoseOptimizer() implements FaultAction {}

  /** The answer's body ends half-way, and its length agrees with that. */
  record TruncateBody() implements FaultAction {}

  /** One bit of the answer's body is the other way round. */
  record FlipBit() implements FaultAction {}

  /** The connection is closed, and the server with it; it is back after the downtime. */
  record RestartServer(Duration downtime) implements FaultAction {}

  /** The server's clock jumps, forth or back; what it waits for takes as long as before. */
  record JumpClock(Duration by) implements FaultAction {}
}

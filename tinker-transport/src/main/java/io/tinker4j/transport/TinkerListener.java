package io.tinker4j.transport;

import io.tinker4j.transport.jdk.JdkTransport;
import java.time.Duration;
import java.util.Optional;

/**
 * Hears what calls do: for metrics, traces and logs. Implement the methods you need.
 *
 * <p>The methods are called on the threads that do the work, several at once: be quick, and
 * thread-safe. What they throw is logged and has no effect on the call. No event carries a
 * credential or a body.
 *
 * <p>Each call is started once and then succeeds or fails once; so is each of its attempts, which
 * is answered (with any status) or fails.
 */
public interface TinkerListener {
  /**
   * One call, retries included.
   *
   * @param id different for each call of the JVM
   * @param operation its name in {@code openapi/tinker.yaml}, or {@code download}
   */
  record TracedCall(long id, String operation, CallKind kind) {}

  /**
   * One attempt of a call.
   *
   * @param number 0 for the first
   */
  record TracedAttempt(TracedCall call, int number) {}

  /**
   * What came back, how many bytes the bodies had on the wire, and how long it took. A download's
   * body is not yet read by then and counts as 0.
   */
  record Traffic(int status, long sent, long received, Duration took) {}

  /** Whether calls of one kind go out. */
  enum CircuitState {
    /** All do. */
    CLOSED,
    /** None does. */
    OPEN,
    /** One at a time does, to see whether the server works again. */
    HALF_OPEN
  }

  /** A call begins. */
  default void callStarted(TracedCall call) {}

  /** A call has its value. */
  default void callSucceeded(TracedCall call, Duration took) {}

  /** A call throws. */
  default void callFailed(TracedCall call, Duration took, Throwable failure) {}

  /** An attempt begins. */
  default void attemptStarted(TracedAttempt attempt) {}

  /** An attempt was answered, with any status. */
  default void attemptAnswered(TracedAttempt attempt, Traffic traffic) {}

  /** An attempt got no complete answer. */
  default void attemptFailed(TracedAttempt attempt, Duration took, Throwable failure) {}

  /** A call will be tried again after a delay. */
  default void retrying(TracedAttempt failed, Duration delay, TinkerException cause) {}

  /** A request waited for a free place in its kind's pool. Only {@link JdkTransport} reports it. */
  default void poolWaited(CallKind kind, Duration waited) {}

  /** Calls of this kind stop or go on. */
  default void circuitChanged(CallKind kind, CircuitState state) {}

  /**
   * Returns what to send as the W3C header {@code traceparent}; nothing is sent when it is empty or
   * malformed.
   */
  default Optional<String> traceparent(TracedAttempt attempt) {
    return Optional.empty();
  }
}

package io.tinker4j.transport.internal;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.Redaction;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.TinkerListener;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Keeps what a user's listener throws from the calls. */
public final class GuardedListener implements TinkerListener {
  private static final System.Logger log = System.getLogger(GuardedListener.class.getName());
  private static final Pattern TRACEPARENT =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

  private final TinkerListener listener;
  private final Redaction redaction;

  private GuardedListener(TinkerListener listener, Redaction redaction) {
    this.listener = listener;
    this.redaction = redaction;
  }

  public static TinkerListener of(@Nullable TinkerListener listener) {
    return of(listener, Redaction.create());
  }

  /** The same with what knows the credentials that the log must not show. */
  public static TinkerListener of(@Nullable TinkerListener listener, Redaction redaction) {
    return listener == null ? new TinkerListener() {} : new GuardedListener(listener, redaction);
  }

  @Override
  public void callStarted(TracedCall call) {
    tell(() -> listener.callStarted(call));
  }

  @Override
  public void callSucceeded(TracedCall call, Duration took) {
    tell(() -> listener.callSucceeded(call, took));
  }

  @Override
  public void callFailed(TracedCall call, Duration took, Throwable failure) {
    tell(() -> listener.callFailed(call, took, failure));
  }

  @Override
  public void attemptStarted(TracedAttempt attempt) {
    tell(() -> listener.attemptStarted(attempt));
  }

  @Override
  public void attemptAnswered(TracedAttempt attempt, Traffic traffic) {
    tell(() -> listener.attemptAnswered(attempt, traffic));
  }

  @Override
  public void attemptFailed(TracedAttempt attempt, Duration took, Throwable failure) {
    tell(() -> listener.attemptFailed(attempt, took, failure));
  }

  @Override
  public void retrying(TracedAttempt failed, Duration delay, TinkerException cause) {
    tell(() -> listener.retrying(failed, delay, cause));
  }

  @Override
  public void poolWaited(CallKind kind, Duration waited) {
    tell(() -> listener.poolWaited(kind, waited));
  }

  @Override
  public void circuitChanged(CallKind kind, CircuitState state) {
    tell(() -> listener.circuitChanged(kind, state));
  }

  @Override
  public Optional<String> traceparent(TracedAttempt attempt) {
    return ask(() -> listener.traceparent(attempt))
        .filter(text -> TRACEPARENT.matcher(text).matches());
  }

  private void tell(Runnable event) {
    ask(() -> {
      event.run();
      return Optional.<String>empty();
    });
  }

  /** Errors too: a listener's broken class path is no reason to lose a training step. */
  private Optional<String> ask(Supplier<Optional<String>> question) {
    try {
      return question.get();
    } catch (RuntimeException | Error e) {
      log.log(
          System.Logger.Level.WARNING,
          "the listener threw; the call goes on",
          redaction.failure(e));
      return Optional.empty();
    }
  }
}

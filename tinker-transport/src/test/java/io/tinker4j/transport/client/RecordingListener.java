package io.tinker4j.transport.client;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.TinkerListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what it hears. */
class RecordingListener implements TinkerListener {
  final List<String> heard = new CopyOnWriteArrayList<>();
  final List<Traffic> traffic = new CopyOnWriteArrayList<>();

  @Override
  public void callStarted(TracedCall call) {
    heard.add("call started " + call.operation() + " " + call.kind());
  }

  @Override
  public void callSucceeded(TracedCall call, Duration took) {
    heard.add("call succeeded");
  }

  @Override
  public void callFailed(TracedCall call, Duration took, Throwable failure) {
    heard.add("call failed " + failure.getClass().getSimpleName());
  }

  @Override
  public void attemptStarted(TracedAttempt attempt) {
    heard.add("attempt " + attempt.number() + " started");
  }

  @Override
  public void attemptAnswered(TracedAttempt attempt, Traffic seen) {
    traffic.add(seen);
    heard.add("attempt " + attempt.number() + " answered " + seen.status());
  }

  @Override
  public void attemptFailed(TracedAttempt attempt, Duration took, Throwable failure) {
    heard.add("attempt " + attempt.number() + " failed " + failure.getClass().getSimpleName());
  }

  @Override
  public void retrying(TracedAttempt failed, Duration delay, TinkerException cause) {
    heard.add(
        "retrying after %d ms because of %s"
            .formatted(delay.toMillis(), cause.getClass().getSimpleName()));
  }

  @Override
  public void poolWaited(CallKind kind, Duration waited) {
    heard.add("pool waited " + kind);
  }

  @Override
  public void circuitChanged(CallKind kind, CircuitState state) {
    heard.add("circuit " + kind + " " + state);
  }
}

package io.tinker4j.training;

import io.tinker4j.training.Health.Component;
import io.tinker4j.training.Health.Status;
import io.tinker4j.training.internal.PendingCalls;
import io.tinker4j.training.telemetry.Telemetry;
import io.tinker4j.training.telemetry.TelemetryQueue;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerListener.CircuitState;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.internal.TinkerThreads;
import io.tinker4j.transport.operation.NoContent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds out how a service client fares. Thread-safe. */
final class HealthCheck {
  private static final Duration LIMIT = Duration.ofSeconds(2);

  /** How long a question is waited for that does not end at its own limit. */
  private static final Duration PATIENCE = LIMIT.plusSeconds(1);

  private static final Duration FRESH = Duration.ofSeconds(5);
  private static final Duration LONGEST_SILENCE = Duration.ofMinutes(2);
  private static final Duration DROPPING = Duration.ofMinutes(1);
  private static final int FAILURES_OF_DOWN = 3;
  private static final CallOptions ONCE =
      CallOptions.builder().timeout(LIMIT).deadline(LIMIT).maxRetries(0).build();

  /** Statuses of servers that work and have no such endpoint. */
  private static final Set<Integer> UNKNOWN = Set.of(404, 405, 501);

  private final ApiClient api;
  private final Time time;
  private final ClientShutdown lifetime;
  private final Telemetry telemetry;
  private final AtomicBoolean isAsking = new AtomicBoolean();
  private final ReentrantLock lock = new ReentrantLock(); // guards: the fields below
  private @Nullable Long asked;
  private int failures;
  private String answer = "not answered yet";

  HealthCheck(ApiClient api, Time time, ClientShutdown lifetime, Telemetry telemetry) {
    this.api = api;
    this.time = time;
    this.lifetime = lifetime;
    this.telemetry = telemetry;
  }

  Health check(PendingCalls pending) {
    return new Health(
        List.of(
            api(),
            session(lifetime.session()),
            circuits(),
            telemetry(),
            operations(pending),
            background(lifetime.failures())));
  }

  private Component api() {
    if (lifetime.isEnding()) {
      return new Component("api", Status.DOWN, "the client is closed", Map.of());
    }
    if (isDue()) {
      ask();
    }
    lock.lock();
    try {
      Status status = failures == 0 ? Status.UP : Status.DEGRADED;
      return new Component(
          "api",
          failures >= FAILURES_OF_DOWN ? Status.DOWN : status,
          answer,
          Map.of("failed_checks", (double) failures));
    } finally {
      lock.unlock();
    }
  }

  /** Whether the caller is the one to ask; until the answer is there the former one holds. */
  private boolean isDue() {
    lock.lock();
    try {
      long now = time.nanoTime();
      boolean isDue = asked == null || now - asked >= FRESH.toNanos();
      if (isDue) {
        asked = now;
      }
      return isDue;
    } finally {
      lock.unlock();
    }
  }

  /** What the question calls of the user's may block; then no other one is asked beside it. */
  private void ask() {
    if (!isAsking.compareAndSet(false, true)) {
      answered(false, "no answer, and an earlier question has not ended");
      return;
    }
    boolean hasEnded =
        lifetime.within(
            "health",
            PATIENCE,
            () -> {
              try {
                question();
              } finally {
                isAsking.set(false);
              }
            });
    if (!hasEnded) {
      answered(false, "no answer in time, because the question does not end");
    }
  }

  private void question() {
    try {
      answered(true, api.call(Operations.HEALTHZ, NoContent.INSTANCE, ONCE).status());
    } catch (ApiStatusException e) {
      boolean isUnknown = UNKNOWN.contains(e.status());
      answered(isUnknown, isUnknown ? "answers, but not to that question" : api.summary(e));
    } catch (RuntimeException e) {
      answered(false, api.summary(e));
    }
  }

  private void answered(boolean isWell, String text) {
    lock.lock();
    try {
      failures = isWell ? 0 : failures + 1;
      answer = text;
    } finally {
      lock.unlock();
    }
  }

  private static Component session(@Nullable Session session) {
    if (session == null) {
      return new Component("session", Status.UP, "none opened yet", Map.of());
    }
    Duration silence = session.silence();
    Map<String, Double> measures = new LinkedHashMap<>();
    measures.put("silence_seconds", silence.toNanos() / 1e9);
    measures.put("missed_heartbeats_total", (double) session.missedHeartbeats());
    Status status =
        switch (session.state()) {
          case ALIVE -> Status.UP;
          case SUSPECT -> Status.DEGRADED;
          case LOST, FINISHED -> Status.DOWN;
        };
    return new Component(
        "session",
        silence.compareTo(LONGEST_SILENCE) > 0 ? Status.DOWN : status,
        "%s is %s, last heard of %d s ago"
            .formatted(
                session.id(), session.state().name().toLowerCase(Locale.ROOT), silence.toSeconds()),
        measures);
  }

  private Component circuits() {
    Map<CallKind, CircuitState> states = api.circuits();
    Map<String, Double> measures = new LinkedHashMap<>();
    states.forEach((kind, state) ->
        measures.put(
            "open_" + kind.name().toLowerCase(Locale.ROOT), state == CircuitState.OPEN ? 1.0 : 0));
    String detail =
        states.entrySet().stream()
            .filter(each -> each.getValue() != CircuitState.CLOSED)
            .map(each -> each.getKey() + " " + each.getValue())
            .collect(Collectors.joining(", "));
    return new Component(
        "circuits",
        states.containsValue(CircuitState.OPEN) ? Status.DEGRADED : Status.UP,
        detail.isEmpty() ? "all calls go out" : detail,
        measures);
  }

  private Component telemetry() {
    TelemetryQueue.Counts counts = telemetry.counts();
    Duration ago = counts.sinceLastDrop();
    boolean isDropping = ago != null && ago.compareTo(DROPPING) <= 0;
    Map<String, Double> measures = new LinkedHashMap<>();
    measures.put("waiting", (double) counts.waiting());
    measures.put("sent_total", (double) counts.sent());
    measures.put("dropped_total", (double) counts.dropped());
    return new Component(
        "telemetry",
        isDropping ? Status.DEGRADED : Status.UP,
        telemetry.isOn()
            ? "%d events wait, %d were sent, %d dropped"
                .formatted(counts.waiting(), counts.sent(), counts.dropped())
            : "off",
        measures);
  }

  private static Component operations(PendingCalls pending) {
    int count = pending.count();
    return new Component(
        "operations", Status.UP, count + " in progress", Map.of("pending", (double) count));
  }

  private static Component background(TinkerThreads.Failures failures) {
    return new Component(
        "background",
        failures.isRecent() ? Status.DEGRADED : Status.UP,
        failures.count() == 0
            ? "nothing failed"
            : "%d failures, the last: %s".formatted(failures.count(), failures.last()),
        Map.of("failures_total", (double) failures.count()));
  }
}

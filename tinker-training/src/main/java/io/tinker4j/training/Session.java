package io.tinker4j.training;

import io.tinker4j.transport.ApiClient;
import io.tinker4j.transport.CallOptions;
import io.tinker4j.transport.Operations;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.types.CreateSessionRequest;
import io.tinker4j.types.CreateSessionResponse;
import io.tinker4j.types.SessionHeartbeatRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A session on the server, kept alive by a heartbeat every ten seconds on a platform thread of its
 * own, so that a busy JVM does not lose it. Counts its models and samplers.
 */
final class Session implements AutoCloseable {
  private static final System.Logger log = System.getLogger(Session.class.getName());
  private static final Duration PERIOD = Duration.ofSeconds(10);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration WARNING = Duration.ofMinutes(2);
  private static final CallOptions CLOSING =
      CallOptions.builder().deadline(Duration.ofSeconds(2)).maxRetries(0).build();

  private final ApiClient api;
  private final Time time;
  private final String id;
  private final AtomicInteger models = new AtomicInteger();
  private final AtomicInteger samplers = new AtomicInteger();
  private @Nullable Thread heart;

  private Session(ApiClient api, Time time, String id) {
    this.api = api;
    this.time = time;
    this.id = id;
  }

  static Session open(ClientScope scope, CreateSessionRequest request) {
    CreateSessionResponse response = scope.api().call(Operations.CREATE_SESSION, request);
    response.infoMessage().ifPresent(text -> show(System.Logger.Level.INFO, text));
    response.warningMessage().ifPresent(text -> show(System.Logger.Level.WARNING, text));
    response.errorMessage().ifPresent(text -> show(System.Logger.Level.ERROR, text));
    Session session = new Session(scope.api(), scope.time(), response.sessionId());
    session.heart = scope.threads().platformThread("heartbeat", session::beat);
    return session;
  }

  private static void show(System.Logger.Level level, String message) {
    if (!message.isEmpty()) {
      log.log(level, message);
    }
  }

  String id() {
    return id;
  }

  int nextModel() {
    return models.getAndIncrement();
  }

  int nextSampler() {
    return samplers.getAndIncrement();
  }

  private void beat() {
    SessionHeartbeatRequest request = SessionHeartbeatRequest.builder().sessionId(id).build();
    CallOptions options = CallOptions.builder().timeout(TIMEOUT).deadline(TIMEOUT).build();
    long last = time.nanoTime();
    try {
      while (true) {
        time.sleep(PERIOD);
        try {
          api.call(Operations.SESSION_HEARTBEAT, request, options);
          last = time.nanoTime();
        } catch (TinkerException e) {
          warn(Duration.ofNanos(time.nanoTime() - last), e);
        }
      }
    } catch (InterruptedException e) {
      log.log(System.Logger.Level.DEBUG, () -> "heartbeats end: session=" + id);
    }
  }

  private void warn(Duration silence, TinkerException last) {
    if (silence.compareTo(WARNING) > 0) {
      log.log(
          System.Logger.Level.WARNING,
          () ->
              "no heartbeat arrived for %s, the server may end the session: session=%s cause=%s"
                  .formatted(silence, id, last.getMessage()));
    }
  }

  /** Ends the heartbeats and tells the server; older servers do not know that call. */
  @Override
  public void close() {
    if (heart != null) {
      heart.interrupt();
    }
    try {
      api.call(Operations.FINISH_SESSION, id, CLOSING);
    } catch (TinkerException e) {
      log.log(System.Logger.Level.DEBUG, () -> "session not finished: " + e.getMessage());
    }
  }
}

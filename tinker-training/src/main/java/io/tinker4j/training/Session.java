package io.tinker4j.training;

import io.tinker4j.transport.ApiClient;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.CallOptions;
import io.tinker4j.transport.Operations;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.TinkerThreads;
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
  private static final Duration SUSPICION = Duration.ofSeconds(30);
  private static final Duration WARNING = Duration.ofMinutes(2);
  private static final CallOptions BEATING =
      CallOptions.builder().timeout(TIMEOUT).deadline(TIMEOUT).build();
  private static final CallOptions CLOSING =
      CallOptions.builder().deadline(Duration.ofSeconds(2)).maxRetries(0).build();

  private final ApiClient api;
  private final Time time;
  private final SessionListener listener;
  private final String id;
  private final AtomicInteger models = new AtomicInteger();
  private final AtomicInteger samplers = new AtomicInteger();
  private volatile long lastBeat;
  private volatile SessionListener.State state = SessionListener.State.ALIVE;
  private volatile @Nullable SessionLostException lost;
  private @Nullable Thread heart;

  private Session(ClientScope scope, SessionListener listener, String id) {
    this.api = scope.api();
    this.time = scope.time();
    this.listener = listener;
    this.id = id;
    this.lastBeat = time.nanoTime();
  }

  static Session open(
      ClientScope scope,
      TinkerThreads threads,
      CreateSessionRequest request,
      SessionListener listener) {
    CreateSessionResponse response = scope.api().call(Operations.CREATE_SESSION, request);
    ApiClient api = scope.api();
    response.infoMessage().ifPresent(text -> show(api, System.Logger.Level.INFO, text));
    response.warningMessage().ifPresent(text -> show(api, System.Logger.Level.WARNING, text));
    response.errorMessage().ifPresent(text -> show(api, System.Logger.Level.ERROR, text));
    Session session = new Session(scope, listener, response.sessionId());
    session.tell("");
    session.heart = threads.platformThread("heartbeat", session::beatOn);
    return session;
  }

  private static void show(ApiClient api, System.Logger.Level level, String message) {
    if (!message.isEmpty()) {
      log.log(level, api.redacted(message));
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

  boolean isLost() {
    return lost != null;
  }

  SessionListener.State state() {
    return state;
  }

  /** Returns how long ago the server last said that it has the session. */
  Duration silence() {
    return Duration.ofNanos(time.nanoTime() - lastBeat);
  }

  /**
   * Throws when the server has ended the session.
   *
   * @throws SessionLostException with the stack of this call
   */
  void checkAlive() {
    SessionLostException first = lost;
    if (first != null && first.getCause() != null) {
      throw new SessionLostException(id, first.getCause());
    }
  }

  private void beatOn() {
    SessionHeartbeatRequest request = SessionHeartbeatRequest.builder().sessionId(id).build();
    long due = time.nanoTime();
    try {
      while (lost == null) {
        due = Math.max(due + PERIOD.toNanos(), time.nanoTime());
        time.sleep(Duration.ofNanos(due - time.nanoTime()));
        beat(request);
      }
    } catch (InterruptedException e) {
      log.log(System.Logger.Level.DEBUG, () -> "heartbeats end: session=" + id);
    }
  }

  private void beat(SessionHeartbeatRequest request) {
    try {
      api.call(Operations.SESSION_HEARTBEAT, request, BEATING);
      lastBeat = time.nanoTime();
      change(SessionListener.State.ALIVE, "");
    } catch (ApiStatusException e) {
      if (e.status() == 404 || e.status() == 410) {
        lost = new SessionLostException(id, e);
        change(SessionListener.State.LOST, e.getMessage());
      } else {
        missed(e);
      }
    } catch (TinkerException e) {
      missed(e);
    }
  }

  private void missed(TinkerException cause) {
    Duration silence = silence();
    if (silence.compareTo(SUSPICION) > 0) {
      change(SessionListener.State.SUSPECT, cause.getMessage());
    }
    if (silence.compareTo(WARNING) > 0) {
      log.log(
          System.Logger.Level.WARNING,
          () ->
              "no heartbeat arrived for %s, the server may end the session: session=%s cause=%s"
                  .formatted(silence, id, cause.getMessage()));
    }
  }

  private void change(SessionListener.State now, @Nullable String reason) {
    if (state != now) {
      state = now;
      tell(reason == null ? "" : reason);
    }
  }

  private void tell(String reason) {
    try {
      listener.sessionChanged(new SessionListener.Change(id, state, reason));
    } catch (RuntimeException e) {
      log.log(System.Logger.Level.WARNING, "the session listener failed", e);
    }
  }

  /** Ends the heartbeats and tells the server; older servers do not know that call. */
  @Override
  public void close() {
    if (heart != null) {
      heart.interrupt();
    }
    if (lost != null) {
      return;
    }
    try {
      api.call(Operations.FINISH_SESSION, id, CLOSING);
    } catch (TinkerException e) {
      log.log(System.Logger.Level.DEBUG, () -> "session not finished: " + e.getMessage());
    }
  }
}

package io.tinker4j.training;

import io.tinker4j.training.internal.Once;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.Redaction;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.internal.TinkerThreads;
import io.tinker4j.types.GetSessionResponse;
import io.tinker4j.types.SessionOutcome;
import io.tinker4j.types.wire.CreateSessionRequest;
import io.tinker4j.types.wire.CreateSessionResponse;
import io.tinker4j.types.wire.FinishSessionRequest;
import io.tinker4j.types.wire.FinishSessionResponse;
import io.tinker4j.types.wire.GetSessionRequest;
import io.tinker4j.types.wire.SessionFinishReason;
import io.tinker4j.types.wire.SessionHeartbeatRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A session on the server, kept alive by a heartbeat every ten seconds on a platform thread of its
 * own, so that a busy JVM does not lose it. Counts its models and samplers.
 */
final class Session {
  private static final System.Logger log = System.getLogger(Session.class.getName());
  private static final Duration PERIOD = Duration.ofSeconds(10);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration SUSPICION = Duration.ofSeconds(30);

  /** Two calls of two seconds, and what of the user's is in them. */
  private static final Duration LONGEST_FINISH = Duration.ofSeconds(5);

  private static final Duration LONGEST_WORD = Duration.ofSeconds(5);
  private static final Duration WARNING = Duration.ofMinutes(2);
  private static final CallOptions BEATING =
      CallOptions.builder().timeout(TIMEOUT).deadline(TIMEOUT).build();
  private static final CallOptions CLOSING =
      CallOptions.builder().deadline(Duration.ofSeconds(2)).maxRetries(0).build();

  private final ApiClient api;
  private final TinkerThreads threads;
  private final Time time;
  private final SessionListener listener;
  private final String id;
  private final AtomicInteger models = new AtomicInteger();
  private final AtomicInteger samplers = new AtomicInteger();
  private final AtomicLong missed = new AtomicLong();
  private volatile long lastBeat;
  private volatile SessionListener.State state = SessionListener.State.ALIVE;
  private volatile @Nullable SessionLostException lost;
  private volatile boolean closed;
  private long due; // of the heartbeats' thread
  private volatile boolean configured;
  private final boolean isNew;
  private final Once<GetSessionResponse> known = new Once<>();
  private @Nullable Thread heart;

  private Session(
      ApiClient api, TinkerThreads threads, SessionListener listener, String id, boolean isNew) {
    this.api = api;
    this.threads = threads;
    this.time = api.time();
    this.listener = listener;
    this.id = id;
    this.configured = isNew;
    this.isNew = isNew;
    this.lastBeat = time.nanoTime();
  }

  static Session open(
      ApiClient api,
      TinkerThreads threads,
      CreateSessionRequest request,
      SessionListener listener) {
    CreateSessionResponse response = api.call(Operations.CREATE_SESSION, request);
    response.infoMessage().ifPresent(text -> show(api, System.Logger.Level.INFO, text));
    response.warningMessage().ifPresent(text -> show(api, System.Logger.Level.WARNING, text));
    response.errorMessage().ifPresent(text -> show(api, System.Logger.Level.ERROR, text));
    return new Session(api, threads, listener, response.sessionId(), true).begun();
  }

  /** Takes over a session that another client has opened; the first heartbeat is sent at once. */
  static Session adopt(ApiClient api, TinkerThreads threads, String id, SessionListener listener) {
    return new Session(api, threads, listener, id, false).begun();
  }

  private Session begun() {
    tell("");
    heart = threads.platformThread("heartbeat", this::beatOn);
    return this;
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
    count();
    return models.getAndIncrement();
  }

  int nextSampler() {
    count();
    return samplers.getAndIncrement();
  }

  /** Of an adopted session the server knows how many models and samplers it has had. */
  private void count() {
    if (isNew) {
      return;
    }
    GetSessionResponse unused =
        known.get(
            there -> true,
            () -> {
              GetSessionResponse found =
                  api.call(
                      Operations.GET_SESSION, GetSessionRequest.builder().sessionId(id).build());
              models.set(behind(found.trainingRunIds()));
              samplers.set(behind(found.samplerIds()));
              return found;
            });
  }

  /** Ids end in the number of what they name, on servers whose ids say so. */
  private static int behind(List<String> ids) {
    int next = ids.size();
    for (String each : ids) {
      String number = each.substring(each.lastIndexOf(':') + 1);
      if (number.matches("\\d{1,8}")) {
        next = Math.max(next, Integer.parseInt(number) + 1);
      }
    }
    return next;
  }

  boolean isLost() {
    return lost != null;
  }

  SessionListener.State state() {
    return state;
  }

  /** Returns how many heartbeats have not arrived. */
  long missedHeartbeats() {
    return missed.get();
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

  /** Nothing that a heartbeat throws ends them. */
  private void beatOn() {
    SessionHeartbeatRequest request = SessionHeartbeatRequest.builder().sessionId(id).build();
    due = configured ? time.nanoTime() : time.nanoTime() - PERIOD.toNanos();
    threads.repeat(
        "heartbeat",
        () -> {
          if (isOver()) {
            return false;
          }
          due = Math.max(due + PERIOD.toNanos(), time.nanoTime());
          time.sleep(Duration.ofNanos(due - time.nanoTime()));
          beat(request);
          return !isOver();
        });
    log.log(System.Logger.Level.DEBUG, () -> "heartbeats end: session=" + id);
  }

  private boolean isOver() {
    return closed || lost != null;
  }

  private void beat(SessionHeartbeatRequest request) {
    try {
      configure(BEATING);
      api.call(Operations.SESSION_HEARTBEAT, request, BEATING);
      lastBeat = time.nanoTime();
      change(SessionListener.State.ALIVE, "");
    } catch (ApiStatusException e) {
      if (e.status() == 404 || e.status() == 410) {
        lost = new SessionLostException(id, e);
        change(
            e.status() == 410 ? SessionListener.State.FINISHED : SessionListener.State.LOST,
            api.summary(e));
      } else {
        missed(e);
      }
    } catch (ConnectionException e) {
      missed(e);
    } catch (CallInterruptedException e) {
      throw e;
    } catch (Throwable e) { // such as what a user's credential source throws
      threads.noteFailure("heartbeat", e);
      missed(e);
    }
  }

  private void missed(Throwable cause) {
    missed.incrementAndGet();
    Duration silence = silence();
    if (silence.compareTo(SUSPICION) > 0) {
      change(SessionListener.State.SUSPECT, api.summary(cause));
    }
    if (silence.compareTo(WARNING) > 0) {
      log.log(
          System.Logger.Level.WARNING,
          () ->
              "no heartbeat arrived for %s, the server may end the session: session=%s cause=%s"
                  .formatted(silence, id, api.summary(cause)));
    }
  }

  private void change(SessionListener.State now, String reason) {
    // A heartbeat that was under way when the session was finished may arrive all the same.
    if (state != now && state != SessionListener.State.FINISHED) {
      state = now;
      tell(reason);
    }
  }

  private void tell(String reason) {
    try {
      listener.sessionChanged(new SessionListener.Change(id, state, reason));
    } catch (RuntimeException | Error e) {
      log.log(System.Logger.Level.WARNING, "the session listener failed", api.redacted(e));
    }
  }

  /**
   * Ends the heartbeats and tells the server how the session has ended; the first to tell it
   * decides. A refusal changes nothing about the end of this client; nor do a listener, a
   * credential source and a transport that block, which are waited for five seconds.
   */
  void finish(SessionOutcome outcome, @Nullable String detail) {
    closed = true;
    if (heart != null) {
      heart.interrupt();
    }
    if (lost != null) {
      return;
    }
    FinishSessionRequest.Builder request =
        FinishSessionRequest.builder()
            .sessionId(id)
            .reason(SessionFinishReason.builder().type(outcome).build());
    if (detail != null) {
      request.detail(Redaction.report(api.redacted(detail)));
    }
    AtomicBoolean isFinished = new AtomicBoolean();
    if (!threads.within("finish", LONGEST_FINISH, () -> isFinished.set(finish(request.build())))) {
      log.log(
          System.Logger.Level.WARNING,
          () ->
              "the session was not finished in time; the server ends it when heartbeats are"
                  + " missing:"
                  + " session=%s outcome=%s".formatted(id, outcome));
    }
    if (isFinished.get()) {
      boolean unused =
          threads.within(
              "listener", LONGEST_WORD, () -> change(SessionListener.State.FINISHED, ""));
    }
  }

  /** Returns whether the server has ended the session. */
  private boolean finish(FinishSessionRequest request) {
    try {
      configure(CLOSING);
      FinishSessionResponse unused = api.call(Operations.FINISH_SESSION, request, CLOSING);
      return true;
    } catch (DecodeException e) {
      return true;
    } catch (RuntimeException e) { // also of a user's credential source
      log.log(
          System.Logger.Level.WARNING,
          () ->
              "the session was not finished; the server ends it when heartbeats are missing:"
                  + " session=%s outcome=%s cause=%s"
                      .formatted(id, request.reason().type(), api.summary(e)));
      return false;
    }
  }

  /** What a client does first; one that has opened the session itself has done it. */
  private void configure(CallOptions options) {
    if (!configured) {
      api.configure(api.call(Operations.CLIENT_CONFIG, DynamicConfig.request(api), options));
      configured = true;
    }
  }
}

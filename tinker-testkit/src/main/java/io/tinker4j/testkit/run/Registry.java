package io.tinker4j.testkit.run;

import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.time.ServerTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Sessions, models and samplers by id. What belongs to somebody else is as good as unknown. Safe
 * for use by many threads.
 */
public final class Registry {
  private final ServerTime clock;
  private final Duration sessionTimeout;
  private final Chronicle chronicle;
  private final Behaviour behaviour;
  private final Map<String, ServerSession> sessions = new ConcurrentHashMap<>();
  private final Map<String, BoundSampler> samplers = new ConcurrentHashMap<>();

  /** Guards: models. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<String, Entry> models = new HashMap<>();

  public Registry(
      ServerTime clock, Duration sessionTimeout, Chronicle chronicle, Behaviour behaviour) {
    this.behaviour = behaviour;
    this.chronicle = chronicle;
    this.clock = clock;
    this.sessionTimeout = sessionTimeout;
  }

  /** A model and the request it was created by. */
  public record Entry(
      TrainedModel model, String fingerprint, String requestId, long journalEntry) {}

  /** Adds a session durably. */
  public void addSession(ServerSession session) {
    expireSessions();
    session.heartbeat(clock.instant(), clock.nanoTime());
    long entry = chronicle.session(session);
    sessions.put(session.id(), session);
    chronicle.sync(entry);
  }

  /** Adds a session of former times; it counts as alive now. */
  public void restoreSession(ServerSession session) {
    session.heartbeat(clock.instant(), clock.nanoTime());
    sessions.put(session.id(), session);
  }

  /** Adds a model of former times. */
  public void restoreModel(Entry entry) {
    lock.lock();
    try {
      models.put(entry.model().id(), entry);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns a session that is alive.
   *
   * @throws RefusedException 404 when it is unknown, 410 when it has expired
   */
  public ServerSession session(String owner, String id) {
    ServerSession session = anySession(owner, id);
    requireAlive(session);
    return session;
  }

  /** Returns a session, also one that is over. */
  public ServerSession anySession(String owner, String id) {
    ServerSession session = sessions.get(id);
    if (session == null || !session.owner().equals(owner)) {
      throw RefusedException.notFound("session " + id + " is unknown");
    }
    return session;
  }

  /** A session, whoever owns it. */
  public Optional<ServerSession> findSession(String id) {
    return Optional.ofNullable(sessions.get(id));
  }

  /** All sessions of an owner, the latest first. */
  public List<ServerSession> sessions(String owner) {
    return sessions.values().stream()
        .filter(session -> session.owner().equals(owner))
        .sorted(
            Comparator.comparing(ServerSession::created)
                .reversed()
                .thenComparing(ServerSession::id))
        .toList();
  }

  /** The project of the session that a run came from. */
  public Optional<String> projectOf(String runId) {
    TrainedModel model = findModel(runId);
    if (model != null) {
      return model.session().project();
    }
    int end = runId.indexOf(":train:");
    return end < 0
        ? Optional.empty()
        : findSession(runId.substring(0, end)).flatMap(ServerSession::project);
  }

  public void moveToProject(ServerSession session, String project) {
    session.moveTo(project);
    chronicle.sync(chronicle.sessionChange("session_moved", session));
  }

  /** Finishes a session, durably, unless it is finished; returns how it was finished first. */
  public ServerSession.Ending finish(
      ServerSession session, String reason, @Nullable String detail) {
    ServerSession.Ending first =
        session.finish(new ServerSession.Ending(reason, detail, clock.instant()));
    chronicle.sync(chronicle.sessionFinished(session, first));
    return first;
  }

  public void heartbeat(String owner, String id) {
    ServerSession session = session(owner, id);
    if (session.isFinished()) {
      throw RefusedException.gone("session " + id + " is finished");
    }
    session.heartbeat(clock.instant(), clock.nanoTime());
    expireSessions();
  }

  private void requireAlive(ServerSession session) {
    expireIfSilent(session, clock.instant());
    if (session.isExpired()) {
      throw RefusedException.gone(
          "session "
              + session.id()
              + " has expired; it needs a heartbeat every "
              + sessionTimeout.toSeconds()
              + " s");
    }
  }

  private void expireSessions() {
    Instant now = clock.instant();
    sessions.values().forEach(session -> expireIfSilent(session, now));
  }

  private void expireIfSilent(ServerSession session, Instant now) {
    if (session.isExpired()
        || session.isFinished()
        || !session.lastHeartbeat().plus(sessionTimeout).isBefore(now)) {
      return;
    }
    expire(session);
  }

  private void expire(ServerSession session) {
    session.expire();
    chronicle.sync(chronicle.sessionChange("session_expired", session));
    for (TrainedModel model : modelsOf(session)) {
      Promise unused = model.unload();
    }
  }

  /** Ends a session as a fault; does nothing when there is none of this id. */
  public void killSession(String id) {
    ServerSession session = sessions.get(id);
    if (session != null && !session.isExpired()) {
      expire(session);
    }
  }

  /** The sessions that are neither finished nor expired. */
  public Set<String> openSessions() {
    return sessions.values().stream()
        .filter(session -> !session.isFinished() && !session.isExpired())
        .map(ServerSession::id)
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Adds a model unless the same request has already done so.
   *
   * @param creation makes the model; it does not block
   * @return the entry of the first request
   * @throws RefusedException 409 when another request has created a model of this id
   */
  public Entry addModel(String id, String fingerprint, Supplier<Entry> creation) {
    lock.lock();
    try {
      Entry entry = models.get(id);
      if (entry == null) {
        entry = creation.get();
        models.put(id, entry);
      } else if (!entry.fingerprint().equals(fingerprint)) {
        throw RefusedException.conflict("model " + id + " was created by another request");
      }
      return entry;
    } finally {
      lock.unlock();
    }
  }

  /** Returns a model, also one that is unloaded. */
  public TrainedModel anyModel(String owner, String id) {
    TrainedModel model = findModel(id);
    if (model == null || !model.session().owner().equals(owner)) {
      throw behaviour.notLoaded(id);
    }
    return model;
  }

  /** Returns a model that is not unloaded and notes that its run was used. */
  public TrainedModel model(String owner, String id) {
    TrainedModel model = anyModel(owner, id);
    requireAlive(model.session());
    if (model.isUnloaded()) {
      throw RefusedException.notFound("model " + id + " is unloaded");
    }
    model.run().touch(clock.instant());
    return model;
  }

  /** Returns a model, whoever owns it, or null. */
  @Nullable
  public TrainedModel findModel(String id) {
    lock.lock();
    try {
      Entry entry = models.get(id);
      return entry == null ? null : entry.model();
    } finally {
      lock.unlock();
    }
  }

  /** The models of a session in the order of their ids. */
  public List<TrainedModel> modelsOf(ServerSession session) {
    lock.lock();
    try {
      return models.values().stream()
          .map(Entry::model)
          .filter(model -> model.session() == session)
          .sorted(Comparator.comparing(TrainedModel::id))
          .toList();
    } finally {
      lock.unlock();
    }
  }

  public List<String> modelIds(ServerSession session) {
    return modelsOf(session).stream().map(TrainedModel::id).toList();
  }

  public List<String> samplerIds(ServerSession session) {
    return samplers.values().stream()
        .filter(sampler -> sampler.sessionId().equals(session.id()))
        .map(BoundSampler::id)
        .sorted()
        .toList();
  }

  /** Adds a sampler; returns the one that has the id already, if any, and then adds none. */
  public Optional<BoundSampler> addSampler(BoundSampler sampler) {
    return Optional.ofNullable(samplers.putIfAbsent(sampler.id(), sampler));
  }

  /** The sampler of an id that was given to a session of its owner, if any. */
  public Optional<BoundSampler> findSampler(String id) {
    return Optional.ofNullable(samplers.get(id));
  }

  /**
   * Returns a sampler of a session that is alive.
   *
   * @throws RefusedException 404 when it is unknown, 410 when its session has expired
   */
  public BoundSampler sampler(String owner, String id) {
    BoundSampler sampler = samplers.get(id);
    if (sampler == null || !sampler.owner().equals(owner)) {
      throw RefusedException.notFound("sampler " + id + " is unknown");
    }
    findSession(sampler.sessionId()).ifPresent(this::requireAlive);
    return sampler;
  }
}

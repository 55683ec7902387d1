package io.tinker4j.testkit;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Sessions, models and samplers by id. What belongs to somebody else is as good as unknown. Safe
 * for use by many threads.
 */
final class Registry {
  private final InstantSource clock;
  private final Map<String, Session> sessions = new ConcurrentHashMap<>();
  private final Map<String, BoundSampler> samplers = new ConcurrentHashMap<>();

  /** Guards: models. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<String, Entry> models = new HashMap<>();

  Registry(InstantSource clock) {
    this.clock = clock;
  }

  /** A model and the request it was created by. */
  record Entry(TrainedModel model, String fingerprint, Promise promise) {}

  Session createSession(String owner) {
    Session session = new Session(UUID.randomUUID().toString(), owner, clock.instant());
    sessions.put(session.id(), session);
    return session;
  }

  Session session(String owner, String id) {
    Session session = sessions.get(id);
    if (session == null || !session.owner().equals(owner)) {
      throw RefusedException.notFound("session " + id + " is unknown");
    }
    session.requireAlive();
    return session;
  }

  void heartbeat(String owner, String id) {
    Session session = session(owner, id);
    if (session.isFinished()) {
      throw RefusedException.gone("session " + id + " is finished");
    }
    session.heartbeat(clock.instant());
  }

  /** Ends a session as a fault; does nothing when there is none of this id. */
  void killSession(String id) {
    Session session = sessions.get(id);
    if (session != null) {
      session.kill();
    }
  }

  /** The sessions whose clients have not finished them. */
  Set<String> openSessions() {
    return sessions.values().stream()
        .filter(session -> !session.isFinished())
        .map(Session::id)
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Adds a model unless the same request has already done so.
   *
   * @param creation makes the model; it does not block
   * @return the promise of the first request
   * @throws RefusedException 409 when another request has created a model of this id
   */
  Promise addModel(String id, String fingerprint, Supplier<Entry> creation) {
    lock.lock();
    try {
      Entry entry = models.get(id);
      if (entry == null) {
        entry = creation.get();
        models.put(id, entry);
      } else if (!entry.fingerprint().equals(fingerprint)) {
        throw RefusedException.conflict("model " + id + " was created by another request");
      }
      return entry.promise();
    } finally {
      lock.unlock();
    }
  }

  /** Returns a model, also one that is unloaded. */
  TrainedModel anyModel(String owner, String id) {
    TrainedModel model = findModel(id);
    if (model == null || !model.session().owner().equals(owner)) {
      throw RefusedException.notFound("model " + id + " is unknown");
    }
    return model;
  }

  /** Returns a model that is not unloaded and notes that its run was used. */
  TrainedModel model(String owner, String id) {
    TrainedModel model = anyModel(owner, id);
    if (model.isUnloaded()) {
      throw RefusedException.notFound("model " + id + " is unloaded");
    }
    model.session().requireAlive();
    model.run().touch(clock.instant());
    return model;
  }

  /** Returns a model for the test that runs the server, or null. */
  @Nullable TrainedModel findModel(String id) {
    lock.lock();
    try {
      Entry entry = models.get(id);
      return entry == null ? null : entry.model();
    } finally {
      lock.unlock();
    }
  }

  /** Adds a sampler; returns the one that has the id already, if any, and then adds none. */
  Optional<BoundSampler> addSampler(BoundSampler sampler) {
    return Optional.ofNullable(samplers.putIfAbsent(sampler.id(), sampler));
  }

  /** The sampler of an id that was given to a session of its owner, if any. */
  Optional<BoundSampler> findSampler(String id) {
    return Optional.ofNullable(samplers.get(id));
  }

  BoundSampler sampler(String owner, String id) {
    BoundSampler sampler = samplers.get(id);
    if (sampler == null || !sampler.owner().equals(owner)) {
      throw RefusedException.notFound("sampler " + id + " is unknown");
    }
    Session session = sessions.get(id.substring(0, Math.max(0, id.indexOf(':'))));
    if (session != null) {
      session.requireAlive();
    }
    return sampler;
  }
}

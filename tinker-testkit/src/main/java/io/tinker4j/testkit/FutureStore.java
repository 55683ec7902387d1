package io.tinker4j.testkit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/**
 * All promises of the server by request id. Those retrieved are kept for retrieval again, up to a
 * limit; beyond it the oldest is forgotten and its id answered with 410.
 */
final class FutureStore implements AutoCloseable {
  private static final int KEPT = 10_000;

  /** Tells this server's ids from those of others. */
  private final String prefix = UUID.randomUUID() + "-";

  /** Guards all fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<String, Promise> promises = new HashMap<>();
  private final Map<String, Boolean> retrieved = new HashMap<>();
  private final Deque<String> retrievalOrder = new ArrayDeque<>();
  private final int kept;
  private long issued;
  private boolean closed;

  FutureStore() {
    this(KEPT);
  }

  FutureStore(int kept) {
    this.kept = kept;
  }

  /** Makes a new promise. */
  Promise create() {
    lock.lock();
    try {
      if (closed) {
        throw RefusedException.unavailable();
      }
      Promise promise = new Promise(prefix + issued);
      issued++;
      promises.put(promise.requestId(), promise);
      return promise;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns a promise.
   *
   * @throws RefusedException 404 when there never was one of this id, 410 when it is forgotten
   */
  Promise get(String requestId) {
    lock.lock();
    try {
      Promise promise = promises.get(requestId);
      if (promise != null) {
        return promise;
      }
      throw wasIssued(requestId)
          ? RefusedException.gone("request " + requestId + " has expired")
          : RefusedException.notFound("request " + requestId + " is unknown");
    } finally {
      lock.unlock();
    }
  }

  /** Notes that the outcome of a promise was handed out. */
  void retrieved(Promise promise) {
    lock.lock();
    try {
      if (retrieved.putIfAbsent(promise.requestId(), true) == null) {
        retrievalOrder.add(promise.requestId());
      }
      while (retrievalOrder.size() > kept) {
        String oldest = retrievalOrder.remove();
        retrieved.remove(oldest);
        promises.remove(oldest);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Forgets a promise: its id is answered with 410 from now on. */
  void expire(String requestId) {
    lock.lock();
    try {
      promises.remove(requestId);
    } finally {
      lock.unlock();
    }
  }

  private boolean wasIssued(String requestId) {
    if (!requestId.startsWith(prefix)) {
      return false;
    }
    String number = requestId.substring(prefix.length());
    return number.matches("0|[1-9][0-9]{0,17}") && Long.parseLong(number) < issued;
  }

  /** Ends every wait. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      promises.values().forEach(promise -> promise.complete(new Outcome.Lost()));
    } finally {
      lock.unlock();
    }
  }
}

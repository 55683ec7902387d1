package io.tinker4j.testkit.run;

import io.tinker4j.testkit.http.RefusedException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * All promises of the server by request id. Those retrieved are kept for retrieval again, up to a
 * limit of their number and size; beyond it the oldest is forgotten and its id answered with 410.
 */
public final class FutureStore implements AutoCloseable {
  private static final int KEPT = 10_000;
  private static final long KEPT_BYTES = 16 << 20;

  /** Tells this server's ids from those of others. */
  private final String prefix;

  /** Guards all fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<String, Promise> promises = new HashMap<>();
  private final Map<String, Long> retrieved = new LinkedHashMap<>();
  private final int kept;
  private final long keptBytes;
  private long retrievedBytes;
  private long issued;
  private boolean closed;

  /** Makes ids that begin with {@code prefix}. */
  public FutureStore(String prefix) {
    this(prefix, KEPT, KEPT_BYTES);
  }

  public FutureStore(String prefix, int kept, long keptBytes) {
    this.prefix = prefix;
    this.kept = kept;
    this.keptBytes = keptBytes;
  }

  /** Makes a new promise. */
  public Promise create(String owner) {
    lock.lock();
    try {
      if (closed) {
        throw RefusedException.unavailable();
      }
      Promise promise = new Promise(owner, prefix + issued);
      issued++;
      promises.put(promise.requestId(), promise);
      return promise;
    } finally {
      lock.unlock();
    }
  }

  /** Makes a promise of former times again. */
  public Promise restore(String owner, String requestId) {
    lock.lock();
    try {
      Promise promise = new Promise(owner, requestId);
      promises.put(requestId, promise);
      noteIssued(requestId);
      return promise;
    } finally {
      lock.unlock();
    }
  }

  /** Notes that an id of former times was given out, so that it is not given out again. */
  private void noteIssued(String requestId) {
    lock.lock();
    try {
      if (requestId.startsWith(prefix)) {
        issued = Math.max(issued, Long.parseLong(requestId.substring(prefix.length())) + 1);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns a promise of an owner.
   *
   * @throws RefusedException 404 when there never was one of this id or it is somebody else's, 410
   *     when it is forgotten
   */
  public Promise get(String owner, String requestId) {
    lock.lock();
    try {
      Promise promise = promises.get(requestId);
      if (promise != null && promise.owner().equals(owner)) {
        return promise;
      }
      throw promise == null && wasIssued(requestId)
          ? RefusedException.gone("request " + requestId + " has expired")
          : RefusedException.notFound("request " + requestId + " is unknown");
    } finally {
      lock.unlock();
    }
  }

  /** Notes that the outcome of a promise, of this many bytes in memory, was handed out. */
  public void retrieved(Promise promise, long bytes) {
    lock.lock();
    try {
      if (retrieved.putIfAbsent(promise.requestId(), bytes) == null) {
        retrievedBytes += bytes;
      }
      Iterator<Map.Entry<String, Long>> oldest = retrieved.entrySet().iterator();
      while (retrieved.size() > kept || (retrievedBytes > keptBytes && retrieved.size() > 1)) {
        Map.Entry<String, Long> entry = oldest.next();
        retrievedBytes -= entry.getValue();
        promises.remove(entry.getKey());
        oldest.remove();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Forgets a promise: its id is answered with 410 from now on. */
  public void expire(String requestId) {
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

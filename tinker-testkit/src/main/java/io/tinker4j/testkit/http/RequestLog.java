package io.tinker4j.testkit.http;

import io.tinker4j.testkit.observe.RecordedRequest;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The newest requests in the order of their arrival, as many as fit. Safe for use by many threads.
 */
public final class RequestLog {
  private static final int MOST = 10_000;
  private static final long MOST_BYTES = 16L << 20;

  /** Guards all fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Deque<ReceivedRequest> requests = new ArrayDeque<>();
  private final Consumer<RecordedRequest> listener;
  private long bytes;

  public RequestLog(Consumer<RecordedRequest> listener) {
    this.listener = listener;
  }

  void add(ReceivedRequest request) {
    lock.lock();
    try {
      requests.add(request);
      bytes += request.size();
      while (requests.size() > MOST || (bytes > MOST_BYTES && requests.size() > 1)) {
        bytes -= requests.remove().size();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Notes the end of a request; status 0 when it was dropped. */
  void answered(ReceivedRequest request, int status, Instant now) {
    request.answered(status, now);
    listener.accept(request);
  }

  public List<RecordedRequest> all() {
    lock.lock();
    try {
      return List.<RecordedRequest>copyOf(requests);
    } finally {
      lock.unlock();
    }
  }

  public void clear() {
    lock.lock();
    try {
      requests.clear();
      bytes = 0;
    } finally {
      lock.unlock();
    }
  }
}

package io.tinker4j.training;

import io.tinker4j.training.internal.PendingCalls;
import io.tinker4j.training.telemetry.Telemetry;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.internal.TinkerThreads;
import io.tinker4j.types.SessionOutcome;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What of a service client goes on by itself: its session with the heartbeats, its reports, threads
 * and connections. They end when the client is closed; or, with a warning, when it was forgotten:
 * when nothing that it made can be used any more. So nothing here, and no thread that runs for
 * long, may lead to the service client or to the clients that it made. Thread-safe.
 */
final class ClientShutdown {
  private static final System.Logger log = System.getLogger(ClientShutdown.class.getName());
  private static final Cleaner CLEANER = Cleaner.create();

  /** How long reports may take when the operations in progress have used up all the time. */
  private static final Duration LAST_REPORTS = Duration.ofSeconds(1);

  /** How much longer than its own time whoever comes second waits. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final ApiClient api;
  private final TinkerThreads threads;
  private final Telemetry telemetry;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final ReentrantLock lock = new ReentrantLock(); // guards: the fields below
  private @Nullable Session session;
  private @Nullable DynamicConfig refreshing;
  private boolean isEnding;
  private @Nullable Thread closing;
  private Cleaner.@Nullable Cleanable unused;
  private boolean isLent;

  ClientShutdown(ApiClient api, TinkerThreads threads, Telemetry telemetry) {
    this.api = api;
    this.threads = threads;
    this.telemetry = telemetry;
  }

  /**
   * Watches over what is lost when nobody can use the client any more.
   *
   * @param owned what the service client and all that it makes refer to
   */
  void endWith(PendingCalls owned) {
    Cleaner.Cleanable registered = CLEANER.register(owned, this::forgotten);
    lock.lock();
    try {
      unused = registered;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Notes the session that is to be ended; an earlier one is lost.
   *
   * @return false when all is being ended: then whoever has opened it ends it
   */
  boolean opened(Session opened) {
    lock.lock();
    try {
      session = opened;
      return closing == null;
    } finally {
      lock.unlock();
    }
  }

  @Nullable Session session() {
    lock.lock();
    try {
      return session;
    } finally {
      lock.unlock();
    }
  }

  /** Notes what asks for the server's settings again and again, if anything does. */
  void refreshes(@Nullable DynamicConfig config) {
    lock.lock();
    try {
      refreshing = config;
    } finally {
      lock.unlock();
    }
  }

  /** Notes that somebody has the connection who does not refer to the service client. */
  void lend() {
    lock.lock();
    try {
      isLent = true;
    } finally {
      lock.unlock();
    }
  }

  /** Does something that may block, for at most that long; see {@link TinkerThreads#within}. */
  boolean within(String role, Duration longest, Runnable task) {
    return threads.within(role, longest, task);
  }

  /** Returns what failed in the background and could be told to no caller. */
  TinkerThreads.Failures failures() {
    return threads.failures();
  }

  boolean isEnding() {
    lock.lock();
    try {
      return isEnding;
    } finally {
      lock.unlock();
    }
  }

  /** What the server is told about the end of the session. */
  record Ending(SessionOutcome outcome, @Nullable String detail) {
    static final Ending SUCCESS = new Ending(SessionOutcome.SUCCESS, null);
    static final Ending SHUTDOWN =
        new Ending(SessionOutcome.INTERRUPTED, "the process was asked to end");
    static final Ending FORGOTTEN =
        new Ending(SessionOutcome.INTERRUPTED, "the client was not closed and nobody uses it");
  }

  /** Ends all; whoever comes second waits until it has ended. */
  void close(PendingCalls pending, Duration drain, Ending ending) {
    if (!begin()) {
      awaitEnd(drain);
      return;
    }
    long start = Time.system().nanoTime();
    boolean wasInterrupted = false;
    try {
      pending.close();
      wasInterrupted = !drained(pending, drain);
      end(Duration.ofNanos(Time.nanos(drain) - (Time.system().nanoTime() - start)), ending);
    } finally {
      release(pending);
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean begin() {
    lock.lock();
    try {
      boolean isFirst = !isEnding;
      if (isFirst) {
        isEnding = true;
        closing = Thread.currentThread();
      }
      return isFirst;
    } finally {
      lock.unlock();
    }
  }

  /**
   * A listener that closes the client while it is being closed does not wait for itself, nor does
   * any other of the client's threads: whoever closes it waits for them.
   */
  private void awaitEnd(Duration drain) {
    if (threads.isCurrent()) {
      return;
    }
    lock.lock();
    try {
      if (closing == Thread.currentThread()) {
        return;
      }
    } finally {
      lock.unlock();
    }
    try {
      boolean unused = ended.await(Time.nanos(drain) + GRACE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns false when an interrupt has ended the waiting; it is taken back, to end in order. */
  private static boolean drained(PendingCalls pending, Duration longest) {
    boolean wasInterrupted = Thread.interrupted();
    try {
      if (!pending.awaitNone(wasInterrupted ? Duration.ZERO : longest)) {
        log.log(
            System.Logger.Level.WARNING,
            () -> "closed with operations in progress: count=" + pending.count());
      }
      return !wasInterrupted;
    } catch (InterruptedException e) {
      return false;
    }
  }

  private void end(Duration left, Ending ending) {
    telemetry.sessionEnded();
    Session open = session();
    if (open != null) {
      open.finish(ending.outcome(), ending.detail());
    }
    try {
      telemetry.close(left.compareTo(LAST_REPORTS) < 0 ? LAST_REPORTS : left);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What user's code holds up, in spite of interrupts, fails here. */
  private void release(@Nullable PendingCalls pending) {
    threads.close(Duration.ZERO);
    if (pending != null) {
      pending.fail(LAST_REPORTS);
    }
    api.close();
    letGo();
    ended.countDown();
  }

  /** A thread that ends the client, and its task, would be kept as long as the cleaner is. */
  private void letGo() {
    Cleaner.Cleanable watch;
    lock.lock();
    try {
      closing = null;
      watch = unused;
      unused = null;
    } finally {
      lock.unlock();
    }
    if (watch != null) {
      watch.clean();
    }
  }

  /** On the thread of all cleaners, which must not be kept. */
  private void forgotten() {
    if (begin()) {
      Session open = session();
      String id = open == null ? "none" : open.id();
      log.log(
          System.Logger.Level.WARNING,
          () ->
              "a ServiceClient was not closed and nobody uses it any more; its heartbeats end:"
                  + " session="
                  + id);
      threads.start("forgotten", this::endForgotten);
    }
  }

  private void endForgotten() {
    end(LAST_REPORTS, Ending.FORGOTTEN);
    if (!isLent()) {
      release(null);
    }
  }

  /** Whoever has the connection keeps it, but for what nobody asks for any more. */
  private boolean isLent() {
    lock.lock();
    try {
      if (refreshing != null) {
        refreshing.stop();
      }
      return isLent;
    } finally {
      lock.unlock();
    }
  }
}

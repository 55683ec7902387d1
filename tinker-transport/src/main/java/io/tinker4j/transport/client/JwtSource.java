package io.tinker4j.transport.client;

import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.internal.TinkerThreads;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A short-lived token, for which a lasting credential is exchanged: in the background five minutes
 * before it expires, and on demand when a minute or less is left. When an exchange fails, the old
 * token goes on being used and the next try is a minute later, on demand five seconds.
 */
final class JwtSource implements CredentialSource, AutoCloseable {
  private static final System.Logger log = System.getLogger(JwtSource.class.getName());
  private static final Duration BACKGROUND = Duration.ofMinutes(5);
  private static final Duration ON_DEMAND = Duration.ofMinutes(1);
  private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);
  private static final Duration AFTER_FAILURE_ON_DEMAND = Duration.ofSeconds(5);

  private final Time time;
  private final Supplier<String> exchange;
  private final TinkerThreads threads;
  private final ReentrantLock exchanging = new ReentrantLock(); // held during an exchange
  private final ReentrantLock lock = new ReentrantLock(); // guards: next, closed
  private volatile @Nullable String token;
  private volatile Instant noExchangeBefore = Instant.MIN;
  private Time.@Nullable Scheduled next;
  private boolean closed;

  JwtSource(Time time, TinkerThreads threads, Supplier<String> exchange) {
    this.time = time;
    this.threads = threads;
    this.exchange = exchange;
  }

  /** Gets the first token and starts the refreshing; throws what the exchange throws. */
  void start() {
    String first = exchange.get();
    token = first;
    schedule(untilRefresh(first));
  }

  @Override
  public String credential() throws InterruptedException {
    String current = token;
    if (current != null && !isDue(current)) {
      return current;
    }
    exchanging.lockInterruptibly();
    try {
      current = token;
      return current != null && !isDue(current) ? current : exchanged(current);
    } finally {
      exchanging.unlock();
    }
  }

  private boolean isDue(String current) {
    return left(current).compareTo(ON_DEMAND) <= 0 && !time.now().isBefore(noExchangeBefore);
  }

  /** Nothing is left of a token whose expiry cannot be read. */
  private Duration left(String current) {
    return Jwt.expiry(current)
        .map(expiry -> Duration.between(time.now(), expiry))
        .orElse(Duration.ZERO);
  }

  private String exchanged(@Nullable String old) {
    try {
      String fresh = exchange.get();
      token = fresh;
      return fresh;
    } catch (CallInterruptedException e) {
      throw e;
    } catch (RuntimeException e) { // a user's credential source throws what it likes
      if (old == null) {
        throw e;
      }
      noExchangeBefore = time.now().plus(AFTER_FAILURE_ON_DEMAND);
      threads.noteFailure("token", e);
      return old;
    }
  }

  private Duration untilRefresh(String current) {
    Duration wait = left(current).minus(BACKGROUND);
    return wait.isPositive() ? wait : AFTER_FAILURE;
  }

  private void schedule(Duration wait) {
    lock.lock();
    try {
      if (!closed) {
        next = time.schedule(wait, this::startRefresh);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Without a thread for it, as when there is no memory, the next try is a minute later. */
  private void startRefresh() {
    try {
      Thread unused = threads.start("token", this::refresh);
    } catch (IllegalStateException e) {
      log.log(System.Logger.Level.DEBUG, "tokens are no longer refreshed: the client is closed");
    } catch (RuntimeException | Error e) {
      threads.noteFailure("token", e);
      schedule(AFTER_FAILURE);
    }
  }

  private void refresh() {
    Duration wait = AFTER_FAILURE;
    try {
      exchanging.lockInterruptibly();
      try {
        String old = token;
        String fresh = exchanged(old);
        wait = fresh.equals(old) ? AFTER_FAILURE : untilRefresh(fresh);
      } finally {
        exchanging.unlock();
      }
    } catch (InterruptedException | CallInterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      threads.noteFailure("token", e);
    } finally {
      schedule(wait);
    }
  }

  /** Ends the refreshing in the background. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (next != null) {
        next.cancel();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "JwtSource{***}";
  }
}

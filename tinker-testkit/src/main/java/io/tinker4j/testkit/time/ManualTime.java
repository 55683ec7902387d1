package io.tinker4j.testkit.time;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.transport.Time;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A clock that tests turn by hand, or that turns itself when everybody waits. Given to an {@link
 * EmbeddedTinkerServer} and to the clients that talk to it, it makes hours of heartbeats, polls and
 * back-offs pass in moments, without any of them being skipped.
 *
 * {@snippet :
 * try (ManualTime time = ManualTime.autoAdvancing();
 *     EmbeddedTinkerServer server = EmbeddedTinkerServer.builder().time(time).start()) {
 *   // a client built with the same time
 * }
 * }
 *
 * <p>Time goes from one deadline to the next, and at each it stops until all is quiet again: the
 * server has nothing to do, each call of a client is one that the server holds, every thread that
 * has ever asked this clock is waiting, and no virtual thread runs, known or not. What this clock
 * cannot see, such as an answer that never comes, or a virtual thread that computes for long, is
 * waited for during one real second, or longer on a busy machine; then time goes on.
 *
 * <p>Safe for use by many threads.
 */
public final class ManualTime implements Time, AutoCloseable {
  private static final Logger LOG = System.getLogger(ManualTime.class.getName());
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /** How many times as fast as real time this one flies at most, when it turns itself. */
  private static final long MOST_SPEED = 50_000;

  private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);

  /** Held by whoever moves the time on. */
  private final ReentrantLock advancing = new ReentrantLock();

  private final Clockwork works = new Clockwork();
  private final AtomicReference<Duration> shift = new AtomicReference<>(Duration.ZERO);

  private ManualTime() {}

  /** Returns a clock that stands still until it is {@linkplain #advance advanced}. */
  public static ManualTime create() {
    ManualTime time = new ManualTime();
    long unused = time.nanoTime();
    return time;
  }

  /** Returns a clock that goes to the next deadline whenever everybody waits. Close it. */
  public static ManualTime autoAdvancing() {
    ManualTime time = create();
    Thread.ofPlatform().daemon().name("tinker-manual-time").start(time::run);
    return time;
  }

  @Override
  public Instant now() {
    return START.plusNanos(works.nanos()).plus(shift.get());
  }

  @Override
  public long nanoTime() {
    return works.nanos();
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    Thread thread = Thread.currentThread();
    works.lock.lockInterruptibly();
    try {
      works.activity.know(thread);
      if (duration.isNegative() || duration.isZero()) {
        return;
      }
      Condition woken = works.lock.newCondition();
      Deadlines.Wait wait =
          works.add(
              duration,
              () -> {
                works.activity.addWaking(1);
                woken.signal();
              },
              null);
      works.activity.sleeps(thread);
      try {
        while (!wait.isOver()) {
          woken.await();
        }
      } finally {
        works.activity.sleepsNoMore(thread);
        if (!works.waits.end(wait)) {
          works.activity.addWaking(-1);
        }
        works.touch();
      }
    } finally {
      works.lock.unlock();
    }
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    Objects.requireNonNull(task, "task");
    if (delay.isNegative() || delay.isZero()) {
      task.run();
      return () -> false;
    }
    works.lock.lock();
    try {
      works.activity.know(Thread.currentThread());
      Deadlines.Wait wait = works.add(delay, () -> runLogged(task), Thread.currentThread());
      return () -> cancel(wait);
    } finally {
      works.lock.unlock();
    }
  }

  private boolean cancel(Deadlines.Wait wait) {
    works.lock.lock();
    try {
      boolean cancelled = works.waits.end(wait);
      if (cancelled) {
        works.touch();
      }
      return cancelled;
    } finally {
      works.lock.unlock();
    }
  }

  private static void runLogged(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "a scheduled task failed", e);
    }
  }

  /** Notes that the server has begun to do something; time stands still until it is done. */
  void beginWork() {
    addWork(1);
  }

  /** Notes that the server has done some things that it had begun. */
  void endWork(int count) {
    addWork(-count);
  }

  private void addWork(int count) {
    works.lock.lock();
    try {
      works.activity.addWork(count);
      works.touch();
    } finally {
      works.lock.unlock();
    }
  }

  /** Waits within the server's work for something; empty when it takes longer. */
  <T> Optional<T> hold(CompletableFuture<T> future, Duration atMost) throws InterruptedException {
    if (future.isDone() || atMost.isZero()) {
      return Optional.ofNullable(future.getNow(null));
    }
    CompletableFuture<Optional<T>> either = new CompletableFuture<>();
    Deadlines.Wait wait;
    works.lock.lock();
    try {
      works.activity.hold();
      wait =
          works.add(
              atMost,
              () -> {
                goOn();
                either.complete(Optional.empty());
              },
              null);
    } finally {
      works.lock.unlock();
    }
    // In the thread that completes the future: at no moment does the server seem idle.
    CompletableFuture<?> unused =
        future.thenAccept(value -> {
          release(wait);
          either.complete(Optional.of(value));
        });
    try {
      return either.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("nothing completes it with an exception", e);
    } finally {
      release(wait);
      unused.cancel(false);
    }
  }

  private void release(Deadlines.Wait wait) {
    works.lock.lock();
    try {
      if (works.waits.end(wait)) {
        goOn();
      }
    } finally {
      works.lock.unlock();
    }
  }

  private void goOn() {
    works.activity.goOn();
    works.touch();
  }

  /**
   * Moves time on, stopping at each deadline in between until all is quiet.
   *
   * @throws IllegalArgumentException when the duration is negative
   */
  public void advance(Duration duration) throws InterruptedException {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(
          "duration is " + duration + "; time does not go back, see shiftClock");
    }
    advancing.lockInterruptibly();
    try {
      long end = works.end(duration);
      long seen = works.awaitQuiet();
      while (!works.moveTo(end, seen)) {
        works.step(end, seen);
        seen = works.awaitQuiet();
      }
      long unused = works.awaitQuiet();
    } finally {
      advancing.unlock();
    }
  }

  /**
   * Moves the time of day alone, forth or back, as a clock does that is set anew. What is waited
   * for takes as long as before.
   */
  public void shiftClock(Duration duration) {
    shift.accumulateAndGet(duration, Duration::plus);
  }

  /**
   * Waits, in real time, until at least so many sleeps, alarms and held requests wait for this
   * clock.
   */
  public void awaitWaits(int count) throws InterruptedException {
    works.lock.lockInterruptibly();
    try {
      while (works.waits.size() < count) {
        works.changed.await();
      }
    } finally {
      works.lock.unlock();
    }
  }

  private void run() {
    try {
      while (awaitWait()) {
        advancing.lockInterruptibly();
        try {
          long seen = works.awaitQuiet();
          // For platform threads that have only just been started and have not asked yet.
          long pause = works.width(seen) / MOST_SPEED;
          works.pause(Math.min(pause, LONGEST_PAUSE.toNanos()), seen);
          works.step(Long.MAX_VALUE, seen);
        } finally {
          advancing.unlock();
        }
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "nobody advances the time any more");
    }
  }

  /** Waits until there is a deadline; false when the clock is closed. */
  private boolean awaitWait() throws InterruptedException {
    works.lock.lockInterruptibly();
    try {
      while (works.waits.isEmpty() && !works.isClosed()) {
        works.changed.await();
      }
      return !works.isClosed();
    } finally {
      works.lock.unlock();
    }
  }

  /** Ends the advancing; whoever still waits goes on waiting. */
  @Override
  public void close() {
    works.close();
  }

  @Override
  public String toString() {
    return "ManualTime[" + START.plusNanos(works.nanos()) + "]";
  }
}

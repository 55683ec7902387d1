package io.tinker4j.testkit;

import io.tinker4j.transport.Time;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

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
 * server has nothing to do, each call of a client is one that the server holds, and every thread
 * that has ever asked this clock is waiting. What this clock cannot see, such as an answer that
 * never comes, is waited for during one real second; then time goes on.
 *
 * <p>Safe for use by many threads.
 */
public final class ManualTime implements Time, AutoCloseable {
  private static final Logger LOG = System.getLogger(ManualTime.class.getName());
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /** How long, in real time, nothing has to happen until an unanswered call counts as waiting. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** The same while the server works: only a server that hangs takes this long. */
  private static final Duration WORK_PATIENCE = Duration.ofSeconds(30);

  private static final long GLANCE_NANOS = 50_000;

  /** How many times as fast as real time this one flies at most, when it turns itself. */
  private static final long MOST_SPEED = 50_000;

  private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);

  /** Held by whoever moves the time on. */
  private final ReentrantLock advancing = new ReentrantLock();

  /** Guards all fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  private final PriorityQueue<Wait> waits =
      new PriorityQueue<>(
          Comparator.<Wait>comparingLong(wait -> wait.deadline)
              .thenComparingLong(wait -> wait.number));
  private final Set<Thread> threads = new HashSet<>();
  private final Set<Thread> sleeping = new HashSet<>();
  private long nanos;
  private Duration shift = Duration.ZERO;
  private long changes;
  private int held;
  private int work;
  private int waking;
  private boolean closed;

  private ManualTime() {}

  /** Returns a clock that stands still until it is {@linkplain #advance advanced}. */
  public static ManualTime create() {
    ManualTime time = new ManualTime();
    time.threads.add(Thread.currentThread());
    return time;
  }

  /** Returns a clock that goes to the next deadline whenever everybody waits. Close it. */
  public static ManualTime autoAdvancing() {
    ManualTime time = create();
    Thread.ofPlatform().daemon().name("tinker-manual-time").start(time::run);
    return time;
  }

  /** Something that happens at a deadline, unless it is cancelled before. */
  private static final class Wait {
    final long deadline;
    final long number;
    final Runnable action;

    /** Who has set the alarm that this is, if it is one. */
    final @Nullable Thread caller;

    boolean isOver;

    Wait(long deadline, long number, Runnable action, @Nullable Thread caller) {
      this.deadline = deadline;
      this.number = number;
      this.action = action;
      this.caller = caller;
    }
  }

  @Override
  public Instant now() {
    lock.lock();
    try {
      threads.add(Thread.currentThread());
      return START.plusNanos(nanos).plus(shift);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long nanoTime() {
    lock.lock();
    try {
      threads.add(Thread.currentThread());
      return nanos;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      threads.add(Thread.currentThread());
      if (duration.isNegative() || duration.isZero()) {
        return;
      }
      Condition woken = lock.newCondition();
      Wait wait =
          add(
              duration,
              () -> {
                waking++;
                woken.signal();
              },
              null);
      sleeping.add(Thread.currentThread());
      try {
        while (!wait.isOver) {
          woken.await();
        }
      } finally {
        sleeping.remove(Thread.currentThread());
        if (wait.isOver) {
          waking--;
        } else {
          end(wait);
        }
        touch();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    Objects.requireNonNull(task, "task");
    if (delay.isNegative() || delay.isZero()) {
      task.run();
      return () -> false;
    }
    lock.lock();
    try {
      threads.add(Thread.currentThread());
      Wait wait = add(delay, () -> runLogged(task), Thread.currentThread());
      return () -> cancel(wait);
    } finally {
      lock.unlock();
    }
  }

  private boolean cancel(Wait wait) {
    lock.lock();
    try {
      boolean cancelled = end(wait);
      if (cancelled) {
        touch();
      }
      return cancelled;
    } finally {
      lock.unlock();
    }
  }

  private static void runLogged(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a scheduled task failed", e);
    }
  }

  private Wait add(Duration duration, Runnable action, @Nullable Thread caller) {
    Wait wait = new Wait(Math.addExact(nanos, duration.toNanos()), changes, action, caller);
    waits.add(wait);
    touch();
    return wait;
  }

  /** Takes a wait away; false when it is over already. */
  private boolean end(Wait wait) {
    if (wait.isOver) {
      return false;
    }
    wait.isOver = true;
    waits.remove(wait);
    return true;
  }

  private void touch() {
    changes++;
    changed.signalAll();
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
    lock.lock();
    try {
      work += count;
      touch();
    } finally {
      lock.unlock();
    }
  }

  /** Waits within the server's work for something; empty when it takes longer. */
  <T> Optional<T> hold(CompletableFuture<T> future, Duration atMost) throws InterruptedException {
    if (future.isDone() || atMost.isZero()) {
      return Optional.ofNullable(future.getNow(null));
    }
    CompletableFuture<Optional<T>> either = new CompletableFuture<>();
    Wait wait;
    lock.lock();
    try {
      work--;
      held++;
      wait =
          add(
              atMost,
              () -> {
                goOn();
                either.complete(Optional.empty());
              },
              null);
    } finally {
      lock.unlock();
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

  private void release(Wait wait) {
    lock.lock();
    try {
      if (end(wait)) {
        goOn();
      }
    } finally {
      lock.unlock();
    }
  }

  private void goOn() {
    held--;
    work++;
    touch();
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
      long end = Math.addExact(nanos(), duration.toNanos());
      do {
        awaitQuiet();
      } while (step(end));
      moveTo(end);
      awaitQuiet();
    } finally {
      advancing.unlock();
    }
  }

  /**
   * Moves the time of day alone, forth or back, as a clock does that is set anew. What is waited
   * for takes as long as before.
   */
  public void shiftClock(Duration duration) {
    lock.lock();
    try {
      shift = shift.plus(duration);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits, in real time, until at least so many sleeps, alarms and held requests wait for this
   * clock.
   */
  public void awaitWaits(int count) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waits.size() < count) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (awaitWait()) {
        advancing.lockInterruptibly();
        try {
          awaitQuiet();
          if (remainsQuiet()) {
            step(Long.MAX_VALUE);
          }
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
    lock.lockInterruptibly();
    try {
      while (waits.isEmpty() && !closed) {
        changed.await();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private long nanos() {
    lock.lock();
    try {
      return nanos;
    } finally {
      lock.unlock();
    }
  }

  private void moveTo(long end) {
    lock.lock();
    try {
      nanos = Math.max(nanos, end);
    } finally {
      lock.unlock();
    }
  }

  /** Goes to the next deadline, if there is one until then, and does all that is due. */
  private boolean step(long end) {
    lock.lock();
    try {
      Wait next = waits.peek();
      if (next == null || next.deadline > end || closed) {
        return false;
      }
      nanos = Math.max(nanos, next.deadline);
      for (Wait due = waits.peek(); due != null && due.deadline <= nanos; due = waits.peek()) {
        end(due);
        due.action.run();
      }
      touch();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void awaitQuiet() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long since = System.nanoTime();
      long before = changes;
      while (!isQuiet() && !closed) {
        long now = System.nanoTime();
        if (changes != before) {
          before = changes;
          since = now;
        }
        Duration patience = work > 0 ? WORK_PATIENCE : PATIENCE;
        if (now - since > patience.toNanos()) {
          return;
        }
        long unused = changed.awaitNanos(GLANCE_NANOS);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits a moment before a jump, longer before a wide one, for threads that have only just been
   * started and are not known yet; false when something has happened meanwhile.
   */
  private boolean remainsQuiet() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Wait next = waits.peek();
      if (next == null) {
        return false;
      }
      long pause = Math.min((next.deadline - nanos) / MOST_SPEED, LONGEST_PAUSE.toNanos());
      long end = System.nanoTime() + pause;
      long before = changes;
      for (long left = pause; left > 0 && changes == before; left = end - System.nanoTime()) {
        long unused = changed.awaitNanos(left);
      }
      return changes == before;
    } finally {
      lock.unlock();
    }
  }

  private boolean isQuiet() {
    if (work > 0 || waking > 0 || calls() > held) {
      return false;
    }
    threads.removeIf(thread -> !thread.isAlive());
    Thread current = Thread.currentThread();
    // Who waits for the lock is about to say something, though its thread looks idle. Asked last:
    // while the lock is held here, a thread that looked idle for this reason still waits for it.
    return threads.stream().allMatch(thread -> thread == current || isWaiting(thread))
        && !lock.hasQueuedThreads();
  }

  private static boolean isWaiting(Thread thread) {
    return switch (thread.getState()) {
      case WAITING, TIMED_WAITING, TERMINATED -> true;
      case NEW, RUNNABLE, BLOCKED -> false;
    };
  }

  /** The alarms that stand for a call: those of threads that wait for something else meanwhile. */
  private long calls() {
    Thread current = Thread.currentThread();
    return waits.stream()
        .map(wait -> wait.caller)
        .filter(caller ->
            caller != null && caller != current && caller.isAlive() && !sleeping.contains(caller))
        .count();
  }

  /** Ends the advancing; whoever still waits goes on waiting. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      touch();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "ManualTime[" + START.plusNanos(nanos()) + "]";
  }
}

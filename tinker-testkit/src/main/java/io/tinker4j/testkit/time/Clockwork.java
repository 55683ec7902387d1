package io.tinker4j.testkit.time;

import io.tinker4j.transport.Time;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The inside of a {@link ManualTime}: the time, what is due when, and whether all is quiet. What is
 * marked so is to be called with the lock held.
 */
final class Clockwork {
  /** How long, in real time, nothing has to happen until an unanswered call counts as waiting. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** The same while the server works: only a server that hangs takes this long. */
  private static final Duration WORK_PATIENCE = Duration.ofSeconds(30);

  /** After how long it is looked again whether all is quiet: at first, and at last. */
  private static final long GLANCE_NANOS = 50_000;

  private static final long LONGEST_GLANCE_NANOS = 400_000;

  /** After how many glances they become rarer, each time by as much as one takes at first. */
  private static final int PATIENT_GLANCES = 8;

  /** On a machine so busy that a glance takes long, others take long as well. */
  private static final int FEWEST_GLANCES = 1_000;

  /** The end of the server's work is told; it is only looked whether it hangs. */
  private static final long WORK_GLANCE_NANOS = WORK_PATIENCE.toNanos() / FEWEST_GLANCES;

  /** How far time may go, at most, past a thread that has been started and is not known yet. */
  private static final long UNSEEN_NANOS = Duration.ofMinutes(1).toNanos();

  /** Guards all fields below. */
  final ReentrantLock lock = new ReentrantLock();

  /** Something has happened. */
  final Condition changed = lock.newCondition();

  final Deadlines waits = new Deadlines();
  final Activity activity = new Activity();
  private long nanos;

  /** Read without the lock by whoever waits for a change. */
  private final AtomicLong changes = new AtomicLong();

  /** At how many changes it has been waited long enough for what is not understood. */
  private long outOfPatience = -1;

  /** Until when time may go on without looking for unknown threads. */
  private long rolledUntil;

  /** Whether it is looked again and again anyhow, so that not every change need be told. */
  private boolean glancing;

  private volatile boolean closed;

  /** The time; notes who asks. */
  long nanos() {
    lock.lock();
    try {
      activity.know(Thread.currentThread());
      return nanos;
    } finally {
      lock.unlock();
    }
  }

  /** Adds a wait. With the lock. */
  Deadlines.Wait add(Duration duration, Runnable action, @Nullable Thread caller) {
    Deadlines.Wait wait = waits.add(after(duration), action, caller);
    touch();
    changed.signalAll();
    return wait;
  }

  /** The moment after a duration, or the last one that can be counted. With the lock. */
  private long after(Duration duration) {
    return nanos + Math.min(Time.nanos(duration), Long.MAX_VALUE - nanos);
  }

  /** When a duration that begins now is over; notes who asks. */
  long end(Duration duration) {
    lock.lock();
    try {
      activity.know(Thread.currentThread());
      return after(duration);
    } finally {
      lock.unlock();
    }
  }

  /** Notes that something has happened. With the lock. */
  void touch() {
    changes.incrementAndGet();
    if (!glancing || !activity.isWorking()) {
      changed.signalAll();
    }
  }

  boolean isClosed() {
    return closed;
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      touch();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Goes on to {@code end}, unless there is a deadline before, or something has happened since all
   * was quiet.
   */
  boolean moveTo(long end, long seen) {
    lock.lock();
    try {
      boolean free = isStill(seen) && waits.first() > end;
      if (free) {
        nanos = Math.max(nanos, end);
      }
      return free || closed;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Goes to the next deadline, if there is one until {@code end}, and does all that is due; unless
   * something has happened since all was quiet.
   */
  void step(long end, long seen) {
    lock.lock();
    try {
      if (isStill(seen) && !waits.isEmpty() && waits.first() <= end) {
        nanos = Math.max(nanos, waits.first());
        waits.run(nanos);
        touch();
      }
    } finally {
      lock.unlock();
    }
  }

  /** How long it is to the next deadline; negative when something has happened. */
  long width(long seen) {
    lock.lock();
    try {
      return isStill(seen) && !waits.isEmpty() ? waits.first() - nanos : -1;
    } finally {
      lock.unlock();
    }
  }

  private boolean isStill(long seen) {
    return changes.get() == seen && (isQuiet() || outOfPatience == seen) && !closed;
  }

  private boolean isQuiet() {
    // Who waits for the lock is about to say something, though its thread looks idle. Asked last:
    // while the lock is held here, a thread that looked idle for this reason still waits for it.
    return activity.isNone(waits.callers()) && !lock.hasQueuedThreads();
  }

  /** Waits until all is quiet and returns the number of changes until then. */
  long awaitQuiet() throws InterruptedException {
    while (true) {
      long seen = awaitStillness();
      if (!needsRoll(seen)) {
        return seen;
      }
      CarrierRoll.call(PATIENCE, () -> changes.get() != seen || closed);
      if (awaitStillness() == seen) {
        noteRoll();
        return seen;
      }
    }
  }

  private boolean needsRoll(long seen) {
    lock.lock();
    try {
      return waits.first() > rolledUntil && outOfPatience != seen && !closed;
    } finally {
      lock.unlock();
    }
  }

  private void noteRoll() {
    lock.lock();
    try {
      rolledUntil = nanos + UNSEEN_NANOS;
    } finally {
      lock.unlock();
    }
  }

  /** The same as far as the threads are known. */
  private long awaitStillness() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long since = System.nanoTime();
      long before = changes.get();
      int glances = 0;
      glancing = true;
      while (!isQuiet() && !closed) {
        if (changes.get() != before) {
          before = changes.get();
          since = System.nanoTime();
          glances = 0;
        }
        Duration patience = activity.isWorking() ? WORK_PATIENCE : PATIENCE;
        if (glances > FEWEST_GLANCES && System.nanoTime() - since > patience.toNanos()) {
          outOfPatience = changes.get();
          break;
        }
        glances++;
        long glance = GLANCE_NANOS * (1 + glances / PATIENT_GLANCES);
        long unused =
            changed.awaitNanos(
                activity.isWorking() ? WORK_GLANCE_NANOS : Math.min(LONGEST_GLANCE_NANOS, glance));
      }
      return changes.get();
    } finally {
      glancing = false;
      lock.unlock();
    }
  }

  /** Waits for so long in real time, or until something happens. */
  void pause(long length, long seen) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long end = System.nanoTime() + length;
      for (long left = length; left > 0 && changes.get() == seen; left = end - System.nanoTime()) {
        long unused = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}

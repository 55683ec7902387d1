package io.tinker4j.training;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The order of one model's requests.
 *
 * <p>Sequence numbers are reserved in the caller's thread, so the order of calls is the order of
 * numbers; submissions then take place one turn after the other. A number that was reserved is
 * never skipped: when a submission fails for good the lane is halted, and every later turn fails
 * with the first cause instead of leaving a gap before it.
 */
final class SubmissionLane {
  private final String modelId;
  private final ReentrantLock lock = new ReentrantLock(); // guards: next, last, halt
  private long next;
  private CountDownLatch last = new CountDownLatch(0);
  private @Nullable TrainingHaltedException halt;

  SubmissionLane(String modelId, long firstSequenceNumber) {
    this.modelId = modelId;
    this.next = firstSequenceNumber;
  }

  /**
   * Reserves consecutive sequence numbers and the turn behind all turns reserved so far.
   *
   * @throws TrainingHaltedException when an earlier submission failed for good
   */
  Turn reserve(int count) {
    lock.lock();
    try {
      if (halt != null) {
        throw halt.again();
      }
      Turn turn = new Turn(next, last, new CountDownLatch(1));
      next += count;
      last = turn.passed;
      return turn;
    } finally {
      lock.unlock();
    }
  }

  /** Halts the lane: turns that have not begun fail. The first cause stays. */
  void halt(Throwable cause) {
    lock.lock();
    try {
      if (halt == null) {
        halt = new TrainingHaltedException(modelId, cause);
      }
    } finally {
      lock.unlock();
    }
  }

  private void checkNotHalted() {
    lock.lock();
    try {
      if (halt != null) {
        throw halt.again();
      }
    } finally {
      lock.unlock();
    }
  }

  /** A place in the order. Its owner must call {@link #take} exactly once. */
  final class Turn {
    private final long first;
    private final CountDownLatch previous;
    private final CountDownLatch passed;

    private Turn(long first, CountDownLatch previous, CountDownLatch passed) {
      this.first = first;
      this.previous = previous;
      this.passed = passed;
    }

    /** Returns the first of the reserved sequence numbers. */
    long first() {
      return first;
    }

    /**
     * Waits until all earlier turns have passed, submits, and lets the next turn in. Any failure
     * halts the lane.
     */
    <T> T take(Callable<T> submission) throws Exception {
      try {
        previous.await();
        checkNotHalted();
        return submission.call();
      } catch (Exception | Error e) {
        halt(e);
        throw e;
      } finally {
        passed.countDown();
      }
    }
  }
}

package io.tinker4j.training;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The order of one model's requests.
 *
 * <p>Places are reserved in the caller's thread, so the order of calls is the order of places;
 * submissions then take place one turn after the other, and take their sequence numbers from the
 * turn. When a submission fails for good the lane is halted: it is not known what the server has of
 * it, so every later turn fails with the first cause. When a turn ends before it has sent anything
 * whose fate is open, only those that were reserved behind it fail: they count on what did not
 * happen.
 */
final class SubmissionLane {
  private final String modelId;
  // guards: next, last, run, halt
  private final ReentrantLock lock = new ReentrantLock();
  private long next;
  private CountDownLatch last = new CountDownLatch(0);
  private Run run = new Run();
  private @Nullable TrainingHaltedException halt;

  /** Turns that count on each other. */
  private static final class Run {
    @Nullable TrainingHaltedException broken;
  }

  SubmissionLane(String modelId, long firstSequenceNumber) {
    this.modelId = modelId;
    this.next = firstSequenceNumber;
  }

  /**
   * Reserves the turn behind all turns reserved so far.
   *
   * @throws TrainingHaltedException when an earlier submission failed for good
   */
  Turn reserve() {
    return reserve(false);
  }

  /** Does so, and the turn comes, even when the lane is halted: for what counts on nothing. */
  Turn reserveAnyhow() {
    return reserve(true);
  }

  private Turn reserve(boolean anyhow) {
    lock.lock();
    try {
      if (halt != null && !anyhow) {
        throw halt.again();
      }
      Turn turn = new Turn(anyhow ? new Run() : run, anyhow, last, new CountDownLatch(1));
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

  private void breakOff(Run broken, Throwable cause) {
    lock.lock();
    try {
      if (broken.broken == null) {
        broken.broken = new TrainingHaltedException(modelId, cause);
      }
      if (run == broken) {
        run = new Run();
      }
    } finally {
      lock.unlock();
    }
  }

  private void check(Run run) {
    lock.lock();
    try {
      TrainingHaltedException stop = halt == null ? run.broken : halt;
      if (stop != null) {
        throw stop.again();
      }
    } finally {
      lock.unlock();
    }
  }

  private long take(int count) {
    lock.lock();
    try {
      long first = next;
      next += count;
      return first;
    } finally {
      lock.unlock();
    }
  }

  /** What happens in a turn. */
  @FunctionalInterface
  interface Submission<T> {
    T run(Turn turn) throws Exception;
  }

  /** A place in the order. Its owner must call {@link #take} exactly once. */
  final class Turn {
    private final Run run;
    private final boolean anyhow;
    private final CountDownLatch previous;
    private final CountDownLatch passed;
    private boolean nothingOpen = true;

    private Turn(Run run, boolean anyhow, CountDownLatch previous, CountDownLatch passed) {
      this.run = run;
      this.anyhow = anyhow;
      this.previous = previous;
      this.passed = passed;
    }

    /**
     * Waits until all earlier turns have passed, submits, and lets the next turn in. Any failure
     * halts the lane, but for one in {@link #between}.
     */
    <T> T take(Submission<T> submission) throws Exception {
      try {
        previous.await();
        if (!anyhow) {
          check(run);
        }
        nothingOpen = false;
        return submission.run(this);
      } catch (Exception | Error e) {
        if (nothingOpen) {
          breakOff(run, e);
        } else {
          halt(e);
        }
        throw e;
      } finally {
        passed.countDown();
      }
    }

    /** Returns the first of so many consecutive sequence numbers, which must now be used. */
    long numbers(int count) {
      return SubmissionLane.this.take(count);
    }

    /** Does something while the turn lasts and nothing that was sent is open. */
    <T> T between(Callable<T> work) throws Exception {
      nothingOpen = true;
      T result = work.call();
      nothingOpen = false;
      return result;
    }
  }
}

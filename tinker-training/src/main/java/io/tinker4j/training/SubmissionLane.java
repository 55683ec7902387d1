package io.tinker4j.training;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.ConflictException;
import io.tinker4j.transport.TinkerException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The order of one model's requests.
 *
 * <p>Places are reserved in the caller's thread, so the order of calls is the order of places;
 * submissions then take place one turn after the other, and take their sequence numbers from the
 * turn. What a failed turn leads to depends on what is known of it:
 *
 * <ul>
 *   <li>The server may have taken something in: the lane is halted, and every later turn fails with
 *       the first cause.
 *   <li>It took nothing in: the lane goes on. Turns that were reserved behind a failed one that
 *       changes the model fail with it, because they count on it. When the caller has not looked at
 *       the failure, so does the next step behind a pass, the next pass or step behind a step or a
 *       load.
 * </ul>
 *
 * <p>A refused request leaves its number to the next one. Some servers count it as used and answer
 * 409, or as before; then the next number is tried, before the answer counts as the operation's.
 */
final class SubmissionLane {
  /** How many numbers beyond the first free one may be taken in a model that others have used. */
  private static final int SLACK = 1000;

  private final String modelId;

  /** Changes nothing and is like no other request: finds the first free number. */
  private final Numbered<?> probe;

  // guards: next, certainFrom, refusal, last, run, unseen, lastStep, reserved,
  // waiting, halt
  private final ReentrantLock lock = new ReentrantLock();
  private long next;

  /** The server may count numbers from {@link #next} to this one, exclusively, as used. */
  private long certainFrom;

  private @Nullable Refusal refusal;
  private CountDownLatch last = new CountDownLatch(0);
  private Run run = new Run();
  private @Nullable Unseen unseen;
  private final Set<Turn> waiting = new LinkedHashSet<>();
  private long reserved;

  /** The place of the last step that was sent, or is being sent. */
  private long lastStep = -1;

  private @Nullable TrainingHaltedException halt;

  /** The thread that runs the user's code while its turn lasts. */
  private volatile @Nullable Thread inUserCode;

  /** What an operation does to its model, and so what counts on it. */
  enum Effect {
    /** Reads the weights. */
    NONE,
    /** Adds to the gradient. */
    GRADIENT,
    /** Applies the gradient. */
    STEP,
    /** Sets weights, and perhaps the optimizer's state. */
    STATE
  }

  /** Turns that count on each other. */
  private static final class Run {
    @Nullable TrainingHaltedException broken;
  }

  /** The last refused request: how it was refused, and in which turn. */
  private record Refusal(ApiStatusException answer, Turn turn) {}

  /** A change of the model that has failed, and whether the caller has seen that. */
  private record Unseen(Effect failed, TrainingHaltedException cause, BooleanSupplier isSeen) {
    /** Whether an operation called behind it counts on it. */
    boolean counts(Effect effect) {
      return effect == Effect.STEP || (effect == Effect.GRADIENT && failed != Effect.GRADIENT);
    }

    /** What is left when another operation has failed with one before: a step with its pass. */
    static @Nullable Unseen after(
        @Nullable Unseen before,
        Effect effect,
        TrainingHaltedException cause,
        BooleanSupplier isSeen) {
      return switch (effect) {
        case NONE -> before;
        case STEP -> null;
        case GRADIENT, STATE -> new Unseen(effect, cause, isSeen);
      };
    }
  }

  private SubmissionLane(String modelId, long next, long certainFrom, Numbered<?> probe) {
    this.modelId = modelId;
    this.probe = probe;
    this.next = next;
    this.certainFrom = certainFrom;
  }

  /** Starts the order of a model that has no other. */
  SubmissionLane(String modelId, long firstSequenceNumber) {
    this(
        modelId,
        firstSequenceNumber,
        firstSequenceNumber,
        number -> {
          throw new IllegalStateException("the number of a lane's own model is known");
        });
  }

  /**
   * Starts the order of a model that others may have used up to any number. Before the first
   * operation the free number is looked for.
   *
   * @param probe a request that changes nothing and that no client can have sent before: the server
   *     would take an operation that it knows under a used number for that one
   */
  static SubmissionLane ofUnknown(String modelId, long firstSequenceNumber, Numbered<?> probe) {
    return new SubmissionLane(modelId, firstSequenceNumber, Long.MAX_VALUE, probe);
  }

  /** Returns this lane, or one that goes on behind what is not known, when this one is halted. */
  SubmissionLane usable() {
    lock.lock();
    try {
      return halt == null
          ? this
          : new SubmissionLane(modelId, next, Math.max(certainFrom, next), probe);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reserves the turn behind all turns reserved so far.
   *
   * @param isSeen whether the caller has seen how the operation of this turn has ended
   * @throws TrainingHaltedException when the lane is halted, or the operation counts on one that
   *     has failed
   * @throws IllegalStateException when a custom loss of this model calls, whose turn lasts
   */
  Turn reserve(Effect effect, BooleanSupplier isSeen) {
    checkCaller();
    lock.lock();
    try {
      if (halt != null) {
        throw halt.again();
      }
      Unseen failed = unseen;
      if (failed != null && (effect == Effect.STATE || failed.isSeen().getAsBoolean())) {
        unseen = null;
      } else if (failed != null && failed.counts(effect)) {
        unseen = Unseen.after(failed, effect, failed.cause(), isSeen);
        throw failed.cause().again();
      }
      return reserve(run, effect, isSeen, false);
    } finally {
      lock.unlock();
    }
  }

  /** Reserves a turn that comes even when the lane is halted: for what counts on nothing. */
  Turn reserveAnyhow() {
    checkCaller();
    lock.lock();
    try {
      return reserve(new Run(), Effect.NONE, () -> true, true);
    } finally {
      lock.unlock();
    }
  }

  private void checkCaller() {
    if (inUserCode == Thread.currentThread()) {
      throw new IllegalStateException(
          "a custom loss cannot use the client that computes it: the backward pass comes before"
              + " all operations called meanwhile. Compute what the loss needs before, or with"
              + " another model's client.");
    }
  }

  private Turn reserve(Run run, Effect effect, BooleanSupplier isSeen, boolean anyhow) {
    Turn turn = new Turn(run, effect, isSeen, anyhow, reserved, last);
    reserved++;
    waiting.add(turn);
    last = turn.passed;
    return turn;
  }

  /** Halts the lane: turns that have not begun fail. The first cause stays. */
  void halt(Throwable cause) {
    lock.lock();
    try {
      if (halt == null) {
        halt = TrainingHaltedException.forGood(modelId, cause);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Fails what was reserved behind a turn and counts on it. */
  private void breakOff(Turn failed, Throwable cause) {
    lock.lock();
    try {
      TrainingHaltedException broken = TrainingHaltedException.once(modelId, cause);
      if (failed.run.broken == null) {
        failed.run.broken = broken;
      }
      if (run == failed.run) {
        run = new Run();
      }
      @Nullable Unseen left = new Unseen(failed.effect, broken, failed.isSeen);
      for (Turn behind : waiting) {
        if (behind.run == failed.run && behind.place > failed.place) {
          left = Unseen.after(left, behind.effect, broken, behind.isSeen);
        }
      }
      unseen = left;
    } finally {
      lock.unlock();
    }
  }

  /** Lets a turn begin unless what it counts on has failed. */
  private void check(Turn turn) {
    lock.lock();
    try {
      TrainingHaltedException stop = halt == null ? turn.run.broken : halt;
      if (stop != null) {
        throw stop.again();
      }
      if (turn.effect == Effect.STEP) {
        lastStep = turn.place;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Notes that the server has taken in requests under numbers up to this one, exclusively. */
  private void taken(long end) {
    lock.lock();
    try {
      next = end;
      if (certainFrom == Long.MAX_VALUE) {
        certainFrom = end + SLACK;
      }
      certainFrom = Math.max(certainFrom, end);
    } finally {
      lock.unlock();
    }
  }

  /** Notes that the server may count numbers up to this one, exclusively, as used. */
  private void maybeUsed(long end) {
    lock.lock();
    try {
      certainFrom = Math.max(certainFrom, end);
    } finally {
      lock.unlock();
    }
  }

  private void refused(Turn turn, long end, TinkerException cause) {
    maybeUsed(end);
    lock.lock();
    try {
      refusal = cause instanceof ApiStatusException answer ? new Refusal(answer, turn) : null;
    } finally {
      lock.unlock();
    }
  }

  /** Whether an answer may be about the number and not about the operation. */
  private boolean isAboutNumber(Turn turn, long number, TinkerException answer) {
    lock.lock();
    try {
      return number < certainFrom
          && answer instanceof ApiStatusException status
          && (status instanceof ConflictException || isRefusalOfAnother(turn, status));
    } finally {
      lock.unlock();
    }
  }

  /** Whether a request is answered as that of another turn before it. */
  private boolean isRefusalOfAnother(Turn turn, ApiStatusException answer) {
    Refusal before = refusal;
    return before != null
        && before.turn() != turn
        && answer.status() == before.answer().status()
        && answer.body().equals(before.answer().body());
  }

  private boolean isUnknown() {
    lock.lock();
    try {
      return certainFrom == Long.MAX_VALUE;
    } finally {
      lock.unlock();
    }
  }

  private long next() {
    lock.lock();
    try {
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** Sends requests under consecutive numbers from this one on. */
  @FunctionalInterface
  interface Numbered<T> {
    T send(long firstNumber) throws Exception;

    /** How many numbers these requests take. */
    default int count() {
      return 1;
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
    private final Effect effect;
    private final BooleanSupplier isSeen;
    private final boolean anyhow;
    private final long place;
    private final CountDownLatch previous;
    private final CountDownLatch passed = new CountDownLatch(1);
    private final AtomicBoolean hasFailed = new AtomicBoolean();
    private boolean inDoubt;
    private boolean isProbing;

    private Turn(
        Run run,
        Effect effect,
        BooleanSupplier isSeen,
        boolean anyhow,
        long place,
        CountDownLatch previous) {
      this.run = run;
      this.effect = effect;
      this.isSeen = isSeen;
      this.anyhow = anyhow;
      this.place = place;
      this.previous = previous;
    }

    /** Waits until all earlier turns have passed, submits, and lets the next turn in. */
    <T> T take(Submission<T> submission) throws Exception {
      boolean hasBegun = false;
      try {
        previous.await();
        if (!anyhow) {
          check(this);
        }
        hasBegun = true;
        return submission.run(this);
      } catch (Exception | Error e) {
        if (inDoubt) {
          halt(e);
        } else if (hasBegun) {
          failed(e);
        }
        throw e;
      } finally {
        pass();
      }
    }

    private void pass() {
      lock.lock();
      try {
        waiting.remove(this);
      } finally {
        lock.unlock();
      }
      passed.countDown();
    }

    /** Lets the next turn in without having sent anything: this one's owner could not begin. */
    void abandon(Throwable cause) {
      failed(cause);
      pass();
    }

    /** Fails what counts on this turn's operation, which the server has not carried out. */
    void failed(Throwable cause) {
      if (!hasFailed.compareAndSet(false, true)) {
        return;
      }
      switch (effect) {
        case NONE -> {}
        case GRADIENT, STEP, STATE -> breakOff(this, cause);
      }
    }

    /**
     * Fails what counts on this turn's operation, as {@link #failed} does, with a failure that
     * depends on whether a step behind it was sent: none is from then on.
     *
     * @return the failure
     */
    Exception failedWith(Function<Boolean, Exception> failure) {
      lock.lock();
      try {
        Exception cause = failure.apply(lastStep > place);
        // Of other failures the operation may yet be carried out.
        if (cause instanceof RequestFailedException
            || cause instanceof PartialPassException
            || cause instanceof PromiseExpiredException) {
          failed(cause);
        }
        return cause;
      } finally {
        lock.unlock();
      }
    }

    /** Whether no number from the next one on can be used already. */
    boolean isCertain() {
      lock.lock();
      try {
        return certainFrom <= next;
      } finally {
        lock.unlock();
      }
    }

    /** Runs the user's code while the turn lasts. */
    <T> T callUser(Callable<T> code) throws Exception {
      inUserCode = Thread.currentThread();
      try {
        return code.call();
      } finally {
        inUserCode = null;
      }
    }

    /**
     * Sends under the next numbers. When nothing is known of these, the first free one is looked
     * for before.
     */
    <T> T send(Numbered<T> requests) throws Exception {
      if (!isProbing && isUnknown()) {
        isProbing = true;
        Object unused = send(probe);
      }
      int count = requests.count();
      long number = next();
      while (true) {
        inDoubt = true;
        try {
          T answer = requests.send(number);
          taken(number + count);
          inDoubt = false;
          return answer;
        } catch (IllegalArgumentException e) {
          inDoubt = false; // It could not be represented: see ApiClient.call.
          throw e;
        } catch (TinkerException e) {
          inDoubt = e.mayHaveActed();
          if (inDoubt) {
            throw e;
          }
          if (!isAboutNumber(this, number, e)) {
            refused(this, number + count, e);
            throw e;
          }
          number++;
        } finally {
          if (inDoubt) {
            maybeUsed(number + count);
          }
        }
      }
    }
  }
}

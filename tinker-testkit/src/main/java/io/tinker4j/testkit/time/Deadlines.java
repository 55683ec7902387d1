package io.tinker4j.testkit.time;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a {@link ManualTime} has promised to do, by when. Guarded by the lock of its owner. */
final class Deadlines {
  private final PriorityQueue<Wait> waits =
      new PriorityQueue<>(
          Comparator.<Wait>comparingLong(wait -> wait.deadline)
              .thenComparingLong(wait -> wait.number));
  private long added;

  /** Something that happens at a deadline, unless it is cancelled before. */
  static final class Wait {
    private final long deadline;
    private final long number;
    private final Runnable action;

    /** Who has set the alarm that this is, if it is one. */
    private final @Nullable Thread caller;

    private boolean over;

    private Wait(long deadline, long number, Runnable action, @Nullable Thread caller) {
      this.deadline = deadline;
      this.number = number;
      this.action = action;
      this.caller = caller;
    }

    /** Whether it has happened or was cancelled. */
    boolean isOver() {
      return over;
    }
  }

  /** Adds something that happens after what was added before for the same moment. */
  Wait add(long deadline, Runnable action, @Nullable Thread caller) {
    Wait wait = new Wait(deadline, added++, action, caller);
    waits.add(wait);
    return wait;
  }

  /** Takes a wait away; false when it is over already. */
  boolean end(Wait wait) {
    if (wait.over) {
      return false;
    }
    wait.over = true;
    waits.remove(wait);
    return true;
  }

  boolean isEmpty() {
    return waits.isEmpty();
  }

  int size() {
    return waits.size();
  }

  /** The first deadline; {@link Long#MAX_VALUE} when there is none. */
  long first() {
    Wait next = waits.peek();
    return next == null ? Long.MAX_VALUE : next.deadline;
  }

  /** Does all that is due, in its order. */
  void run(long now) {
    while (first() <= now && !waits.isEmpty()) {
      Wait due = waits.remove();
      due.over = true;
      due.action.run();
    }
  }

  /** The threads that have set alarms, once for each. */
  Stream<Thread> callers() {
    return waits.stream().flatMap(wait -> Stream.ofNullable(wait.caller));
  }
}

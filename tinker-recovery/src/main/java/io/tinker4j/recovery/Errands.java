package io.tinker4j.recovery;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What goes on beside a run and must never end it. Used by the run's thread; only {@link #failed}
 * may be called by any.
 */
final class Errands {
  private final List<Thread> running = new ArrayList<>();
  private final Queue<String> troubles = new ConcurrentLinkedQueue<>();

  /** Takes note of a thread that the end of the run waits for. */
  void add(Thread errand) {
    running.removeIf(each -> !each.isAlive());
    running.add(errand);
  }

  /** Something went wrong: the run tells of it when it comes to {@link #report}. */
  void failed(String trouble) {
    troubles.add(trouble);
  }

  /** Tells of what went wrong since the last call. */
  void report(RunEvents events) {
    for (String trouble = troubles.poll(); trouble != null; trouble = troubles.poll()) {
      events.degraded(RecoveryEvent.Degradation.HOUSEKEEPING, trouble);
    }
  }

  /** Waits for what is under way. */
  void await() throws InterruptedException {
    for (Thread each : running) {
      each.join();
    }
  }
}

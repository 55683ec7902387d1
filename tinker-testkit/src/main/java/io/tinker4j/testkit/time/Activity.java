package io.tinker4j.testkit.time;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/** Who does something that a {@link ManualTime} knows of. Guarded by the lock of its owner. */
final class Activity {
  private final Set<Thread> threads = new HashSet<>();
  private final Set<Thread> sleeping = new HashSet<>();
  private int held;
  private int work;
  private int waking;

  /** Notes a thread that has asked for the time. */
  void know(Thread thread) {
    threads.add(thread);
  }

  void sleeps(Thread thread) {
    sleeping.add(thread);
  }

  void sleepsNoMore(Thread thread) {
    sleeping.remove(thread);
  }

  /** Notes that so many sleepers more, or fewer, are about to wake up. */
  void addWaking(int count) {
    waking += count;
  }

  /** Notes that the server does so many things more, or fewer. */
  void addWork(int count) {
    work += count;
  }

  /** Notes that something which the server does waits now. */
  void hold() {
    work--;
    held++;
  }

  /** Notes that something which the server does goes on. */
  void goOn() {
    held--;
    work++;
  }

  boolean isWorking() {
    return work > 0;
  }

  /** Whether everybody waits; {@code callers} are those who have set alarms. */
  boolean isNone(Stream<Thread> callers) {
    if (work > 0 || waking > 0 || calls(callers) > held) {
      return false;
    }
    threads.removeIf(thread -> !thread.isAlive());
    Thread current = Thread.currentThread();
    return threads.stream().allMatch(thread -> thread == current || isWaiting(thread));
  }

  private static boolean isWaiting(Thread thread) {
    return switch (thread.getState()) {
      case WAITING, TIMED_WAITING, TERMINATED -> true;
      case NEW, RUNNABLE, BLOCKED -> false;
    };
  }

  /** The alarms that stand for a call: those of threads that wait for something else meanwhile. */
  private long calls(Stream<Thread> callers) {
    Thread current = Thread.currentThread();
    return callers
        .filter(caller -> caller != current && caller.isAlive() && !sleeping.contains(caller))
        .count();
  }
}

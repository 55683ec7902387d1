package io.tinker4j.testkit.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A script at work: counts requests and says which faults happen to each. Used by the server. Safe
 * for use by many threads.
 */
public final class FaultInjector {
  private static final long FAULT_STRIDE = 0x9E3779B97F4A7C15L;
  private static final long REQUEST_STRIDE = 0xBF58476D1CE4E5B9L;

  private final FaultScript script;

  /** Guards: counts. */
  private final ReentrantLock lock = new ReentrantLock();

  private final List<Count> counts = new ArrayList<>();

  private FaultInjector(FaultScript script) {
    this.script = script;
    script.faults().forEach(fault -> counts.add(new Count()));
  }

  /** Starts a script afresh. */
  public static FaultInjector of(FaultScript script) {
    return new FaultInjector(script);
  }

  /**
   * Something that happens to a request.
   *
   * @param random drawn from the seed, for actions that need a place
   */
  public record Firing(FaultAction action, long random) {}

  private static final class Count {
    int seen;
    int fired;
    boolean begun;
    long began;
  }

  /** Counts a request and returns what happens to it, in the order of the script. */
  public List<Firing> next(FaultTarget target, long nanoTime) {
    List<Firing> firings = new ArrayList<>();
    lock.lock();
    try {
      for (int i = 0; i < counts.size(); i++) {
        Fault fault = script.faults().get(i);
        Count count = counts.get(i);
        if (fault.matcher().matches(target)) {
          count.seen++;
          SplittableRandom random =
              new SplittableRandom(script.seed() + i * FAULT_STRIDE + count.seen * REQUEST_STRIDE);
          if (isDue(fault, count, nanoTime) && random.nextDouble() < fault.probability()) {
            count.fired++;
            firings.add(new Firing(fault.action(), random.nextLong()));
          }
        }
      }
    } finally {
      lock.unlock();
    }
    return firings;
  }

  private static boolean isDue(Fault fault, Count count, long nanoTime) {
    if (count.seen < fault.from() || count.fired >= fault.times()) {
      return false;
    }
    if (!count.begun) {
      count.begun = true;
      count.began = nanoTime;
    }
    Duration during = fault.during();
    return during == null || nanoTime - count.began < during.toNanos();
  }

  /** Returns the script. */
  public FaultScript script() {
    return script;
  }

  /** Returns how many requests matched each fault, in the order of the script. */
  public List<Integer> seen() {
    lock.lock();
    try {
      return counts.stream().map(count -> count.seen).toList();
    } finally {
      lock.unlock();
    }
  }

  /** Returns how often each fault has happened, in the order of the script. */
  public List<Integer> fired() {
    lock.lock();
    try {
      return counts.stream().map(count -> count.fired).toList();
    } finally {
      lock.unlock();
    }
  }
}

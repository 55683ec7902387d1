package io.tinker4j.training.internal;

import io.tinker4j.transport.internal.TinkerThreads;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Does the same with many things, a bounded number at a time. */
public final class ParallelCalls {
  private static final int WIDTH = 16;

  private ParallelCalls() {}

  /**
   * Returns the results in the order of the items. An interrupt is passed on to the calls under
   * way, is waited for, and stays set.
   *
   * @param each must not throw
   */
  public static <T, R> List<R> map(TinkerThreads threads, List<T> items, Function<T, R> each) {
    List<Slot<R>> slots = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger next = new AtomicInteger();
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < Math.min(WIDTH, items.size()); i++) {
      workers.add(
          threads.start(
              "bulk",
              () -> {
                for (int n = next.getAndIncrement(); n < items.size(); n = next.getAndIncrement()) {
                  slots.add(new Slot<>(n, each.apply(items.get(n))));
                }
              }));
    }
    join(workers);
    return slots.stream().sorted(Comparator.comparingInt(Slot::place)).map(Slot::result).toList();
  }

  /** A result and its place. */
  private record Slot<R>(int place, R result) {}

  private static void join(List<Thread> workers) {
    boolean interrupted = false;
    for (Thread worker : workers) {
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          interrupted = true;
          workers.forEach(Thread::interrupt);
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

package io.tinker4j.training.internal;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Starts at most so many tasks at once, in the order in which they came. One that waits for its
 * turn has no thread, so that tens of thousands can. Thread-safe.
 */
public final class StartQueue {
  private final ReentrantLock lock = new ReentrantLock(); // guards: free, waiting
  private final Set<Entry> waiting = new LinkedHashSet<>();
  private int free;

  /** A task that waits for its turn, or has had it. */
  public interface Entry {
    /**
     * Starts the task, which calls {@link StartQueue#leave} when it ends.
     *
     * @throws IllegalStateException when it cannot be started any more; it does not call it then
     */
    void start();

    /** Is called instead when starting it has failed. */
    void fail(RuntimeException reason);
  }

  public StartQueue(int places) {
    this.free = places;
  }

  /** Starts a task now or, when all places are taken, in its turn. */
  public void add(Entry entry) {
    lock.lock();
    try {
      if (free == 0) {
        waiting.add(entry);
        return;
      }
      free--;
    } finally {
      lock.unlock();
    }
    start(entry);
  }

  /** Takes away a task that is not wanted any more; false when it has had its turn. */
  public boolean remove(Entry entry) {
    lock.lock();
    try {
      return waiting.remove(entry);
    } finally {
      lock.unlock();
    }
  }

  /** Gives the place of a task that has ended to the next one. */
  public void leave() {
    start(next());
  }

  /** In a loop: when one cannot be started, thousands behind it cannot. */
  private void start(@Nullable Entry first) {
    for (Entry entry = first; entry != null && !isStarted(entry); entry = next()) {}
  }

  private static boolean isStarted(Entry entry) {
    try {
      entry.start();
      return true;
    } catch (IllegalStateException e) {
      entry.fail(e);
      return false;
    }
  }

  private @Nullable Entry next() {
    lock.lock();
    try {
      if (waiting.isEmpty()) {
        free++;
        return null;
      }
      Entry next = waiting.iterator().next();
      waiting.remove(next);
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** How many tasks more could start now. */
  public int free() {
    lock.lock();
    try {
      return free;
    } finally {
      lock.unlock();
    }
  }
}

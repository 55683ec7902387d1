package io.tinker4j.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Condenses a journal when it has grown enough, in a thread of its own, so that a restart takes
 * about as long after a long run as after a short one. Safe for use by many threads.
 */
final class Compactor implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Compactor.class.getName());

  /** A restart reads as many entries, about 20 microseconds each, besides the snapshot. */
  static final long ENTRIES = 8192;

  private static final long BYTES = 64L << 20;

  private final Journal journal;
  private final Supplier<Journal.Condenser> condensers;
  private final long minEntries;

  /** Guards: the fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable Thread running;
  private boolean open;

  /** Condenses not before there are so many entries. */
  Compactor(Journal journal, Supplier<Journal.Condenser> condensers, long minEntries) {
    this.journal = journal;
    this.condensers = condensers;
    this.minEntries = minEntries;
  }

  /** Allows it, once the server knows again what is in the journal. */
  void open() {
    lock.lock();
    try {
      open = true;
    } finally {
      lock.unlock();
    }
  }

  /** Begins to condense if it is time and nobody is at it. Does not wait. */
  void runIfDue() {
    if (!isDue() || !lock.tryLock()) {
      return;
    }
    try {
      if (open && running == null && isDue()) {
        running =
            Thread.ofPlatform().daemon().name("tinker-server-compaction").start(this::compact);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The work is in proportion to what has come since the last time. */
  private boolean isDue() {
    long bytes = journal.bytesSinceSnapshot();
    boolean isLong = journal.entriesSinceSnapshot() >= minEntries;
    return bytes
        >= (isLong ? journal.snapshotBytes() / 2 : Math.max(BYTES, journal.snapshotBytes()));
  }

  private void compact() {
    boolean done = false;
    try {
      journal.compact(condensers.get());
      done = true;
    } catch (IOException | UncheckedIOException e) {
      LOG.log(Level.ERROR, "the journal is not condensed any more", e);
    } finally {
      lock.lock();
      try {
        if (done) {
          running = null;
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Waits for what is under way. */
  @Override
  public void close() {
    Thread last;
    lock.lock();
    try {
      open = false;
      last = running;
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (last != null && last.isAlive()) {
      try {
        last.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

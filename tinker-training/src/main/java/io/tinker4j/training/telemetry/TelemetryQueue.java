package io.tinker4j.training.telemetry;

import io.tinker4j.transport.Time;
import io.tinker4j.types.wire.TelemetryEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The events that wait to be reported: at most 10,000 and 8 Mi characters, then the oldest give way
 * and are counted. A batch that is being sent stays here until it is settled: accepted events are
 * gone, others take their old place again. Adding never waits for the server. Thread-safe.
 */
public final class TelemetryQueue {
  public static final int CAPACITY = 10_000;
  public static final int BATCH = 100;
  static final long MAX_CHARACTERS = 8L << 20;

  private final Time time;
  private final ReentrantLock lock = new ReentrantLock(); // guards: all fields below
  private final Condition changed = lock.newCondition();
  private final Deque<Entry> waiting = new ArrayDeque<>();
  private List<Entry> sending = List.of();
  private long characters;
  private long dropped;
  private long sent;
  private @Nullable Long lastDrop;
  private @Nullable Thread napping;
  private boolean retrying;
  private boolean roused;
  private boolean flushing;
  private boolean closed;

  TelemetryQueue(Time time) {
    this.time = time;
  }

  /**
   * An event.
   *
   * @param characters about as many as it has text
   */
  record Entry(String sessionId, TelemetryEvent event, int characters) {}

  /**
   * Adds an event; once closed, it is not taken.
   *
   * @return whether an event had to give way for the first time
   */
  boolean add(Entry entry) {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      boolean isFirst = dropped == 0;
      waiting.addLast(entry);
      characters += entry.characters();
      while (size() > CAPACITY || (characters > MAX_CHARACTERS && waiting.size() > 1)) {
        drop(waiting.removeFirst());
      }
      if (waiting.size() >= BATCH) {
        rouse();
      }
      changed.signalAll();
      return isFirst && dropped > 0;
    } finally {
      lock.unlock();
    }
  }

  private int size() {
    return waiting.size() + sending.size();
  }

  private void drop(Entry entry) {
    characters -= entry.characters();
    dropped++;
    lastDrop = time.nanoTime();
  }

  /** Ends the pause between two batches. */
  void flush() {
    lock.lock();
    try {
      flushing = true;
      rouse();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more events; what is there is sent at once. */
  void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    flush();
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private void rouse() {
    if (napping != null && !roused && (!retrying || closed)) {
      roused = true;
      napping.interrupt();
    }
  }

  /** Waits for an event; false when there is none left and none comes any more. */
  boolean awaitEvent() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty() && !closed) {
        changed.await();
      }
      return !waiting.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Waits, on the client's clock, until a batch is full, a flush is asked for or it is time. */
  void awaitBatch(Duration longest) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (flushing || closed || waiting.size() >= BATCH) {
        flushing = false;
        return;
      }
    } finally {
      lock.unlock();
    }
    nap(longest, false);
  }

  /** Waits, on the client's clock, before a batch is sent again; closing ends the wait, once. */
  void awaitRetry(Duration delay) throws InterruptedException {
    nap(delay, true);
  }

  private void nap(Duration duration, boolean isRetry) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      napping = Thread.currentThread();
      retrying = isRetry;
      roused = false;
    } finally {
      lock.unlock();
    }
    try {
      time.sleep(duration);
    } catch (InterruptedException e) {
      if (!isRoused()) {
        throw e;
      }
    } finally {
      awaken();
    }
  }

  private boolean isRoused() {
    lock.lock();
    try {
      return roused;
    } finally {
      lock.unlock();
    }
  }

  /** From here on nobody interrupts; an interrupt that came too late is taken back. */
  private void awaken() {
    lock.lock();
    try {
      napping = null;
      flushing = false;
      if (roused) {
        boolean unused = Thread.interrupted();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes the oldest events of one session, at most so many; empty when there are none. */
  List<Entry> take(int most) {
    lock.lock();
    try {
      List<Entry> batch = new ArrayList<>();
      Entry oldest = waiting.peekFirst();
      while (oldest != null
          && batch.size() < most
          && (batch.isEmpty() || batch.get(0).sessionId().equals(oldest.sessionId()))) {
        batch.add(waiting.removeFirst());
        oldest = waiting.peekFirst();
      }
      sending = batch;
      return List.copyOf(batch);
    } finally {
      lock.unlock();
    }
  }

  /** The server has accepted the batch. */
  void accepted() {
    lock.lock();
    try {
      sent += sending.size();
      sending.forEach(entry -> characters -= entry.characters());
      settled();
    } finally {
      lock.unlock();
    }
  }

  /** The server has not accepted the batch: it is the oldest again. */
  void rejected() {
    lock.lock();
    try {
      for (int i = sending.size() - 1; i >= 0; i--) {
        waiting.addFirst(sending.get(i));
      }
      settled();
    } finally {
      lock.unlock();
    }
  }

  /** The server never will accept the batch. */
  void refused() {
    lock.lock();
    try {
      sending.forEach(this::drop);
      settled();
    } finally {
      lock.unlock();
    }
  }

  private void settled() {
    sending = List.of();
    changed.signalAll();
  }

  /** Waits, in real time, until all is sent or it is of no use to wait. */
  void awaitEmpty(BooleanSupplier isHopeless, Duration longest) throws InterruptedException {
    long left = Time.nanos(longest);
    lock.lockInterruptibly();
    try {
      while (size() > 0 && left > 0 && !isHopeless.getAsBoolean()) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives up what is not sent, counts it as dropped and returns how many events it is. */
  int abandon() {
    lock.lock();
    try {
      int lost = size();
      waiting.forEach(this::drop);
      waiting.clear();
      sending.forEach(this::drop);
      sending = List.of();
      changed.signalAll();
      return lost;
    } finally {
      lock.unlock();
    }
  }

  /** What has become of the events so far. */
  Counts counts() {
    lock.lock();
    try {
      Long at = lastDrop;
      Duration ago = at == null ? null : Duration.ofNanos(time.nanoTime() - at);
      return new Counts(size(), sent, dropped, ago);
    } finally {
      lock.unlock();
    }
  }

  /**
   * How many events there are.
   *
   * @param waiting not yet accepted by the server
   * @param sent accepted by the server
   * @param dropped lost because there were too many
   * @param sinceLastDrop null when none was lost
   */
  public record Counts(int waiting, long sent, long dropped, @Nullable Duration sinceLastDrop) {}
}

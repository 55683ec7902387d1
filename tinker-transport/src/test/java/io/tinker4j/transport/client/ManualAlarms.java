package io.tinker4j.transport.client;

import io.tinker4j.transport.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A clock that a test moves; what is scheduled runs on the test's thread. Sleeps move it, too. */
public final class ManualAlarms implements Time {
  private record Alarm(long due, Runnable task) {}

  private final List<Alarm> alarms = new ArrayList<>();
  private long nanos;

  @Override
  public synchronized Instant now() {
    return RecordingTime.START.plusNanos(nanos);
  }

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  @Override
  public void sleep(Duration duration) {
    advance(duration);
  }

  @Override
  public synchronized Scheduled schedule(Duration delay, Runnable task) {
    Alarm alarm = new Alarm(nanos + delay.toNanos(), task);
    alarms.add(alarm);
    return () -> {
      synchronized (this) {
        return alarms.remove(alarm);
      }
    };
  }

  public void advance(Duration duration) {
    long end;
    synchronized (this) {
      end = nanos + duration.toNanos();
    }
    for (Alarm next = next(end); next != null; next = next(end)) {
      next.task().run();
    }
  }

  private synchronized @org.jspecify.annotations.Nullable Alarm next(long end) {
    Alarm next =
        alarms.stream()
            .filter(alarm -> alarm.due() <= end)
            .min(Comparator.comparingLong(Alarm::due))
            .orElse(null);
    nanos = next == null ? end : Math.max(nanos, next.due());
    alarms.remove(next);
    return next;
  }
}

package io.tinker4j.transport;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** The real clock. */
final class SystemTime implements Time {
  static final SystemTime INSTANCE = new SystemTime();

  private static final System.Logger log = System.getLogger(SystemTime.class.getName());

  private final ScheduledThreadPoolExecutor alarms;

  private SystemTime() {
    alarms =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("tinker-alarm-", 0).factory());
    alarms.setRemoveOnCancelPolicy(true);
    // Without alarms no thread is left.
    alarms.setKeepAliveTime(1, TimeUnit.SECONDS);
    alarms.allowCoreThreadTimeOut(true);
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    Thread.sleep(duration);
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    // A future's own cancel() also claims success while the task is running, hence the flag.
    AtomicBoolean claimed = new AtomicBoolean();
    Future<?> future =
        alarms.schedule(
            () -> {
              if (claimed.compareAndSet(false, true)) {
                runLogged(task);
              }
            },
            Time.nanos(delay),
            TimeUnit.NANOSECONDS);
    return () -> {
      boolean cancelled = claimed.compareAndSet(false, true);
      if (cancelled) {
        future.cancel(false);
      }
      return cancelled;
    };
  }

  private static void runLogged(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      log.log(System.Logger.Level.ERROR, "a scheduled task failed", Redaction.byForm(e));
    }
  }
}

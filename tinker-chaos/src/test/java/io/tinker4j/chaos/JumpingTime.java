package io.tinker4j.chaos;

import io.tinker4j.transport.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** The system's time with a wall clock that is set back and forth now and then, by up to a day. */
final class JumpingTime implements Time {
  private static final long LONGEST_PAUSE = Duration.ofSeconds(2).toNanos();

  private final Time time = Time.system();
  private final Consumer<Duration> listener;
  private final ReentrantLock lock = new ReentrantLock(); // guards: random, error, next
  private final SplittableRandom random;
  private Duration error = Duration.ZERO;
  private long next;

  JumpingTime(long seed, Consumer<Duration> listener) {
    this.random = new SplittableRandom(seed);
    this.listener = listener;
    this.next = time.nanoTime() + random.nextLong(LONGEST_PAUSE);
  }

  @Override
  public Instant now() {
    lock.lock();
    try {
      if (time.nanoTime() - next > 0) {
        long most = Duration.ofSeconds(random.nextBoolean() ? 10 : 86_400).toMillis();
        error = Duration.ofMillis(random.nextLong(-most, most));
        next = time.nanoTime() + random.nextLong(LONGEST_PAUSE);
        listener.accept(error);
      }
      return time.now().plus(error);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long nanoTime() {
    return time.nanoTime();
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    time.sleep(duration);
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    return time.schedule(delay, task);
  }
}

package io.tinker4j.testkit.run;

import io.tinker4j.types.BillingEventInfo;
import io.tinker4j.types.CheckpointBillingEvent;
import io.tinker4j.types.SamplingPrefillBillingEvent;
import io.tinker4j.types.SamplingSampleBillingEvent;
import io.tinker4j.types.TrainingBillingEvent;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Counts what was used, by hour, owner, session and base model. Safe for use by many threads. */
public final class UsageMeter {
  private final InstantSource clock;

  /** Guards: counts. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<Bucket, Long> counts = new HashMap<>();

  public UsageMeter(InstantSource clock) {
    this.clock = clock;
  }

  /** What is counted. */
  public enum Kind {
    TRAINING,
    PREFILL,
    SAMPLE,
    CHECKPOINT;

    public BillingEventInfo toWire(long count) {
      return switch (this) {
        case TRAINING -> TrainingBillingEvent.builder().tokenCount(count).build();
        case PREFILL ->
            SamplingPrefillBillingEvent.builder().cached(false).tokenCount(count).build();
        case SAMPLE -> SamplingSampleBillingEvent.builder().tokenCount(count).build();
        case CHECKPOINT -> CheckpointBillingEvent.builder().count(count).build();
      };
    }
  }

  /** On whose account it is. */
  public record Account(String owner, String sessionId, String baseModel) {}

  /** What was used within the hour from {@code start}. */
  public record Bucket(Instant start, Account account, Kind kind) {}

  public void add(Account account, Kind kind, long count) {
    add(clock.instant(), account, kind, count);
  }

  public void add(Instant time, Account account, Kind kind, long count) {
    lock.lock();
    try {
      counts.merge(new Bucket(time.truncatedTo(ChronoUnit.HOURS), account, kind), count, Long::sum);
    } finally {
      lock.unlock();
    }
  }

  /** What an owner used in the hours of a window, the earliest first. */
  public List<Map.Entry<Bucket, Long>> usage(String owner, Instant from, Instant to) {
    lock.lock();
    try {
      return counts.entrySet().stream()
          .filter(entry -> entry.getKey().account().owner().equals(owner))
          .filter(entry ->
              !entry.getKey().start().isBefore(from) && entry.getKey().start().isBefore(to))
          .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
          .sorted(
              Comparator.comparing((Map.Entry<Bucket, Long> entry) -> entry.getKey().start())
                  .thenComparing(entry -> entry.getKey().account().sessionId())
                  .thenComparing(entry -> entry.getKey().account().baseModel())
                  .thenComparing(entry -> entry.getKey().kind()))
          .toList();
    } finally {
      lock.unlock();
    }
  }
}

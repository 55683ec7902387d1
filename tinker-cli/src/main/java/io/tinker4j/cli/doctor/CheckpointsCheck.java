package io.tinker4j.cli.doctor;

import io.tinker4j.types.Checkpoint;
import io.tinker4j.types.CheckpointType;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether the newest training checkpoint of a run, from which it would go on, is about to expire.
 * Older ones, and those for sampling, are meant to.
 */
final class CheckpointsCheck implements Check {
  private static final Duration SOON = Duration.ofDays(1);

  @Override
  public Subject subject() {
    return Subject.CHECKPOINTS;
  }

  @Override
  public Set<Subject> needs() {
    return Set.of(Subject.ACCESS);
  }

  @Override
  public Finding look(Patient patient) {
    Map<String, Checkpoint> newest = new HashMap<>();
    long count = 0;
    for (Checkpoint each : patient.rest().checkpoints().all()) {
      count++;
      if (each.checkpointType().equals(CheckpointType.TRAINING)) {
        newest.merge(run(each), each, CheckpointsCheck::later);
      }
    }
    Instant now = patient.machine().time().now();
    List<String> expiring =
        newest.values().stream()
            .filter(each -> expiry(each).isBefore(now.plus(SOON)))
            .sorted(Comparator.comparing(CheckpointsCheck::expiry))
            .map(each ->
                "%s (in %s)"
                    .formatted(
                        each.tinkerPath(), Words.duration(Duration.between(now, expiry(each)))))
            .toList();
    return expiring.isEmpty()
        ? Finding.ok(
            "%s; no run's newest expires within a day".formatted(Words.count(count, "checkpoint")))
        : Finding.failed(
            "%s of a run about to expire: %s"
                .formatted(Words.count(expiring.size(), "newest checkpoint"), Words.some(expiring)),
            "keep what is still needed: `tinker checkpoint set-ttl`, or"
                + " checkpoints().clearTtl(path) in Java");
  }

  private static String run(Checkpoint checkpoint) {
    return checkpoint.tinkerPath().replaceFirst("^(tinker://[^/]+)/.*$", "$1");
  }

  private static Checkpoint later(Checkpoint one, Checkpoint other) {
    return one.time().isAfter(other.time()) ? one : other;
  }

  private static Instant expiry(Checkpoint checkpoint) {
    return checkpoint.expiresAt().orElse(Instant.MAX);
  }
}

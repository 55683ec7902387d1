package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.store.CheckpointOrder;
import io.tinker4j.types.internal.Checks;
import io.tinker4j.types.internal.TinkerStyle;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.immutables.value.Value;

/**
 * Which of a run's checkpoints are deleted when there are newer ones. Never the newest, which at
 * the end is the run's result, never the one that the model in training was restored from, and
 * never a published one, which the server is asked about. Newer is what a later lineage has saved,
 * and within a lineage what has more steps, whatever the clock said at the time.
 */
@TinkerStyle
@Value.Immutable
public interface RetentionPolicy {
  /** How many of the newest are kept. Default: 5. */
  @Value.Default
  default int keepLast() {
    return 5;
  }

  /** The best one by this metric is kept. Default: no such rule. */
  Optional<BestMetric> keepBest();

  /** Those at a multiple of so many steps are kept. Default: no such rule. */
  OptionalLong keepEvery();

  /**
   * Of those kept for their number or place, the ones older than this go, by the wall clock of the
   * machine that trains; the newest stays. Default: none.
   */
  Optional<Duration> maxAge();

  /** Paths that are kept whatever the rules say. Default: none. */
  Set<String> pinned();

  /** Whether nothing is deleted and only the log tells what would be. Default: false. */
  @Value.Default
  default boolean dryRun() {
    return false;
  }

  /** Refuses values that make no sense, by name. */
  private void check() {
    Checks.atLeast("keepLast", keepLast(), 1);
    if (keepEvery().isPresent()) {
      Checks.atLeast("keepEvery", keepEvery().getAsLong(), 1);
    }
    maxAge().ifPresent(age -> Checks.positive("maxAge", age));
  }

  /**
   * Returns which checkpoints the rules let go, oldest first; never the newest. Deletes nothing.
   *
   * @param all the checkpoints of a run
   * @param now what {@code maxAge} is measured to
   */
  default List<CheckpointRecord> toDelete(List<CheckpointRecord> all, Instant now) {
    List<CheckpointRecord> newestFirst = all.stream().sorted(CheckpointOrder.NEWEST_FIRST).toList();
    Set<String> kept = new HashSet<>(pinned());
    for (int i = 0; i < newestFirst.size(); i++) {
      CheckpointRecord each = newestFirst.get(i);
      boolean young =
          maxAge().isEmpty() || Duration.between(each.savedAt(), now).compareTo(maxAge().get()) < 0;
      boolean placed =
          i < keepLast() || (keepEvery().isPresent() && each.step() % keepEvery().getAsLong() == 0);
      if (i == 0 || (young && placed)) {
        kept.add(each.path());
      }
    }
    keepBest()
        .flatMap(metric ->
            all.stream()
                .filter(each -> each.metrics().containsKey(metric.name()))
                .min(metric.bestFirst()))
        .ifPresent(best -> kept.add(best.path()));
    return newestFirst.reversed().stream().filter(each -> !kept.contains(each.path())).toList();
  }

  /** Starts new settings. */
  static Builder builder() {
    return new Builder();
  }

  /** Builds settings; not thread-safe. */
  final class Builder {
    private final ImmutableRetentionPolicy.Builder fields = ImmutableRetentionPolicy.builder();

    private Builder() {}

    /** Takes all settings over from a value. */
    public Builder from(RetentionPolicy value) {
      fields.from(value);
      return this;
    }

    /** How many of the newest are kept. Default: 5. */
    public Builder keepLast(int keepLast) {
      fields.keepLast(keepLast);
      return this;
    }

    /** The best one by this metric is kept. Default: no such rule. */
    public Builder keepBest(BestMetric keepBest) {
      fields.keepBest(keepBest);
      return this;
    }

    /** Those at a multiple of so many steps are kept. Default: no such rule. */
    public Builder keepEvery(long keepEvery) {
      fields.keepEvery(keepEvery);
      return this;
    }

    /**
     * Of those kept for their number or place, the ones older than this go, by the wall clock of
     * the machine that trains; the newest stays. Default: none.
     */
    public Builder maxAge(Duration maxAge) {
      fields.maxAge(maxAge);
      return this;
    }

    /** Paths that are kept whatever the rules say. Default: none. */
    public Builder pinned(Iterable<String> pinned) {
      fields.pinned(pinned);
      return this;
    }

    /** Adds one to {@link #pinned}. */
    public Builder addPinned(String element) {
      fields.addPinned(element);
      return this;
    }

    /** Whether nothing is deleted and only the log tells what would be. Default: false. */
    public Builder dryRun(boolean dryRun) {
      fields.dryRun(dryRun);
      return this;
    }

    /**
     * Builds the value.
     *
     * @throws IllegalArgumentException when a setting is out of its range; it is named
     */
    public RetentionPolicy build() {
      RetentionPolicy value = fields.build();
      value.check();
      return value;
    }
  }
}

package io.tinker4j.recovery;

import io.tinker4j.training.SaveOptions;
import io.tinker4j.types.internal.Checks;
import io.tinker4j.types.internal.TinkerStyle;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.immutables.value.Value;

/**
 * When checkpoints are saved. One save at a time is under way; what falls due meanwhile is saved at
 * the next step after it. A save that fails never stops training and is tried again at the next
 * step.
 */
@TinkerStyle
@Value.Immutable
public interface CheckpointSchedule {
  /** After every so many steps. Default: 100 unless another rule is set. */
  OptionalLong everySteps();

  /** When so much time has passed since the last one. Default: no such rule. */
  Optional<Duration> every();

  /** At the end of each pass over the data. Default: false. */
  @Value.Default
  default boolean everyEpoch() {
    return false;
  }

  /**
   * When a metric is better than ever, at the next step that is submitted after it is known.
   * Default: no such rule.
   */
  Optional<BestMetric> onBestMetric();

  /**
   * When the run is asked to stop. Default: true. The end of the data always has a checkpoint: a
   * run is complete only with one.
   */
  @Value.Default
  default boolean onClose() {
    return true;
  }

  /**
   * How long checkpoints are kept by the server, in whole seconds, from one second to ten years.
   * Default: no limit.
   */
  Optional<Duration> ttl();

  /**
   * Returns whether a step calls for a checkpoint by the rules of steps, time and epochs.
   *
   * @param step the step that was submitted last
   * @param endsEpoch whether the data was read to its end with it
   * @param sinceLast the time since the last checkpoint fell due, or since the run began
   */
  default boolean shouldSave(long step, boolean endsEpoch, Duration sinceLast) {
    return (everySteps().isPresent() && step % everySteps().getAsLong() == 0)
        || (every().isPresent() && sinceLast.compareTo(every().get()) >= 0)
        || (everyEpoch() && endsEpoch);
  }

  /** Refuses values that make no sense, by name, and falls back to every 100 steps. */
  private CheckpointSchedule check() {
    if (everySteps().isPresent()) {
      Checks.atLeast("everySteps", everySteps().getAsLong(), 1);
    }
    every().ifPresent(time -> Checks.positive("every", time));
    ttl().ifPresent(time -> SaveOptions.builder().ttl(time).build());
    boolean ruled =
        everySteps().isPresent()
            || every().isPresent()
            || everyEpoch()
            || onBestMetric().isPresent();
    return ruled ? this : new Builder().from(this).everySteps(100).build();
  }

  /** Starts new settings. */
  static Builder builder() {
    return new Builder();
  }

  /** Builds settings; not thread-safe. */
  final class Builder {
    private final ImmutableCheckpointSchedule.Builder fields =
        ImmutableCheckpointSchedule.builder();

    private Builder() {}

    /** Takes all settings over from a value. */
    public Builder from(CheckpointSchedule value) {
      fields.from(value);
      return this;
    }

    /** After every so many steps. Default: 100 unless another rule is set. */
    public Builder everySteps(long everySteps) {
      fields.everySteps(everySteps);
      return this;
    }

    /** When so much time has passed since the last one. Default: no such rule. */
    public Builder every(Duration every) {
      fields.every(every);
      return this;
    }

    /** At the end of each pass over the data. Default: false. */
    public Builder everyEpoch(boolean everyEpoch) {
      fields.everyEpoch(everyEpoch);
      return this;
    }

    /**
     * When a metric is better than ever, at the next step that is submitted after it is known.
     * Default: no such rule.
     */
    public Builder onBestMetric(BestMetric onBestMetric) {
      fields.onBestMetric(onBestMetric);
      return this;
    }

    /**
     * When the run is asked to stop. Default: true. The end of the data always has a checkpoint: a
     * run is complete only with one.
     */
    public Builder onClose(boolean onClose) {
      fields.onClose(onClose);
      return this;
    }

    /**
     * How long checkpoints are kept by the server, in whole seconds, from one second to ten years.
     * Default: no limit.
     */
    public Builder ttl(Duration ttl) {
      fields.ttl(ttl);
      return this;
    }

    /**
     * Builds the value.
     *
     * @throws IllegalArgumentException when a setting is out of its range; it is named
     */
    public CheckpointSchedule build() {
      return fields.build().check();
    }
  }
}

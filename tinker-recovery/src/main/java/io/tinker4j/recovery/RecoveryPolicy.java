package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.recovery.validation.CheckpointValidator;
import io.tinker4j.transport.Backoff;
import io.tinker4j.types.internal.Checks;
import io.tinker4j.types.internal.TinkerStyle;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;
import org.immutables.value.Value;

/** How hard a run tries to go on after an incident. Every value is checked when it is built. */
@TinkerStyle
@Value.Immutable
public interface RecoveryPolicy {
  /**
   * How often a run is brought back for one incident before it is given up. An incident is over
   * when a step is done that had never been done before. Default: 3.
   */
  @Value.Default
  default int maxAttempts() {
    return 3;
  }

  /**
   * The waits between attempts, and, by its jitter, the spread of first attempts of many runs.
   * Default: 5 seconds, doubling to 60, more or less a quarter.
   */
  @Value.Default
  default Backoff backoff() {
    return new Backoff(Duration.ofSeconds(5), Duration.ofSeconds(60), 0.25);
  }

  /**
   * Which failures of operations, steps and evaluations are recovered from, of those for which it
   * can help; any other is thrown as it is, and the journal can be resumed. Default: all.
   */
  @Value.Default
  default Predicate<? super Throwable> recoversFrom() {
    return failure -> true;
  }

  /** How long an attempt may take before it counts as failed. Default: 10 minutes. */
  @Value.Default
  default Duration attemptTimeout() {
    return Duration.ofMinutes(10);
  }

  /**
   * How long to wait, per incident, for a server that has no room for another model, before that
   * counts as a failed attempt. It is asked again after the waits of {@link #backoff}. Default: 15
   * minutes, as servers take up to 6 to notice that a process is gone and free its model.
   */
  @Value.Default
  default Duration capacityWait() {
    return Duration.ofMinutes(15);
  }

  /** How often monitors ask for the state of a run. Default: 30 seconds. */
  @Value.Default
  default Duration pollInterval() {
    return Duration.ofSeconds(30);
  }

  /** Which checkpoint a run goes back to. Default: the latest valid one. */
  @Value.Default
  default CheckpointChoice checkpointChoice() {
    return new CheckpointChoice.LatestValid();
  }

  /**
   * How many other checkpoints an attempt may turn to when one is rejected, or has failed twice, or
   * fails in the last attempt. Default: 3.
   */
  @Value.Default
  default int maxFallbacks() {
    return 3;
  }

  /** How closely checkpoints are looked at before they are loaded. Default METADATA. */
  @Value.Default
  default CheckpointValidator.Level validation() {
    return CheckpointValidator.Level.METADATA;
  }

  /** Whether the optimizer's state is restored. Default: true; false trains on with a cold one. */
  @Value.Default
  default boolean restoreOptimizer() {
    return true;
  }

  /** What happens when the server refuses to restore the optimizer's state. Default FAIL. */
  @Value.Default
  default OptimizerLoss onOptimizerLost() {
    return OptimizerLoss.FAIL;
  }

  /**
   * Whether the first step after a restore must move the weights as it did before, which it does
   * only with the optimizer's state: the same step on a model with the weights alone must end
   * elsewhere, else an event says that nothing was shown. A mismatch ends the restore. Costs a
   * forward pass of the frozen batch per checkpoint and another model per restore, and needs steps
   * that give the same when they are repeated. Default: false.
   */
  @Value.Default
  default boolean verifyOptimizer() {
    return false;
  }

  /**
   * By how much a log-probability of the frozen batch may differ after a restore. Default: 0.001;
   * zero for servers that compute the same bits each time.
   */
  @Value.Default
  default double probeTolerance() {
    return 1e-3;
  }

  /** How many runs may recover at once where they share {@link RecoverySlots}. Default: 1. */
  @Value.Default
  default int maxConcurrentRecoveries() {
    return 1;
  }

  /**
   * Whether steps behind the checkpoint are trained again. Default: true; false goes on with the
   * data behind what was submitted last, which loses those steps: {@code checkpoint_selected} tells
   * how many. Their numbers are given again, to steps on other data.
   */
  @Value.Default
  default boolean replayTail() {
    return true;
  }

  /** How many recoveries may begin within an hour. Default: 20. */
  @Value.Default
  default int maxRecoveriesPerHour() {
    return 20;
  }

  /** How long recoveries may go on without a step that is new. Default: 6 hours. */
  @Value.Default
  default Duration progressDeadline() {
    return Duration.ofHours(6);
  }

  /** What to do without the optimizer's state. */
  enum OptimizerLoss {
    /** Treat the checkpoint as one that cannot be loaded. */
    FAIL,
    /** Load the weights alone, with an event that says so. */
    WEIGHTS_ONLY
  }

  /** Which checkpoint to go back to. */
  sealed interface CheckpointChoice {
    /**
     * The latest that passes validation; rejected ones, and those that fail a second time for
     * whatever reason, are followed by older ones, and that of step 0 by the base model, whatever
     * the choice.
     */
    record LatestValid() implements CheckpointChoice {}

    /**
     * The latest: when it is rejected, it is tried again by the next attempt, never an older one.
     */
    record Latest() implements CheckpointChoice {}

    /** The best by a metric; rejected ones are followed by the next best. */
    record Best(BestMetric metric) implements CheckpointChoice {
      /** Requires a metric. */
      public Best {
        Objects.requireNonNull(metric, "metric");
      }
    }

    /**
     * This one of the run's checkpoints, after each incident. A run that has no such checkpoint
     * ends with a {@link JournalException}.
     */
    record Specific(String path) implements CheckpointChoice {
      /** Refuses what is no path. */
      public Specific {
        if (!path.startsWith("tinker://")) {
          throw new IllegalArgumentException(
              "path is '" + path + "'; a checkpoint's path starts with tinker://");
        }
      }
    }
  }

  /** Refuses values that make no sense, by name. */
  private void check() {
    Checks.atLeast("maxAttempts", maxAttempts(), 1);
    Checks.positive("attemptTimeout", attemptTimeout());
    Checks.positive("capacityWait", capacityWait());
    Checks.positive("pollInterval", pollInterval());
    Checks.atLeast("maxFallbacks", maxFallbacks(), 0);
    Checks.atLeast("maxConcurrentRecoveries", maxConcurrentRecoveries(), 1);
    Checks.atLeast("maxRecoveriesPerHour", maxRecoveriesPerHour(), 1);
    Checks.positive("progressDeadline", progressDeadline());
    if (!(probeTolerance() >= 0)) {
      throw new IllegalArgumentException(
          "probeTolerance is " + probeTolerance() + "; it must be at least 0");
    }
    if (verifyOptimizer() && !replayTail()) {
      throw new IllegalArgumentException(
          "verifyOptimizer is true, but replayTail is false; the step to compare is not repeated");
    }
    if (verifyOptimizer() && !restoreOptimizer()) {
      throw new IllegalArgumentException(
          "verifyOptimizer is true, but restoreOptimizer is false; there is nothing to verify");
    }
  }

  /** Starts new settings. */
  static Builder builder() {
    return new Builder();
  }

  /** Builds settings; not thread-safe. */
  final class Builder {
    private final ImmutableRecoveryPolicy.Builder fields = ImmutableRecoveryPolicy.builder();

    private Builder() {}

    /** Takes all settings over from a value. */
    public Builder from(RecoveryPolicy value) {
      fields.from(value);
      return this;
    }

    /**
     * How often a run is brought back for one incident before it is given up. An incident is over
     * when a step is done that had never been done before. Default: 3.
     */
    public Builder maxAttempts(int maxAttempts) {
      fields.maxAttempts(maxAttempts);
      return this;
    }

    /**
     * The waits between attempts, and, by its jitter, the spread of first attempts of many runs.
     * Default: 5 seconds, doubling to 60, more or less a quarter.
     */
    public Builder backoff(Backoff backoff) {
      fields.backoff(backoff);
      return this;
    }

    /**
     * Which failures of operations, steps and evaluations are recovered from, of those for which it
     * can help; any other is thrown as it is, and the journal can be resumed. Default: all.
     */
    public Builder recoversFrom(Predicate<? super Throwable> recoversFrom) {
      fields.recoversFrom(recoversFrom);
      return this;
    }

    /** How long an attempt may take before it counts as failed. Default: 10 minutes. */
    public Builder attemptTimeout(Duration attemptTimeout) {
      fields.attemptTimeout(attemptTimeout);
      return this;
    }

    /**
     * How long to wait, per incident, for a server that has no room for another model, before that
     * counts as a failed attempt. It is asked again after the waits of {@link #backoff}. Default:
     * 15 minutes, as servers take up to 6 to notice that a process is gone and free its model.
     */
    public Builder capacityWait(Duration capacityWait) {
      fields.capacityWait(capacityWait);
      return this;
    }

    /** How often monitors ask for the state of a run. Default: 30 seconds. */
    public Builder pollInterval(Duration pollInterval) {
      fields.pollInterval(pollInterval);
      return this;
    }

    /** Which checkpoint a run goes back to. Default: the latest valid one. */
    public Builder checkpointChoice(CheckpointChoice checkpointChoice) {
      fields.checkpointChoice(checkpointChoice);
      return this;
    }

    /**
     * How many other checkpoints an attempt may turn to when one is rejected, or has failed twice,
     * or fails in the last attempt. Default: 3.
     */
    public Builder maxFallbacks(int maxFallbacks) {
      fields.maxFallbacks(maxFallbacks);
      return this;
    }

    /** How closely checkpoints are looked at before they are loaded. Default METADATA. */
    public Builder validation(CheckpointValidator.Level validation) {
      fields.validation(validation);
      return this;
    }

    /**
     * Whether the optimizer's state is restored. Default: true; false trains on with a cold one.
     */
    public Builder restoreOptimizer(boolean restoreOptimizer) {
      fields.restoreOptimizer(restoreOptimizer);
      return this;
    }

    /** What happens when the server refuses to restore the optimizer's state. Default FAIL. */
    public Builder onOptimizerLost(OptimizerLoss onOptimizerLost) {
      fields.onOptimizerLost(onOptimizerLost);
      return this;
    }

    /**
     * Whether the first step after a restore must move the weights as it did before, which it does
     * only with the optimizer's state: the same step on a model with the weights alone must end
     * elsewhere, else an event says that nothing was shown. A mismatch ends the restore. Costs a
     * forward pass of the frozen batch per checkpoint and another model per restore, and needs
     * steps that give the same when they are repeated. Default: false.
     */
    public Builder verifyOptimizer(boolean verifyOptimizer) {
      fields.verifyOptimizer(verifyOptimizer);
      return this;
    }

    /**
     * By how much a log-probability of the frozen batch may differ after a restore. Default: 0.001;
     * zero for servers that compute the same bits each time.
     */
    public Builder probeTolerance(double probeTolerance) {
      fields.probeTolerance(probeTolerance);
      return this;
    }

    /** How many runs may recover at once where they share {@link RecoverySlots}. Default: 1. */
    public Builder maxConcurrentRecoveries(int maxConcurrentRecoveries) {
      fields.maxConcurrentRecoveries(maxConcurrentRecoveries);
      return this;
    }

    /**
     * Whether steps behind the checkpoint are trained again. Default: true; false goes on with the
     * data behind what was submitted last, which loses those steps: {@code checkpoint_selected}
     * tells how many. Their numbers are given again, to steps on other data.
     */
    public Builder replayTail(boolean replayTail) {
      fields.replayTail(replayTail);
      return this;
    }

    /** How many recoveries may begin within an hour. Default: 20. */
    public Builder maxRecoveriesPerHour(int maxRecoveriesPerHour) {
      fields.maxRecoveriesPerHour(maxRecoveriesPerHour);
      return this;
    }

    /** How long recoveries may go on without a step that is new. Default: 6 hours. */
    public Builder progressDeadline(Duration progressDeadline) {
      fields.progressDeadline(progressDeadline);
      return this;
    }

    /**
     * Builds the value.
     *
     * @throws IllegalArgumentException when a setting is out of its range; it is named
     */
    public RecoveryPolicy build() {
      RecoveryPolicy value = fields.build();
      value.check();
      return value;
    }
  }
}

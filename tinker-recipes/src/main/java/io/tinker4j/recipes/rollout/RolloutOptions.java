package io.tinker4j.recipes.rollout;

import io.tinker4j.transport.Time;
import io.tinker4j.types.internal.Checks;
import java.time.Duration;
import java.util.Objects;

/** How rollouts are made. Immutable. */
public final class RolloutOptions {
  private final int maxTokens;
  private final double temperature;
  private final int concurrency;
  private final Duration stepDeadline;
  private final Duration rolloutDeadline;
  private final FailurePolicy failurePolicy;
  private final Time time;

  private RolloutOptions(Builder from) {
    this.maxTokens = from.maxTokens;
    this.temperature = from.temperature;
    this.concurrency = from.concurrency;
    this.stepDeadline = from.stepDeadline;
    this.rolloutDeadline = from.rolloutDeadline;
    this.failurePolicy = from.failurePolicy;
    this.time = from.time;
  }

  /**
   * Starts options.
   *
   * @param maxTokens of one action
   * @throws IllegalArgumentException when it is below 1
   */
  public static Builder builder(int maxTokens) {
    Checks.atLeast("maxTokens", maxTokens, 1);
    return new Builder(maxTokens);
  }

  /** Returns how many tokens an action has at most. */
  public int maxTokens() {
    return maxTokens;
  }

  /** Returns the temperature that actions are sampled with. */
  public double temperature() {
    return temperature;
  }

  /** Returns how many rollouts are under way at most. */
  public int concurrency() {
    return concurrency;
  }

  /** Returns how long a call of an environment or of a group's grader may take. */
  public Duration stepDeadline() {
    return stepDeadline;
  }

  /** Returns how long an attempt at a rollout may take, its samples included. */
  public Duration rolloutDeadline() {
    return rolloutDeadline;
  }

  /** Returns what happens when a rollout fails. */
  public FailurePolicy failurePolicy() {
    return failurePolicy;
  }

  /** Returns the clock of the deadlines. */
  public Time time() {
    return time;
  }

  /** Builds options; not thread-safe. */
  public static final class Builder {
    private final int maxTokens;
    private double temperature = 1;
    private int concurrency = 1024;
    private Duration stepDeadline = Duration.ofMinutes(5);
    private Duration rolloutDeadline = Duration.ofMinutes(30);
    private FailurePolicy failurePolicy = FailurePolicy.failFast();
    private Time time = Time.system();

    private Builder(int maxTokens) {
      this.maxTokens = maxTokens;
    }

    /**
     * Sets the temperature of sampling. Default: 1, at which the sampler's log-probabilities are
     * those of the distribution that was sampled from, as the policy losses take them to be.
     */
    public Builder temperature(double temperature) {
      Checks.atLeast("temperature", temperature, 0.0);
      this.temperature = temperature;
      return this;
    }

    /**
     * Sets how many rollouts are under way at most; others wait in the order of their groups. Lower
     * it for environments that cost memory or processes. Default: 1024.
     */
    public Builder concurrency(int rollouts) {
      Checks.atLeast("concurrency", rollouts, 1);
      this.concurrency = rollouts;
      return this;
    }

    /** Sets how long a call of an environment may take. Default: 5 minutes. */
    public Builder stepDeadline(Duration deadline) {
      this.stepDeadline = positive("stepDeadline", deadline);
      return this;
    }

    /** Sets how long an attempt at a rollout may take in all. Default: 30 minutes. */
    public Builder rolloutDeadline(Duration deadline) {
      this.rolloutDeadline = positive("rolloutDeadline", deadline);
      return this;
    }

    private static Duration positive(String name, Duration deadline) {
      if (!deadline.isPositive()) {
        throw new IllegalArgumentException(name + " is " + deadline + "; it must be positive");
      }
      return deadline;
    }

    /** Sets what happens when a rollout fails. Default: {@link FailurePolicy#failFast}. */
    public Builder failurePolicy(FailurePolicy policy) {
      this.failurePolicy = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /** Sets the clock of the deadlines, for tests. Default: the system's. */
    public Builder time(Time time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /** Returns the options. */
    public RolloutOptions build() {
      return new RolloutOptions(this);
    }
  }
}

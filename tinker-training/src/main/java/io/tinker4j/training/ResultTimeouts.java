package io.tinker4j.training;

import io.tinker4j.types.internal.TinkerStyle;
import java.time.Duration;
import java.util.Optional;
import org.immutables.value.Value;

/** How long results are waited for. Neither limit takes anything back on the server. */
@TinkerStyle
@Value.Immutable
public interface ResultTimeouts {
  /**
   * The longest time from the call to its result, waiting for its turn included; then its future
   * fails with {@link DeadlineExceededException}. Default: no such limit.
   */
  Optional<Duration> deadline();

  /**
   * How long none of a client's operations may show progress, which is a result or a change of
   * queue state, before those that wait fail with {@link ProgressTimeoutException}. Default: that
   * of the service client, two hours.
   */
  Optional<Duration> progressTimeout();

  /** Refuses limits that are not positive. */
  private void check() {
    deadline().ifPresent(limit -> positive("deadline", limit));
    progressTimeout().ifPresent(limit -> positive("progressTimeout", limit));
  }

  /** Starts new settings. */
  static Builder builder() {
    return new Builder();
  }

  /** Builds settings; not thread-safe. */
  final class Builder {
    private final ImmutableResultTimeouts.Builder fields = ImmutableResultTimeouts.builder();

    private Builder() {}

    /** Takes all settings over from a value. */
    public Builder from(ResultTimeouts value) {
      fields.from(value);
      return this;
    }

    /**
     * The longest time from the call to its result, waiting for its turn included; then its future
     * fails with {@link DeadlineExceededException}. Default: no such limit.
     */
    public Builder deadline(Duration deadline) {
      fields.deadline(deadline);
      return this;
    }

    /**
     * How long none of a client's operations may show progress, which is a result or a change of
     * queue state, before those that wait fail with {@link ProgressTimeoutException}. Default: that
     * of the service client, two hours.
     */
    public Builder progressTimeout(Duration progressTimeout) {
      fields.progressTimeout(progressTimeout);
      return this;
    }

    /**
     * Builds the value.
     *
     * @throws IllegalArgumentException when a setting is out of its range; it is named
     */
    public ResultTimeouts build() {
      ResultTimeouts value = fields.build();
      value.check();
      return value;
    }
  }

  private static void positive(String name, Duration limit) {
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException(name + " is " + limit + "; it must be positive");
    }
  }
}

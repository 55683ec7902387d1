package io.tinker4j.training;

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
  @Value.Check
  default void check() {
    deadline().ifPresent(limit -> positive("deadline", limit));
    progressTimeout().ifPresent(limit -> positive("progressTimeout", limit));
  }

  /** Starts new settings. */
  static Builder builder() {
    return new Builder();
  }

  /** Builds settings; not thread-safe. */
  final class Builder extends ImmutableResultTimeouts.Builder {
    Builder() {}
  }

  private static void positive(String name, Duration limit) {
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException(name + " is " + limit + "; it must be positive");
    }
  }
}

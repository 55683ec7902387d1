package io.tinker4j.transport.internal;

import io.tinker4j.types.internal.Checks;
import java.time.Duration;

/**
 * When the calls of a kind are held back.
 *
 * @param failures how many calls in a row must have found no working server; 0 for never
 * @param openTime how long calls are held back at first
 */
public record CircuitSettings(int failures, Duration openTime) {
  public static final CircuitSettings DEFAULTS = new CircuitSettings(5, Duration.ofSeconds(10));

  public CircuitSettings {
    Checks.atLeast("circuitFailures", failures, 0);
    openTime = Checks.positive("openTime", openTime);
  }
}

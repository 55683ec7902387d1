package io.tinker4j.transport;

import io.tinker4j.types.internal.Checks;
import java.time.Duration;
import java.util.Objects;

/**
 * Waits that grow up to a longest one, with jitter so that many clients do not come back at once.
 *
 * @param jitter the part of a wait, 0 to 1, that chance decides
 */
public record Backoff(Duration first, Duration longest, double jitter, Growth growth) {
  /** How waits grow. */
  public enum Growth {
    /** Each is twice the one before. */
    EXPONENTIAL,
    /** Each is longer than the one before by the first. */
    LINEAR,
    /** Each is as long as the first. */
    CONSTANT
  }

  /** Waits that double. */
  public Backoff(Duration first, Duration longest, double jitter) {
    this(first, longest, jitter, Growth.EXPONENTIAL);
  }

  /** Refuses waits that are not positive and a jitter outside of 0 to 1. */
  public Backoff {
    first = Checks.positive("first", first);
    longest = Checks.positive("longest", longest);
    Objects.requireNonNull(growth, "growth");
    if (!(jitter >= 0 && jitter <= 1)) {
      throw new IllegalArgumentException("jitter is " + jitter + "; it must be from 0 to 1");
    }
  }

  /**
   * Returns the wait before the retry of that number, from 0, shortened by up to the jitter.
   *
   * @param random from 0 to 1
   */
  public Duration minusJitter(int retry, double random) {
    return seconds(grown(retry) * (1 - jitter * random));
  }

  /**
   * Returns the wait before the retry of that number, from 0, shortened or lengthened by up to the
   * jitter, but never longer than the longest.
   *
   * @param random from 0 to 1
   */
  public Duration plusMinusJitter(int retry, double random) {
    double wait = grown(retry) * (1 + jitter * (2 * random - 1));
    return seconds(Math.min(wait, inSeconds(longest)));
  }

  private double grown(int retry) {
    double one = inSeconds(first);
    double wait =
        switch (growth) {
          case EXPONENTIAL -> Math.scalb(one, Math.min(retry, 1_000));
          case LINEAR -> one * (retry + 1.0);
          case CONSTANT -> one;
        };
    return Math.min(wait, inSeconds(longest));
  }

  private static double inSeconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos(Math.round(Math.max(0, seconds) * 1e9));
  }
}

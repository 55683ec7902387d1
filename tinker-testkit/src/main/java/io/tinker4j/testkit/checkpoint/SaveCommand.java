package io.tinker4j.testkit.checkpoint;

import io.tinker4j.testkit.http.RefusedException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a checkpoint is saved.
 *
 * @param operation what saves it; a checkpoint of the same operation is not in its way
 * @param overwrite whether any other checkpoint of the name is replaced
 * @param ttl null when the checkpoint never expires
 */
public record SaveCommand(
    String operation, boolean overwrite, @Nullable Duration ttl, Map<String, String> userMetadata) {
  /** Longest time to live, ten years: the service's own limit for what it keeps. */
  private static final long MAX_TTL_SECONDS = 315_360_000;

  /**
   * Reads a time to live.
   *
   * @throws RefusedException 400 when it is not from {@code min} to ten years
   */
  public static @Nullable Duration ttl(@Nullable Long seconds, long min) {
    if (seconds == null) {
      return null;
    }
    if (seconds < min || seconds > MAX_TTL_SECONDS) {
      throw RefusedException.badRequest(
          "ttl_seconds is " + seconds + "; it must be from " + min + " to " + MAX_TTL_SECONDS);
    }
    return Duration.ofSeconds(seconds);
  }
}

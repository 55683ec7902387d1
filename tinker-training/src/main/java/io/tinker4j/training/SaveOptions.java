package io.tinker4j.training;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.immutables.value.Value;

/** Settings of a save. */
@TinkerStyle
@Value.Immutable
public interface SaveOptions {
  /** How long the checkpoint is kept, in whole seconds, at most ten years. Default: no limit. */
  Optional<Duration> ttl();

  /**
   * Whether a training checkpoint of that name is replaced. Default false: a conflict. Has no
   * effect on checkpoints for sampling.
   */
  @Value.Default
  default boolean overwrite() {
    return false;
  }

  /** Free-form metadata that listings show. Default none. */
  Map<String, String> userMetadata();

  /** Refuses a time to live below one second or above ten years. */
  @Value.Check
  default void check() {
    ttl().ifPresent(SubmissionChecks::ttl);
  }

  /** Starts new settings. */
  static Builder builder() {
    return new Builder();
  }

  /** Builds settings; not thread-safe. */
  final class Builder extends ImmutableSaveOptions.Builder {
    Builder() {}
  }
}

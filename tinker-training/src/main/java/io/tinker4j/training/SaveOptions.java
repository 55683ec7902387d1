package io.tinker4j.training;

import io.tinker4j.types.internal.TinkerStyle;
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
   * Whether a training checkpoint of that name is replaced. Default: false: a conflict. Has no
   * effect on checkpoints for sampling.
   */
  @Value.Default
  default boolean overwrite() {
    return false;
  }

  /** Free-form metadata that listings show. Default: none. */
  Map<String, String> userMetadata();

  /** Refuses a time to live below one second or above ten years. */
  private void check() {
    ttl().ifPresent(SubmissionChecks::ttl);
  }

  /** Starts new settings. */
  static Builder builder() {
    return new Builder();
  }

  /** Builds settings; not thread-safe. */
  final class Builder {
    private final ImmutableSaveOptions.Builder fields = ImmutableSaveOptions.builder();

    private Builder() {}

    /** Takes all settings over from a value. */
    public Builder from(SaveOptions value) {
      fields.from(value);
      return this;
    }

    /** How long the checkpoint is kept, in whole seconds, at most ten years. Default: no limit. */
    public Builder ttl(Duration ttl) {
      fields.ttl(ttl);
      return this;
    }

    /**
     * Whether a training checkpoint of that name is replaced. Default: false: a conflict. Has no
     * effect on checkpoints for sampling.
     */
    public Builder overwrite(boolean overwrite) {
      fields.overwrite(overwrite);
      return this;
    }

    /** Free-form metadata that listings show. Default: none. */
    public Builder userMetadata(Map<String, ? extends String> userMetadata) {
      fields.userMetadata(userMetadata);
      return this;
    }

    /** Adds one to {@link #userMetadata}. */
    public Builder putUserMetadata(String key, String value) {
      fields.putUserMetadata(key, value);
      return this;
    }

    /**
     * Builds the value.
     *
     * @throws IllegalArgumentException when a setting is out of its range; it is named
     */
    public SaveOptions build() {
      SaveOptions value = fields.build();
      value.check();
      return value;
    }
  }
}

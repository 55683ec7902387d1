package io.tinker4j.training;

import io.tinker4j.types.internal.TinkerStyle;
import java.time.Duration;
import java.util.Optional;
import org.immutables.value.Value;

/** Settings of a copy of a checkpoint. */
@TinkerStyle
@Value.Immutable
public interface CopyOptions {
  /** How long the copy is kept, in whole seconds. Default: for ever. */
  Optional<Duration> ttl();

  /** A credential that may read the checkpoint, when the client's own may not. Default: none. */
  @Value.Redacted
  Optional<String> weightsAccessToken();

  /** Starts new settings. */
  static Builder builder() {
    return new Builder();
  }

  /** Builds settings; not thread-safe. */
  final class Builder {
    private final ImmutableCopyOptions.Builder fields = ImmutableCopyOptions.builder();

    private Builder() {}

    /** Takes all settings over from a value. */
    public Builder from(CopyOptions value) {
      fields.from(value);
      return this;
    }

    /** How long the copy is kept, in whole seconds. Default: for ever. */
    public Builder ttl(Duration ttl) {
      fields.ttl(ttl);
      return this;
    }

    /** A credential that may read the checkpoint, when the client's own may not. Default: none. */
    public Builder weightsAccessToken(String weightsAccessToken) {
      fields.weightsAccessToken(weightsAccessToken);
      return this;
    }

    /** Builds the value. */
    public CopyOptions build() {
      return fields.build();
    }
  }
}

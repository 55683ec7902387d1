package io.tinker4j.training;

import java.time.Duration;
import java.util.Optional;
import org.immutables.value.Value;

/** Settings of a copy of a checkpoint. */
@TinkerStyle
@Value.Immutable
public interface CopyOptions {
  /** How long the copy is kept, in whole seconds. Default: for ever. */
  Optional<Duration> ttl();

  /** A credential that may read the checkpoint, when the client's own may not. Default none. */
  @Value.Redacted
  Optional<String> weightsAccessToken();

  /** Starts new settings. */
  static Builder builder() {
    return new Builder();
  }

  /** Builds settings; not thread-safe. */
  final class Builder extends ImmutableCopyOptions.Builder {
    Builder() {}
  }
}

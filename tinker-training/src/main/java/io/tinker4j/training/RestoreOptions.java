package io.tinker4j.training;

import java.util.Map;
import java.util.Optional;
import org.immutables.value.Value;

/** Settings of a model that is created from a checkpoint. */
@TinkerStyle
@Value.Immutable
public interface RestoreOptions {
  /** The base model. Default: the checkpoint's. */
  Optional<String> baseModel();

  /** Free-form metadata of the new model. Default none. */
  Map<String, String> userMetadata();

  /** A credential that may read the checkpoint, when the client's own may not. Default none. */
  @Value.Redacted
  Optional<String> weightsAccessToken();

  /** Starts new settings. */
  static Builder builder() {
    return new Builder();
  }

  /** Builds settings; not thread-safe. */
  final class Builder extends ImmutableRestoreOptions.Builder {
    Builder() {}
  }
}

package io.tinker4j.training;

import io.tinker4j.types.internal.TinkerStyle;
import java.util.Map;
import java.util.Optional;
import org.immutables.value.Value;

/** Settings of a model that is created from a checkpoint. */
@TinkerStyle
@Value.Immutable
public interface RestoreOptions {
  /** The base model. Default: the checkpoint's. */
  Optional<String> baseModel();

  /** Free-form metadata of the new model. Default: none. */
  Map<String, String> userMetadata();

  /** A credential that may read the checkpoint, when the client's own may not. Default: none. */
  @Value.Redacted
  Optional<String> weightsAccessToken();

  /** Starts new settings. */
  static Builder builder() {
    return new Builder();
  }

  /** Builds settings; not thread-safe. */
  final class Builder {
    private final ImmutableRestoreOptions.Builder fields = ImmutableRestoreOptions.builder();

    private Builder() {}

    /** Takes all settings over from a value. */
    public Builder from(RestoreOptions value) {
      fields.from(value);
      return this;
    }

    /** The base model. Default: the checkpoint's. */
    public Builder baseModel(String baseModel) {
      fields.baseModel(baseModel);
      return this;
    }

    /** Free-form metadata of the new model. Default: none. */
    public Builder userMetadata(Map<String, ? extends String> userMetadata) {
      fields.userMetadata(userMetadata);
      return this;
    }

    /** Adds one to {@link #userMetadata}. */
    public Builder putUserMetadata(String key, String value) {
      fields.putUserMetadata(key, value);
      return this;
    }

    /** A credential that may read the checkpoint, when the client's own may not. Default: none. */
    public Builder weightsAccessToken(String weightsAccessToken) {
      fields.weightsAccessToken(weightsAccessToken);
      return this;
    }

    /** Builds the value. */
    public RestoreOptions build() {
      return fields.build();
    }
  }
}

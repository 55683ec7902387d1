package io.tinker4j.training;

import io.tinker4j.types.internal.TinkerStyle;
import java.util.Map;
import java.util.OptionalLong;
import org.immutables.value.Value;

/** Settings of a new LoRA model. */
@TinkerStyle
@Value.Immutable
public interface LoraOptions {
  /** The rank of the adapter matrices, a power of two. Default: 32. */
  @Value.Default
  default int rank() {
    return 32;
  }

  /** The seed of the adapter's initial weights. Default: chosen by the server. */
  OptionalLong seed();

  /** Whether the MLP layers are adapted, expert layers included. Default: true. */
  @Value.Default
  default boolean trainMlp() {
    return true;
  }

  /** Whether the attention layers are adapted. Default: true. */
  @Value.Default
  default boolean trainAttn() {
    return true;
  }

  /** Whether the output matrix is adapted. Default: true. */
  @Value.Default
  default boolean trainUnembed() {
    return true;
  }

  /** Free-form metadata of the model. Default: none. */
  Map<String, String> userMetadata();

  /**
   * The optimizer, for servers that have others than AdamW: {@code type} and what it takes.
   * Default: the server's.
   */
  Map<String, Object> optimizerConfig();

  /** Refuses a rank that no server accepts, and an adapter without anything to train. */
  private void check() {
    if (Integer.bitCount(rank()) != 1 || rank() < 1) {
      throw new IllegalArgumentException("rank is " + rank() + "; it must be a power of two");
    }
    if (!trainMlp() && !trainAttn() && !trainUnembed()) {
      throw new IllegalArgumentException(
          "trainMlp, trainAttn and trainUnembed are all false; at least one must be true");
    }
  }

  /** Starts new settings. */
  static Builder builder() {
    return new Builder();
  }

  /** Builds settings; not thread-safe. */
  final class Builder {
    private final ImmutableLoraOptions.Builder fields = ImmutableLoraOptions.builder();

    private Builder() {}

    /** Takes all settings over from a value. */
    public Builder from(LoraOptions value) {
      fields.from(value);
      return this;
    }

    /** The rank of the adapter matrices, a power of two. Default: 32. */
    public Builder rank(int rank) {
      fields.rank(rank);
      return this;
    }

    /** The seed of the adapter's initial weights. Default: chosen by the server. */
    public Builder seed(long seed) {
      fields.seed(seed);
      return this;
    }

    /** Whether the MLP layers are adapted, expert layers included. Default: true. */
    public Builder trainMlp(boolean trainMlp) {
      fields.trainMlp(trainMlp);
      return this;
    }

    /** Whether the attention layers are adapted. Default: true. */
    public Builder trainAttn(boolean trainAttn) {
      fields.trainAttn(trainAttn);
      return this;
    }

    /** Whether the output matrix is adapted. Default: true. */
    public Builder trainUnembed(boolean trainUnembed) {
      fields.trainUnembed(trainUnembed);
      return this;
    }

    /** Free-form metadata of the model. Default: none. */
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
     * The optimizer, for servers that have others than AdamW: {@code type} and what it takes.
     * Default: the server's.
     */
    public Builder optimizerConfig(Map<String, ? extends Object> optimizerConfig) {
      fields.optimizerConfig(optimizerConfig);
      return this;
    }

    /** Adds one to {@link #optimizerConfig}. */
    public Builder putOptimizerConfig(String key, Object value) {
      fields.putOptimizerConfig(key, value);
      return this;
    }

    /**
     * Builds the value.
     *
     * @throws IllegalArgumentException when a setting is out of its range; it is named
     */
    public LoraOptions build() {
      LoraOptions value = fields.build();
      value.check();
      return value;
    }
  }
}

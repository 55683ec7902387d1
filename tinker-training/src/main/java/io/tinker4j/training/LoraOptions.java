package io.tinker4j.training;

import java.util.Map;
import java.util.OptionalLong;
import org.immutables.value.Value;

/** Settings of a new LoRA model. */
@TinkerStyle
@Value.Immutable
public interface LoraOptions {
  /** The rank of the adapter matrices, a power of two. Default 32. */
  @Value.Default
  default int rank() {
    return 32;
  }

  /** The seed of the adapter's initial weights. Default: chosen by the server. */
  OptionalLong seed();

  /** Whether the MLP layers are adapted, expert layers included. Default true. */
  @Value.Default
  default boolean trainMlp() {
    return true;
  }

  /** Whether the attention layers are adapted. Default true. */
  @Value.Default
  default boolean trainAttn() {
    return true;
  }

  /** Whether the output matrix is adapted. Default true. */
  @Value.Default
  default boolean trainUnembed() {
    return true;
  }

  /** Free-form metadata of the model. Default none. */
  Map<String, String> userMetadata();

  /**
   * The optimizer, for servers that have others than AdamW: {@code type} and what it takes.
   * Default: the server's.
   */
  Map<String, Object> optimizerConfig();

  /** Refuses a rank that no server accepts, and an adapter without anything to train. */
  @Value.Check
  default void check() {
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
  final class Builder extends ImmutableLoraOptions.Builder {
    Builder() {}
  }
}

package io.tinker4j.text.renderer;

import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** How a conversation becomes a training example. Immutable. */
public final class DatumOptions {
  /** Trains on the assistant's messages, each example counts the same, nothing is cut off. */
  public static final DatumOptions DEFAULT = builder().build();

  /** What the weights of an example add up to. */
  public enum Reduction {
    /** 1: long examples count no more than short ones. */
    MEAN,
    /** The number of tokens that are learned: each token counts the same. */
    NONE
  }

  private final TrainOnWhat trainOn;
  private final Reduction reduction;
  private final @Nullable Integer maxLength;
  private final boolean allowsNothingToLearn;

  private DatumOptions(Builder builder) {
    this.trainOn = builder.trainOn;
    this.reduction = builder.reduction;
    this.maxLength = builder.maxLength;
    this.allowsNothingToLearn = builder.allowsNothingToLearn;
  }

  /** Returns a builder of the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns what is learned. Default: {@link TrainOnWhat#ALL_ASSISTANT_MESSAGES}. */
  public TrainOnWhat trainOn() {
    return trainOn;
  }

  /** Returns what the weights add up to. Default: {@link Reduction#MEAN}. */
  public Reduction reduction() {
    return reduction;
  }

  /**
   * Returns how many tokens of a conversation are kept; what is longer loses its end, an image as a
   * whole. Default: all.
   */
  public OptionalInt maxLength() {
    return maxLength == null ? OptionalInt.empty() : OptionalInt.of(maxLength);
  }

  /**
   * Returns whether an example without a weight is allowed. Default: false, it is refused, because
   * it takes time and teaches nothing.
   */
  public boolean allowsNothingToLearn() {
    return allowsNothingToLearn;
  }

  /** Builds options. Used by one thread. */
  public static final class Builder {
    private TrainOnWhat trainOn = TrainOnWhat.ALL_ASSISTANT_MESSAGES;
    private Reduction reduction = Reduction.MEAN;
    private @Nullable Integer maxLength;
    private boolean allowsNothingToLearn;

    private Builder() {}

    /** Sets {@link DatumOptions#trainOn}. */
    public Builder trainOn(TrainOnWhat trainOn) {
      this.trainOn = Objects.requireNonNull(trainOn, "trainOn");
      return this;
    }

    /** Sets {@link DatumOptions#reduction}. */
    public Builder reduction(Reduction reduction) {
      this.reduction = Objects.requireNonNull(reduction, "reduction");
      return this;
    }

    /**
     * Sets {@link DatumOptions#maxLength}.
     *
     * @throws IllegalArgumentException below 2; an example needs an input and a target
     */
    public Builder maxLength(int maxLength) {
      if (maxLength < 2) {
        throw new IllegalArgumentException(
            "maxLength is %d; an example needs at least 2 tokens".formatted(maxLength));
      }
      this.maxLength = maxLength;
      return this;
    }

    /** Sets {@link DatumOptions#allowsNothingToLearn}. */
    public Builder allowsNothingToLearn(boolean allowsNothingToLearn) {
      this.allowsNothingToLearn = allowsNothingToLearn;
      return this;
    }

    /** Returns the options. */
    public DatumOptions build() {
      return new DatumOptions(this);
    }
  }
}

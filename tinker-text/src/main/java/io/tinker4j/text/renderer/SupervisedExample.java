package io.tinker4j.text.renderer;

import io.tinker4j.types.ModelInput;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A rendered conversation and the weight of each of its tokens in the loss. Immutable. */
public final class SupervisedExample {
  private final ModelInput modelInput;
  private final float[] weights;

  private SupervisedExample(ModelInput modelInput, float[] weights) {
    this.modelInput = modelInput;
    this.weights = weights;
  }

  /**
   * Returns an example; the array is copied.
   *
   * @throws IllegalArgumentException when there is not one weight per token
   */
  public static SupervisedExample of(ModelInput modelInput, float[] weights) {
    if (modelInput.length() != weights.length) {
      throw new IllegalArgumentException(
          "there are %d weights, but %d tokens".formatted(weights.length, modelInput.length()));
    }
    return new SupervisedExample(modelInput, weights.clone());
  }

  /** Returns an example that keeps the array. */
  static SupervisedExample owning(ModelInput modelInput, float[] weights) {
    return new SupervisedExample(modelInput, weights);
  }

  /** Returns the whole conversation as tokens. */
  public ModelInput modelInput() {
    return modelInput;
  }

  /** Returns the weights, one per token, in a new array. */
  public float[] weights() {
    return weights.clone();
  }

  /** Returns the weight of one token. */
  public float weight(int index) {
    return weights[index];
  }

  /** Returns the number of tokens. */
  public int length() {
    return weights.length;
  }

  /** Returns whether no token has a weight, so that there is nothing to learn. */
  public boolean trainsOnNothing() {
    for (float weight : weights) {
      if (weight != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SupervisedExample that
        && modelInput.equals(that.modelInput)
        && Arrays.equals(weights, that.weights);
  }

  @Override
  public int hashCode() {
    return 31 * modelInput.hashCode() + Arrays.hashCode(weights);
  }

  @Override
  public String toString() {
    return "SupervisedExample{" + weights.length + " tokens}";
  }
}

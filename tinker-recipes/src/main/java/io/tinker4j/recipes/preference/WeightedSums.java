package io.tinker4j.recipes.preference;

import io.tinker4j.types.Datum;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.TensorDtype;
import java.util.Arrays;
import java.util.List;

/** Weighted sums of an example's log-probabilities; what has no weight may be anything. */
final class WeightedSums {
  private WeightedSums() {}

  /** Half a pair would shift all others. */
  static void requirePairs(List<Datum> data, List<float[]> logprobs) {
    if (data.size() != logprobs.size()) {
      throw new IllegalArgumentException(
          "logprobs has %d entries, but there are %d examples"
              .formatted(logprobs.size(), data.size()));
    }
    if (data.isEmpty()) {
      throw new IllegalArgumentException("there are no examples; a loss needs at least one pair");
    }
    if (data.size() % 2 != 0) {
      throw new IllegalArgumentException(
          "data has %d examples; preferred and other answers come in pairs".formatted(data.size()));
    }
  }

  /** The weights of an example, 1 where it has none. */
  static float[] weights(int index, Datum datum, int length) {
    TensorData tensor = datum.lossFnInputs().get(Datum.WEIGHTS);
    if (tensor == null) {
      float[] ones = new float[length];
      Arrays.fill(ones, 1);
      return ones;
    }
    if (tensor.dtype() != TensorDtype.FLOAT32) {
      throw new IllegalArgumentException(
          "data[%d]: weights are %s, not float32".formatted(index, tensor.dtype().value()));
    }
    float[] weights = tensor.toFloats();
    if (weights.length != length) {
      throw new IllegalArgumentException(
          "data[%d] has %d weights, but %d log-probabilities"
              .formatted(index, weights.length, length));
    }
    return weights;
  }

  static double of(int index, String name, float[] values, float[] weights) {
    if (values.length != weights.length) {
      throw new IllegalArgumentException(
          "%s[%d] has %d entries, but the example has %d tokens"
              .formatted(name, index, values.length, weights.length));
    }
    double sum = 0;
    for (int t = 0; t < values.length; t++) {
      if (weights[t] == 0) {
        continue;
      }
      if (!Float.isFinite(values[t]) || !Float.isFinite(weights[t])) {
        throw new IllegalArgumentException(
            "%s[%d][%d] is %s with weight %s; both must be finite"
                .formatted(name, index, t, values[t], weights[t]));
      }
      sum += (double) weights[t] * values[t];
    }
    return sum;
  }

  static float[] scaled(float[] weights, double factor) {
    float[] scaled = new float[weights.length];
    for (int t = 0; t < scaled.length; t++) {
      scaled[t] = (float) (weights[t] * factor);
    }
    return scaled;
  }
}

package io.tinker4j.training.loss;

import io.tinker4j.types.Datum;
import io.tinker4j.types.TensorData;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Refuses what terms cannot be computed from, and reads what they need. */
final class TermInputs {
  private TermInputs() {}

  static void positive(String name, double value) {
    if (!(value > 0) || value == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(name + " is " + value + "; it must be positive");
    }
  }

  static void range(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          "%s is %s; it must be from %s to %s".formatted(name, value, least, most));
    }
  }

  static void pairs(List<double[]> logprobs) {
    if (logprobs.size() % 2 != 0) {
      throw new IllegalArgumentException(
          "data has %d examples; this term needs pairs".formatted(logprobs.size()));
    }
  }

  static void length(String what, int index, int length, int expected) {
    if (length != expected) {
      throw new IllegalArgumentException(
          "example %d has %d %s, but %d log-probabilities"
              .formatted(index, length, what, expected));
    }
  }

  /** The weights of an example, 1 where it has none. */
  static double[] weights(int index, Datum datum, int length) {
    double[] weights = new double[length];
    @Nullable TensorData tensor = datum.lossFnInputs().get(Datum.WEIGHTS);
    if (tensor == null) {
      Arrays.fill(weights, 1);
      return weights;
    }
    FloatBuffer values = tensor.toDense().floats();
    length("weights", index, values.remaining(), length);
    Arrays.setAll(weights, values::get);
    return weights;
  }

  /** The log-probabilities of a reference for an example. */
  static float[] reference(LossTerm.Reference reference, int index, Datum datum, int length) {
    float[] logprobs = reference.logprobs(index, datum);
    length("reference log-probabilities", index, logprobs.length, length);
    return logprobs;
  }
}

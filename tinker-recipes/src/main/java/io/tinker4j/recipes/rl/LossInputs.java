package io.tinker4j.recipes.rl;

import io.tinker4j.types.Datum;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.TensorDtype;

/** Reads the loss inputs of examples. */
final class LossInputs {
  private LossInputs() {}

  static TensorData tensor(int index, Datum datum, String name) {
    TensorData tensor = datum.lossFnInputs().get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "data[%d] has no %s; its loss inputs are %s"
              .formatted(index, name, datum.lossFnInputs()));
    }
    return tensor;
  }

  static float[] floats(int index, Datum datum, String name) {
    TensorData tensor = datum.lossFnInputs().get(name);
    if (tensor == null || tensor.dtype() != TensorDtype.FLOAT32) {
      throw new IllegalArgumentException(
          "data[%d] has no %s of float32; its loss inputs are %s"
              .formatted(index, name, datum.lossFnInputs()));
    }
    return tensor.toFloats();
  }
}

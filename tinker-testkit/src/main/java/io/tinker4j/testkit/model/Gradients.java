package io.tinker4j.testkit.model;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Gradients of the merged weights of the trained layers, [inputs][outputs] each. */
final class Gradients {
  private final Dimensions dimensions;
  private final Map<Layer, double[][]> matrices = new EnumMap<>(Layer.class);

  Gradients(Dimensions dimensions, Set<Layer> trained) {
    this.dimensions = dimensions;
    for (Layer layer : trained) {
      matrices.put(layer, new double[dimensions.inputs(layer)][dimensions.outputs(layer)]);
    }
  }

  /** Zeros of the same form. */
  Gradients fresh() {
    return new Gradients(dimensions, layers());
  }

  Set<Layer> layers() {
    return matrices.keySet();
  }

  double[][] of(Layer layer) {
    return Objects.requireNonNull(matrices.get(layer));
  }

  /** Adds outer products to a layer's gradient; does nothing for a layer that is not trained. */
  void addOuterProducts(Layer layer, double[][] inputs, double[][] outputGradients, int count) {
    double[][] matrix = matrices.get(layer);
    if (matrix != null) {
      Kernels.addOuterProducts(matrix, inputs, outputGradients, count);
    }
  }

  void add(Gradients other) {
    matrices.forEach((layer, matrix) -> {
      double[][] addend = other.of(layer);
      for (int i = 0; i < matrix.length; i++) {
        Kernels.addRow(matrix[i], 0, matrix[i].length, 1.0, addend[i]);
      }
    });
  }

  void clear() {
    for (double[][] matrix : matrices.values()) {
      for (double[] row : matrix) {
        Arrays.fill(row, 0.0);
      }
    }
  }
}

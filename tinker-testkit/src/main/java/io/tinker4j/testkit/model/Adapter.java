package io.tinker4j.testkit.model;

import java.util.List;

/**
 * The low-rank change of one layer: {@code W = W0 + scale * (B A)^T}, with W as [inputs][outputs],
 * A as [rank, inputs] and B as [outputs, rank].
 *
 * <p>A starts random, uniform within 1 / sqrt(inputs) as in PEFT; B starts at zero, so a new
 * adapter changes nothing.
 */
final class Adapter {
  private final Layer layer;
  private final double scale;
  private final int inputs;
  private final int outputs;
  private final Parameter a;

  /** B, held transposed: [rank][outputs]. */
  private final Parameter b;

  Adapter(Layer layer, LoraSettings settings, Dimensions dimensions) {
    this.layer = layer;
    this.scale = settings.scale();
    inputs = dimensions.inputs(layer);
    outputs = dimensions.outputs(layer);
    String prefix = "base_model.model." + layer.module();
    double[][] start =
        CounterRandom.of(settings.seed()).stream(layer.module())
            .nextMatrix(settings.rank(), inputs, 1 / Math.sqrt(inputs));
    a = new Parameter(prefix + ".lora_A.weight", false, start);
    b = new Parameter(prefix + ".lora_B.weight", true, new double[settings.rank()][outputs]);
  }

  Layer layer() {
    return layer;
  }

  List<Parameter> parameters() {
    return List.of(a, b);
  }

  /** Returns the layer's weights with this adapter applied, as a new matrix. */
  double[][] merge(double[][] frozen) {
    double[][] merged = new double[inputs][];
    double[] column = new double[a.values().length];
    for (int i = 0; i < merged.length; i++) {
      merged[i] = frozen[i].clone();
      for (int k = 0; k < column.length; k++) {
        column[k] = scale * a.values()[k][i];
      }
      Kernels.addProduct(merged[i], outputs, column, b.values());
    }
    return merged;
  }

  /** Sets the gradients of A and B from that of the merged weights, by the chain rule. */
  void project(double[][] weightGradient) {
    b.clearGradient();
    projectOnA(weightGradient);
    for (int k = 0; k < a.values().length; k++) {
      double[] gradientA = a.gradient()[k];
      double[] gradientB = b.gradient()[k];
      Kernels.addProduct(gradientB, outputs, a.values()[k], weightGradient);
      scale(gradientA);
      scale(gradientB);
    }
  }

  private void projectOnA(double[][] weightGradient) {
    if (outputs > Kernels.TILE) {
      Kernels.rowProducts(a.gradient(), b.values(), weightGradient, a.values().length);
      return;
    }
    a.clearGradient();
    double[][] transposed = Kernels.transpose(weightGradient);
    for (int k = 0; k < a.values().length; k++) {
      Kernels.addProduct(a.gradient()[k], inputs, b.values()[k], transposed);
    }
  }

  private void scale(double[] row) {
    for (int j = 0; j < row.length; j++) {
      row[j] *= scale;
    }
  }
}

package io.tinker4j.cli.merge;

import io.tinker4j.cli.merge.TensorFile.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * What an adapter adds to one weight: the product of two small matrices, times a number.
 *
 * @param target the name of the weight
 * @param down from inputs to the rank, {@code lora_A}
 * @param up from the rank to outputs, {@code lora_B}
 * @param isEmbedding whether the weight has a row for each input, as embeddings do
 */
record LoraFactors(String target, Tensor down, Tensor up, boolean isEmbedding) {
  /** Returns the shape of the weight that they fit. */
  List<Long> shape() {
    long inputs = down.shape().get(1);
    long outputs = up.shape().get(0);
    return isEmbedding ? List.of(inputs, outputs) : List.of(outputs, inputs);
  }

  /** Reads both. */
  Product product(TensorFile file, float scale) throws IOException {
    int rank = Math.toIntExact(down.shape().get(0));
    float[] a = file.floats(down);
    float[] b = file.floats(up);
    return isEmbedding
        ? new Product(transposed(a, rank), transposed(b, b.length / rank), rank, scale)
        : new Product(b, a, rank, scale);
  }

  private static float[] transposed(float[] matrix, int rows) {
    int columns = matrix.length / rows;
    float[] transposed = new float[matrix.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        transposed[j * rows + i] = matrix[i * columns + j];
      }
    }
    return transposed;
  }

  /** The rows of what is added. Not thread-safe. */
  static final class Product {
    private final float[] left;
    private final float[] right;
    private final int rank;
    private final float scale;
    private final float[] row;

    Product(float[] left, float[] right, int rank, float scale) {
      this.left = left;
      this.right = right;
      this.rank = rank;
      this.scale = scale;
      this.row = new float[right.length / rank];
    }

    int columns() {
      return row.length;
    }

    /** Returns a row, which is good until the next one is asked for. */
    float[] row(int index) {
      Arrays.fill(row, 0);
      for (int k = 0; k < rank; k++) {
        float factor = left[index * rank + k];
        int from = k * row.length;
        for (int i = 0; i < row.length; i++) {
          row[i] += factor * right[from + i];
        }
      }
      for (int i = 0; i < row.length; i++) {
        row[i] *= scale;
      }
      return row;
    }
  }
}

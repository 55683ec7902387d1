package io.tinker4j.types;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonSerialize;

/**
 * A tensor of 32-bit floats or 64-bit integers, row-major, dense or sparse (CSR). Immutable.
 *
 * <p>The shape is empty when it was not given; a server then takes the data as one row.
 */
@JsonSerialize(using = TensorDataJson.Writer.class)
@JsonDeserialize(using = TensorDataJson.Reader.class)
public final class TensorData {
  final float @Nullable [] floats;
  final long @Nullable [] longs;
  final long[] shape;
  final long @Nullable [] rowPointers;
  final long @Nullable [] columns;

  TensorData(
      float @Nullable [] floats,
      long @Nullable [] longs,
      long[] shape,
      long @Nullable [] rowPointers,
      long @Nullable [] columns) {
    this.floats = floats;
    this.longs = longs;
    this.shape = shape;
    this.rowPointers = rowPointers;
    this.columns = columns;
    if (rowPointers == null) {
      checkDense();
    } else {
      checkSparse(rowPointers, columns == null ? new long[0] : columns);
    }
  }

  /** Returns a one-dimensional float32 tensor; the array is copied. */
  public static TensorData of(float... data) {
    return new TensorData(data.clone(), null, new long[] {data.length}, null, null);
  }

  /** Returns a one-dimensional int64 tensor; the array is copied. */
  public static TensorData of(long... data) {
    return new TensorData(null, data.clone(), new long[] {data.length}, null, null);
  }

  /** Returns a one-dimensional int64 tensor of these token ids. */
  public static TensorData of(int... data) {
    long[] wide = new long[data.length];
    Arrays.setAll(wide, i -> data[i]);
    return new TensorData(null, wide, new long[] {data.length}, null, null);
  }

  /**
   * Returns a float32 tensor of this shape; the arrays are copied.
   *
   * @throws IllegalArgumentException when the shape does not hold as many elements as the data
   */
  public static TensorData ofFloats(float[] data, long... shape) {
    return new TensorData(data.clone(), null, shape.clone(), null, null);
  }

  /**
   * Returns an int64 tensor of this shape; the arrays are copied.
   *
   * @throws IllegalArgumentException when the shape does not hold as many elements as the data
   */
  public static TensorData ofLongs(long[] data, long... shape) {
    return new TensorData(null, data.clone(), shape.clone(), null, null);
  }

  /**
   * Returns this tensor in CSR form over a dense shape of two dimensions: this tensor's elements
   * are the non-zero values, row {@code r} owns those from {@code rowPointers[r]} to {@code
   * rowPointers[r + 1]}.
   *
   * @throws IllegalArgumentException when the indices do not fit the values or the shape
   */
  public TensorData asCsr(long[] rowPointers, long[] columns, long rows, long cols) {
    return new TensorData(
        floats, longs, new long[] {rows, cols}, rowPointers.clone(), columns.clone());
  }

  /** Returns the element type. */
  public TensorDtype dtype() {
    return floats != null ? TensorDtype.FLOAT32 : TensorDtype.INT64;
  }

  /** Returns the number of stored elements: all of a dense tensor, the values of a sparse one. */
  public int size() {
    return floats != null ? floats.length : longs().remaining();
  }

  /** Returns the dimensions, empty when not given. */
  public long[] shape() {
    return shape.clone();
  }

  /** Returns whether the tensor is in CSR form. */
  public boolean isSparse() {
    return rowPointers != null;
  }

  /**
   * Returns a read-only view of the elements.
   *
   * @throws IllegalStateException when the tensor is not float32
   */
  public FloatBuffer floats() {
    if (floats == null) {
      throw new IllegalStateException("the tensor is int64; use longs()");
    }
    return FloatBuffer.wrap(floats).asReadOnlyBuffer();
  }

  /**
   * Returns a read-only view of the elements.
   *
   * @throws IllegalStateException when the tensor is not int64
   */
  public LongBuffer longs() {
    if (longs == null) {
      throw new IllegalStateException("the tensor is float32; use floats()");
    }
    return LongBuffer.wrap(longs).asReadOnlyBuffer();
  }

  /** Returns a read-only view of the row pointers, empty unless sparse. */
  public LongBuffer sparseCrowIndices() {
    return LongBuffer.wrap(rowPointers == null ? new long[0] : rowPointers).asReadOnlyBuffer();
  }

  /** Returns a read-only view of the column indices, empty unless sparse. */
  public LongBuffer sparseColIndices() {
    return LongBuffer.wrap(columns == null ? new long[0] : columns).asReadOnlyBuffer();
  }

  private void checkDense() {
    if (shape.length == 0) {
      return;
    }
    long elements = 1;
    for (long dimension : shape) {
      if (dimension < 0) {
        throw new IllegalArgumentException(
            "shape is " + Arrays.toString(shape) + "; dimensions are not negative");
      }
      elements = Math.multiplyExact(elements, dimension);
    }
    if (elements != size()) {
      throw new IllegalArgumentException(
          ("shape is %s, which holds %d elements, but data has %d")
              .formatted(Arrays.toString(shape), elements, size()));
    }
  }

  private void checkSparse(long[] rows, long[] cols) {
    if (shape.length != 2 || rows.length != shape[0] + 1 || cols.length != size()) {
      throw new IllegalArgumentException(
          ("a sparse tensor of %d values needs a shape of two dimensions, rows + 1 row pointers and"
                  + " one column per value; shape is %s, with %d row pointers and %d columns")
              .formatted(size(), Arrays.toString(shape), rows.length, cols.length));
    }
    for (int r = 1; r < rows.length; r++) {
      if (rows[r] < rows[r - 1]) {
        throw new IllegalArgumentException(
            "sparse_crow_indices[%d] is %d, below %d before it; row pointers never decrease"
                .formatted(r, rows[r], rows[r - 1]));
      }
    }
    if (rows[0] != 0 || rows[rows.length - 1] != size()) {
      throw new IllegalArgumentException(
          "sparse_crow_indices must run from 0 to the number of values, %d; they run from %d to %d"
              .formatted(size(), rows[0], rows[rows.length - 1]));
    }
    for (int i = 0; i < cols.length; i++) {
      if (cols[i] < 0 || cols[i] >= shape[1]) {
        throw new IllegalArgumentException(
            "sparse_col_indices[%d] is %d; allowed are 0 to %d"
                .formatted(i, cols[i], shape[1] - 1));
      }
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TensorData that
        && Arrays.equals(floats, that.floats)
        && Arrays.equals(longs, that.longs)
        && Arrays.equals(shape, that.shape)
        && Arrays.equals(rowPointers, that.rowPointers)
        && Arrays.equals(columns, that.columns);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(floats) + Arrays.hashCode(longs)) + Arrays.hashCode(shape);
  }

  @Override
  public String toString() {
    return "TensorData{"
        + dtype().value()
        + Arrays.toString(shape)
        + (isSparse() ? ", sparse, " + size() + " values" : "")
        + "}";
  }
}

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
    if (rowPointers != null && columns != null) {
      checkSparse(rowPointers, columns);
    } else if (rowPointers == null && columns == null) {
      checkDense();
    } else {
      throw new IllegalArgumentException(
          "a sparse tensor needs both sparse_crow_indices and sparse_col_indices; %s is missing"
              .formatted(rowPointers == null ? "sparse_crow_indices" : "sparse_col_indices"));
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
   * Returns a float32 tensor of this shape; the buffer's rest is copied.
   *
   * @throws IllegalArgumentException when the shape does not hold as many elements as the data
   */
  public static TensorData ofFloats(FloatBuffer data, long... shape) {
    return new TensorData(SampleResponse.copy(data), null, shape.clone(), null, null);
  }

  /**
   * Returns an int64 tensor of this shape; the buffer's rest is copied.
   *
   * @throws IllegalArgumentException when the shape does not hold as many elements as the data
   */
  public static TensorData ofLongs(LongBuffer data, long... shape) {
    long[] copy = new long[data.remaining()];
    data.duplicate().get(copy);
    return new TensorData(null, copy, shape.clone(), null, null);
  }

  /**
   * Returns a two-dimensional float32 tensor of these rows.
   *
   * @throws IllegalArgumentException when the rows differ in length
   */
  public static TensorData ofRows(float[]... rows) {
    int columns = rows.length == 0 ? 0 : rows[0].length;
    float[] data = new float[Math.multiplyExact(rows.length, columns)];
    for (int r = 0; r < rows.length; r++) {
      requireColumns(r, rows[r].length, columns);
      System.arraycopy(rows[r], 0, data, r * columns, columns);
    }
    return new TensorData(data, null, new long[] {rows.length, columns}, null, null);
  }

  /**
   * Returns a two-dimensional int64 tensor of these rows.
   *
   * @throws IllegalArgumentException when the rows differ in length
   */
  public static TensorData ofRows(long[]... rows) {
    int columns = rows.length == 0 ? 0 : rows[0].length;
    long[] data = new long[Math.multiplyExact(rows.length, columns)];
    for (int r = 0; r < rows.length; r++) {
      requireColumns(r, rows[r].length, columns);
      System.arraycopy(rows[r], 0, data, r * columns, columns);
    }
    return new TensorData(null, data, new long[] {rows.length, columns}, null, null);
  }

  private static void requireColumns(int row, int length, int columns) {
    if (length != columns) {
      throw new IllegalArgumentException(
          "row %d has %d entries, but row 0 has %d; rows of a tensor are of one length"
              .formatted(row, length, columns));
    }
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

  /**
   * Returns this tensor in CSR form if that takes fewer numbers, else unchanged: it is dense, has
   * two dimensions, and rows + 1 + 2 · non-zeros is below rows · columns, as in the Python client.
   * NaN is not zero, -0.0 is.
   */
  public TensorData sparseIfSmaller() {
    if (isSparse() || shape.length != 2) {
      return this;
    }
    int nonZeros = 0;
    for (int i = 0; i < size(); i++) {
      nonZeros += isZero(i) ? 0 : 1;
    }
    return shape[0] + 1 + 2L * nonZeros < shape[0] * shape[1] ? toCsr(nonZeros) : this;
  }

  private TensorData toCsr(int nonZeros) {
    long[] pointers = new long[Math.toIntExact(shape[0] + 1)];
    long[] kept = new long[nonZeros];
    float @Nullable [] keptFloats = floats == null ? null : new float[nonZeros];
    long @Nullable [] keptLongs = longs == null ? null : new long[nonZeros];
    int next = 0;
    for (int i = 0; i < size(); i++) {
      if (!isZero(i)) {
        kept[next] = i % shape[1];
        if (floats != null && keptFloats != null) {
          keptFloats[next] = floats[i];
        } else if (longs != null && keptLongs != null) {
          keptLongs[next] = longs[i];
        }
        next++;
      }
      pointers[(int) (i / shape[1]) + 1] = next;
    }
    return new TensorData(keptFloats, keptLongs, shape, pointers, kept);
  }

  private boolean isZero(int element) {
    return floats != null ? floats[element] == 0 : longs == null || longs[element] == 0;
  }

  /** Returns this tensor with every element stored: a sparse one is filled up with zeros. */
  public TensorData toDense() {
    if (rowPointers == null || columns == null) {
      return this;
    }
    int elements = Math.toIntExact(Math.multiplyExact(shape[0], shape[1]));
    float @Nullable [] allFloats = floats == null ? null : new float[elements];
    long @Nullable [] allLongs = longs == null ? null : new long[elements];
    for (int row = 0; row < shape[0]; row++) {
      for (int i = (int) rowPointers[row]; i < rowPointers[row + 1]; i++) {
        int element = (int) (row * shape[1] + columns[i]);
        if (floats != null && allFloats != null) {
          allFloats[element] = floats[i];
        } else if (longs != null && allLongs != null) {
          allLongs[element] = longs[i];
        }
      }
    }
    return new TensorData(allFloats, allLongs, shape, null, null);
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
   * Returns all elements in row order in a new array, those too that a sparse tensor leaves out.
   *
   * @throws IllegalStateException when the tensor is not float32
   */
  public float[] toFloats() {
    FloatBuffer elements = toDense().floats();
    float[] all = new float[elements.remaining()];
    elements.get(all);
    return all;
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
    long elements = elements();
    if (elements != size()) {
      throw new IllegalArgumentException(
          ("shape is %s, which holds %d elements, but data has %d")
              .formatted(Arrays.toString(shape), elements, size()));
    }
  }

  private long elements() {
    long elements = 1;
    for (long dimension : shape) {
      if (dimension < 0) {
        throw new IllegalArgumentException(
            "shape is " + Arrays.toString(shape) + "; dimensions are not negative");
      }
      long high = Math.multiplyHigh(elements, dimension);
      elements *= dimension;
      if (high != 0 || elements < 0) {
        throw new IllegalArgumentException(
            "shape is " + Arrays.toString(shape) + "; no array holds as many elements");
      }
    }
    return elements;
  }

  private void checkSparse(long[] rows, long[] cols) {
    elements();
    if (shape.length != 2 || rows.length - 1 != shape[0] || cols.length != size()) {
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

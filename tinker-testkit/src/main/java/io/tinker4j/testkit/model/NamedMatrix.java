package io.tinker4j.testkit.model;

/** A named matrix of doubles as it is stored: row-major. */
final class NamedMatrix {
  private final String name;
  private final int rows;
  private final int columns;
  private final double[] values;

  /** Takes ownership of the values, {@code rows * columns} of them. */
  NamedMatrix(String name, int rows, int columns, double[] values) {
    this.name = name;
    this.rows = rows;
    this.columns = columns;
    this.values = values;
  }

  String name() {
    return name;
  }

  int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  /** All values, row by row; shared, not to be written to. */
  double[] values() {
    return values;
  }

  double value(int row, int column) {
    return values[row * columns + column];
  }

  String shape() {
    return "[" + rows + ", " + columns + "]";
  }
}

package io.tinker4j.text.data;

import java.util.Arrays;

/**
 * Where each example comes from and how long it is: 12 bytes an example when it is trimmed.
 * Examples are added in the order of their files.
 */
final class ExampleIndex {
  private int[] fileEnds = {};
  private int[] rows = new int[64];
  private int[] turns = new int[64];
  private int[] lengths = new int[64];
  private int size;

  /**
   * Adds an example.
   *
   * @throws IllegalArgumentException when its file comes before that of the last
   */
  void add(int file, int row, int turn, int length) {
    if (file < fileEnds.length - 1) {
      throw new IllegalArgumentException(
          "an example of file %d comes behind one of file %d".formatted(file, fileEnds.length - 1));
    }
    if (size == rows.length) {
      resize(Math.max(64, size * 2));
    }
    while (fileEnds.length <= file) {
      fileEnds = Arrays.copyOf(fileEnds, fileEnds.length + 1);
      fileEnds[fileEnds.length - 1] = size;
    }
    rows[size] = row;
    turns[size] = turn;
    lengths[size] = length;
    size++;
    fileEnds[file] = size;
  }

  /** Gives back the room for more examples. */
  void trim() {
    resize(size);
  }

  private void resize(int capacity) {
    rows = Arrays.copyOf(rows, capacity);
    turns = Arrays.copyOf(turns, capacity);
    lengths = Arrays.copyOf(lengths, capacity);
  }

  int size() {
    return size;
  }

  int file(int example) {
    int least = 0;
    int most = fileEnds.length - 1;
    while (least < most) {
      int middle = (least + most) >>> 1;
      if (example < fileEnds[middle]) {
        most = middle;
      } else {
        least = middle + 1;
      }
    }
    return least;
  }

  int row(int example) {
    return rows[example];
  }

  /** Returns which of the examples of a row it is, from 0. */
  int turn(int example) {
    return turns[example];
  }

  /** Returns the tokens that the model reads for it. */
  int length(int example) {
    return lengths[example];
  }
}

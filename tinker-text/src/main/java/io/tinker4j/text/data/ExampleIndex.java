package io.tinker4j.text.data;

import java.util.Arrays;

/** Where each example comes from and how long it is: 16 bytes an example. */
final class ExampleIndex {
  private int[] files = new int[64];
  private int[] rows = new int[64];
  private int[] turns = new int[64];
  private int[] lengths = new int[64];
  private int size;

  void add(int file, int row, int turn, int length) {
    if (size == files.length) {
      files = Arrays.copyOf(files, size * 2);
      rows = Arrays.copyOf(rows, size * 2);
      turns = Arrays.copyOf(turns, size * 2);
      lengths = Arrays.copyOf(lengths, size * 2);
    }
    files[size] = file;
    rows[size] = row;
    turns[size] = turn;
    lengths[size] = length;
    size++;
  }

  int size() {
    return size;
  }

  int file(int example) {
    return files[example];
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

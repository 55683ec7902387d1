package io.tinker4j.text.renderer;

import java.util.Arrays;

/** A growing list of token ids. */
final class Ints {
  static final int[] NONE = {};

  private int[] values = new int[64];
  private int size;

  void add(int value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = value;
  }

  void add(int[] more) {
    if (size + more.length > values.length) {
      values = Arrays.copyOf(values, Math.max(2 * size, size + more.length));
    }
    System.arraycopy(more, 0, values, size, more.length);
    size += more.length;
  }

  int size() {
    return size;
  }

  int[] toArray() {
    return Arrays.copyOf(values, size);
  }

  static int indexOf(int[] values, int value) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] == value) {
        return i;
      }
    }
    return -1;
  }

  static int count(int[] values, int value) {
    int count = 0;
    for (int each : values) {
      count += each == value ? 1 : 0;
    }
    return count;
  }

  static int[] concat(int[] first, int[] second) {
    int[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  static boolean startsWith(int[] values, int[] prefix) {
    return values.length >= prefix.length
        && Arrays.equals(values, 0, prefix.length, prefix, 0, prefix.length);
  }
}

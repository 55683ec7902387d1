package io.tinker4j.text.tokenizer;

import java.util.Arrays;

/**
 * Merges the symbols of a word: of all pairs that merge, the one of the lowest rank first, of equal
 * ones the leftmost, until none is left. Short words by scanning for the lowest; long ones with a
 * heap, in time n log n. Used by one thread, again and again.
 */
final class Merger {
  private static final int SHORT = 48;

  private final PairTable merges;
  private int[] tokens = new int[64];
  private int[] starts = new int[64];
  private int[] ends = new int[64];
  private long[] pairs = new long[64];
  private int size;

  Merger(PairTable merges) {
    this.merges = merges;
  }

  void clear() {
    size = 0;
  }

  /** Adds a symbol; {@code start} and {@code end} are the part of the text it is of. */
  void add(int token, int start, int end) {
    if (size == tokens.length) {
      tokens = Arrays.copyOf(tokens, size * 2);
      starts = Arrays.copyOf(starts, size * 2);
      ends = Arrays.copyOf(ends, size * 2);
    }
    tokens[size] = token;
    starts[size] = start;
    ends[size++] = end;
  }

  /** Lets the last symbol reach further. */
  void extendLast(int end) {
    ends[size - 1] = end;
  }

  /** Returns how many symbols, or after {@link #merge} tokens, there are. */
  int size() {
    return size;
  }

  int token(int index) {
    return tokens[index];
  }

  int start(int index) {
    return starts[index];
  }

  int end(int index) {
    return ends[index];
  }

  int[] tokens() {
    return Arrays.copyOf(tokens, size);
  }

  /** Merges what was added. */
  void merge() {
    if (size < 2) {
      return;
    }
    if (pairs.length < size) {
      pairs = new long[tokens.length];
    }
    for (int i = 0; i + 1 < size; i++) {
      pairs[i] = merges.get(tokens[i], tokens[i + 1]);
    }
    if (size <= SHORT) {
      mergeByScanning();
    } else {
      mergeByHeap();
    }
  }

  private void mergeByScanning() {
    while (size > 1) {
      int at = 0;
      for (int i = 1; i + 1 < size; i++) {
        if ((pairs[i] >>> 32) < (pairs[at] >>> 32)) {
          at = i;
        }
      }
      if (pairs[at] == PairTable.NONE) {
        return;
      }
      tokens[at] = (int) pairs[at];
      ends[at] = ends[at + 1];
      int moved = size - at - 2;
      System.arraycopy(tokens, at + 2, tokens, at + 1, moved);
      System.arraycopy(starts, at + 2, starts, at + 1, moved);
      System.arraycopy(ends, at + 2, ends, at + 1, moved);
      System.arraycopy(pairs, at + 2, pairs, at + 1, moved);
      size--;
      if (at > 0) {
        pairs[at - 1] = merges.get(tokens[at - 1], tokens[at]);
      }
      if (at + 1 < size) {
        pairs[at] = merges.get(tokens[at], tokens[at + 1]);
      }
    }
  }

  /**
   * Symbols stay where they are and are linked; a symbol that was merged into its left neighbour is
   * marked. An entry of the heap is a rank and a place, and out of date when the pair at the place
   * has another rank by now.
   */
  private void mergeByHeap() {
    int[] next = new int[size];
    int[] previous = new int[size];
    LongHeap heap = new LongHeap(size);
    for (int i = 0; i < size; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
      if (i + 1 < size) {
        push(heap, i);
      }
    }
    pairs[size - 1] = PairTable.NONE;
    while (!heap.isEmpty()) {
      long entry = heap.pop();
      int at = (int) entry;
      if (pairs[at] == PairTable.NONE || (pairs[at] >>> 32) != (entry >>> 32)) {
        continue;
      }
      int gone = next[at];
      tokens[at] = (int) pairs[at];
      ends[at] = ends[gone];
      pairs[gone] = PairTable.NONE;
      next[at] = next[gone];
      if (next[at] < size) {
        previous[next[at]] = at;
      }
      relink(heap, at, next[at]);
      relink(heap, previous[at], at);
    }
    int kept = 0;
    for (int i = 0; i < size; i = next[i]) {
      tokens[kept] = tokens[i];
      starts[kept] = starts[i];
      ends[kept++] = ends[i];
    }
    size = kept;
  }

  private void relink(LongHeap heap, int left, int right) {
    if (left >= 0) {
      pairs[left] = right < size ? merges.get(tokens[left], tokens[right]) : PairTable.NONE;
      push(heap, left);
    }
  }

  private void push(LongHeap heap, int at) {
    if (pairs[at] != PairTable.NONE) {
      heap.push((pairs[at] & 0xFFFF_FFFF_0000_0000L) | at);
    }
  }

  /** A heap of numbers, the smallest first. */
  private static final class LongHeap {
    private long[] values;
    private int count;

    LongHeap(int capacity) {
      values = new long[capacity];
    }

    boolean isEmpty() {
      return count == 0;
    }

    void push(long value) {
      if (count == values.length) {
        values = Arrays.copyOf(values, count * 2);
      }
      int at = count++;
      while (at > 0 && values[(at - 1) >> 1] > value) {
        values[at] = values[(at - 1) >> 1];
        at = (at - 1) >> 1;
      }
      values[at] = value;
    }

    long pop() {
      long top = values[0];
      long last = values[--count];
      int at = 0;
      for (int child = 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && values[child + 1] < values[child]) {
          child++;
        }
        if (values[child] >= last) {
          break;
        }
        values[at] = values[child];
        at = child;
      }
      values[at] = last;
      return top;
    }
  }
}

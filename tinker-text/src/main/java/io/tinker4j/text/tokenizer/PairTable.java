package io.tinker4j.text.tokenizer;

import java.util.Arrays;

/**
 * From pairs of tokens to what they merge into. Keys and values lie side by side, so that a look-up
 * mostly touches one cache line. Filled by one thread, then read by many.
 */
final class PairTable {
  /** What {@link #get} returns for a pair that does not merge; larger than every value. */
  static final long NONE = Long.MAX_VALUE;

  private long[] slots;
  private int shift;
  private int size;

  PairTable(int expected) {
    int capacity = Integer.highestOneBit(Math.max(8, expected)) * 4;
    slots = new long[capacity * 2];
    Arrays.fill(slots, -1);
    shift = Long.numberOfLeadingZeros(capacity - 1L);
  }

  /** Sets what a pair merges into; the last call for a pair counts. */
  void put(int left, int right, int rank, int merged) {
    if ((size + 1) * 4L > slots.length) {
      grow();
    }
    int slot = slot(key(left, right));
    if (slots[slot] < 0) {
      slots[slot] = key(left, right);
      size++;
    }
    slots[slot + 1] = ((long) rank << 32) | merged;
  }

  private void grow() {
    long[] old = slots;
    slots = new long[old.length * 2];
    Arrays.fill(slots, -1);
    shift--;
    for (int i = 0; i < old.length; i += 2) {
      if (old[i] >= 0) {
        int slot = slot(old[i]);
        slots[slot] = old[i];
        slots[slot + 1] = old[i + 1];
      }
    }
  }

  /** Returns the rank of a pair in the upper half and its token in the lower, or {@link #NONE}. */
  long get(int left, int right) {
    int slot = slot(key(left, right));
    return slots[slot] < 0 ? NONE : slots[slot + 1];
  }

  /** Looks at a pair and what it merges into. */
  @FunctionalInterface
  interface PairTest {
    boolean test(int left, int right, int merged);
  }

  /** Whether a test holds for any pair; all are tested, in no order. */
  boolean anyPair(PairTest test) {
    boolean any = false;
    for (int i = 0; i < slots.length; i += 2) {
      if (slots[i] >= 0) {
        any |= test.test((int) (slots[i] >> 32), (int) slots[i], (int) slots[i + 1]);
      }
    }
    return any;
  }

  private static long key(int left, int right) {
    return ((long) left << 32) | right;
  }

  private int slot(long key) {
    int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> shift) * 2;
    while (slots[slot] != key && slots[slot] >= 0) {
      slot = (slot + 2) & (slots.length - 1);
    }
    return slot;
  }
}

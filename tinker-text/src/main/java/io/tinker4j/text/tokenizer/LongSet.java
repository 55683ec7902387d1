package io.tinker4j.text.tokenizer;

import java.util.Arrays;

/** A set of numbers that are not negative. Filled by one thread, then read by many. */
final class LongSet {
  private long[] slots = new long[1 << 12];
  private int size;

  LongSet() {
    Arrays.fill(slots, -1);
  }

  void add(long value) {
    int slot = slot(value);
    if (slots[slot] >= 0) {
      return;
    }
    slots[slot] = value;
    if (++size * 2 > slots.length) {
      long[] old = slots;
      slots = new long[old.length * 2];
      Arrays.fill(slots, -1);
      for (long each : old) {
        if (each >= 0) {
          slots[slot(each)] = each;
        }
      }
    }
  }

  boolean contains(long value) {
    return slots[slot(value)] >= 0;
  }

  private int slot(long value) {
    int slot = (int) ((value * 0x9E3779B97F4A7C15L) >>> 32) & (slots.length - 1);
    while (slots[slot] != value && slots[slot] >= 0) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }
}

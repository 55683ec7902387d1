package io.tinker4j.types;

import java.util.Arrays;
import tools.jackson.databind.DeserializationContext;

/**
 * Room for the numbers of an array whose length is not known before its end: one for each document,
 * used for all its arrays, so that each of them is allocated once and in its final size.
 */
final class JsonScratch {
  private static final int FIRST_CAPACITY = 1024;

  int[] ints = new int[FIRST_CAPACITY];
  long[] longs = new long[FIRST_CAPACITY];
  float[] floats = new float[FIRST_CAPACITY];

  static JsonScratch of(DeserializationContext context) {
    if (context.getAttribute(JsonScratch.class) instanceof JsonScratch scratch) {
      return scratch;
    }
    JsonScratch scratch = new JsonScratch();
    context.setAttribute(JsonScratch.class, scratch);
    return scratch;
  }

  void put(int index, int value) {
    if (index == ints.length) {
      ints = Arrays.copyOf(ints, 2 * index);
    }
    ints[index] = value;
  }

  void put(int index, long value) {
    if (index == longs.length) {
      longs = Arrays.copyOf(longs, 2 * index);
    }
    longs[index] = value;
  }

  void put(int index, float value) {
    if (index == floats.length) {
      floats = Arrays.copyOf(floats, 2 * index);
    }
    floats[index] = value;
  }
}

package io.tinker4j.text.data;

import java.util.Arrays;
import java.util.Random;

/**
 * In which order an epoch goes through the examples: the same for the same seed, on every machine
 * and in every version, since {@link Random} is specified to the bit.
 */
final class EpochOrder {
  private final ExampleIndex examples;
  private final double[] weights;
  private final long seed;
  private final boolean shuffled;

  /**
   * Orders examples.
   *
   * @param weights how often a file's examples come in an epoch, for each file
   */
  EpochOrder(ExampleIndex examples, double[] weights, long seed, boolean shuffled) {
    this.examples = examples;
    this.weights = weights.clone();
    this.seed = seed;
    this.shuffled = shuffled;
  }

  /**
   * Returns how many examples an epoch has.
   *
   * @throws IllegalArgumentException when they are more than an array holds
   */
  int size() {
    int[] ofFiles = new int[weights.length];
    for (int example = 0; example < examples.size(); example++) {
      ofFiles[examples.file(example)]++;
    }
    long size = 0;
    for (int file = 0; file < weights.length; file++) {
      size += Math.round(weights[file] * ofFiles[file]);
    }
    if (size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "an epoch has %d examples, more than it may have; lower the weights".formatted(size));
    }
    return (int) size;
  }

  /** Returns the examples of an epoch. */
  int[] of(long epoch) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L + epoch);
    int[] order = new int[Math.max(16, examples.size())];
    int size = 0;
    int from = 0;
    while (from < examples.size()) {
      int to = from + 1;
      while (to < examples.size() && examples.file(to) == examples.file(from)) {
        to++;
      }
      int[] chosen = chosen(from, to, weights[examples.file(from)], random);
      order = Arrays.copyOf(order, Math.max(order.length, size + chosen.length));
      System.arraycopy(chosen, 0, order, size, chosen.length);
      size += chosen.length;
      from = to;
    }
    order = Arrays.copyOf(order, size);
    if (shuffled) {
      shuffle(order, random);
    }
    return order;
  }

  /** All examples of a file as often as its weight says; what is left over is drawn. */
  private static int[] chosen(int from, int to, double weight, Random random) {
    int count = to - from;
    int whole = (int) weight;
    int[] part = new int[count];
    for (int i = 0; i < count; i++) {
      part[i] = from + i;
    }
    int drawn = (int) Math.round((weight - whole) * count);
    int[] chosen = new int[whole * count + drawn];
    for (int i = 0; i < whole; i++) {
      System.arraycopy(part, 0, chosen, i * count, count);
    }
    if (drawn > 0) {
      shuffle(part, random);
      Arrays.sort(part, 0, drawn);
      System.arraycopy(part, 0, chosen, whole * count, drawn);
    }
    return chosen;
  }

  private static void shuffle(int[] order, Random random) {
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[other];
      order[other] = swapped;
    }
  }
}

package io.tinker4j.testkit.model;

import java.nio.charset.StandardCharsets;

/**
 * SplitMix64 as a counter-based generator: number {@code n} of a stream is a pure function of the
 * stream's key and {@code n}, so streams never influence one another.
 *
 * <p>Number n is {@code mix(key + (n + 1) * GAMMA)} with the constants of Steele, Lea and Flood,
 * "Fast splittable pseudorandom number generators" (2014); these bits are part of the checkpoint
 * contract and must not change.
 */
final class CounterRandom {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;
  private static final double UNIT = 0x1.0p-53;

  private final long key;
  private long counter;

  private CounterRandom(long key) {
    this.key = key;
  }

  static CounterRandom of(long seed) {
    return new CounterRandom(mix(seed));
  }

  /** The stream belonging to a text, through 64-bit FNV-1a over its UTF-8 bytes. */
  static CounterRandom of(String text) {
    return of(hash(text));
  }

  /** An independent stream, named by a number. Does not depend on how far this one has advanced. */
  CounterRandom stream(long number) {
    return new CounterRandom(mix(key ^ mix(number + GAMMA)));
  }

  /** An independent stream, named by a text. */
  CounterRandom stream(String name) {
    return stream(hash(name));
  }

  /** Uniform in [0, 1), a multiple of 2^-53. */
  double nextUnit() {
    counter++;
    return (mix(key + counter * GAMMA) >>> 11) * UNIT;
  }

  /** A matrix of independent values, uniform in [-bound, bound), filled row by row. */
  double[][] nextMatrix(int rows, int columns, double bound) {
    double[][] matrix = new double[rows][columns];
    for (double[] row : matrix) {
      for (int i = 0; i < columns; i++) {
        row[i] = (2 * nextUnit() - 1) * bound;
      }
    }
    return matrix;
  }

  private static long hash(String text) {
    long hash = 0xCBF29CE484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
    }
    return hash;
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}

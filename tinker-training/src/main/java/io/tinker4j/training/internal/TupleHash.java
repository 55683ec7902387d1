package io.tinker4j.training.internal;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;

/**
 * The hash of an ordered tuple of integers as CPython 3.8 and later compute it on 64 bits (the
 * xxHash scheme of {@code tuple.__hash__}), which servers use to reduce {@code hash_unordered}
 * metrics.
 */
public final class TupleHash {
  private static final long PRIME_1 = Long.parseUnsignedLong("11400714785074694791");
  private static final long PRIME_2 = Long.parseUnsignedLong("14029467366897019727");
  private static final long PRIME_5 = 2870177450012600261L;
  private static final long LENGTH_MASK = 3527539;
  private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(61).subtract(BigInteger.ONE);

  private TupleHash() {}

  /** Hashes the values truncated to integers, in ascending order. */
  static long ofUnordered(double[] values) {
    List<BigInteger> integers =
        Arrays.stream(values)
            .mapToObj(value -> new BigDecimal(value).toBigInteger())
            .sorted()
            .toList();
    return ofOrdered(integers);
  }

  public static long ofOrdered(List<BigInteger> integers) {
    long accumulator = PRIME_5;
    for (BigInteger integer : integers) {
      accumulator += hash(integer) * PRIME_2;
      accumulator = Long.rotateLeft(accumulator, 31);
      accumulator *= PRIME_1;
    }
    accumulator += integers.size() ^ (PRIME_5 ^ LENGTH_MASK);
    return accumulator == -1 ? 1546275796 : accumulator;
  }

  private static long hash(BigInteger integer) {
    long hash = integer.signum() * integer.abs().mod(MODULUS).longValueExact();
    return hash == -1 ? -2 : hash;
  }
}

package io.tinker4j.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/** Python's numbers: integers of any size, floats, and booleans that count as integers. */
final class Numbers {
  private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);
  private static final long EXACT = 1L << 53;

  private Numbers() {}

  static boolean is(Object value) {
    return isInteger(value) || value instanceof Double;
  }

  /** Returns whether a value is an integer; booleans are. */
  static boolean isInteger(Object value) {
    return value instanceof Long || value instanceof Boolean || value instanceof BigInteger;
  }

  /** Returns a long where the value fits into one; refuses sizes beyond the limit. */
  static Object normal(BigInteger value) {
    if (value.compareTo(MIN) >= 0 && value.compareTo(MAX) <= 0) {
      return value.longValue();
    }
    if (value.bitLength() > JinjaLimits.INTEGER_BITS) {
      throw JinjaException.limit(
          "an integer of more than " + JinjaLimits.INTEGER_BITS + " binary digits");
    }
    return value;
  }

  static BigInteger big(Object value) {
    return value instanceof BigInteger b ? b : BigInteger.valueOf(small(value));
  }

  private static long small(Object value) {
    return value instanceof Boolean b ? (b ? 1 : 0) : (Long) value;
  }

  private static boolean areSmall(Object a, Object b) {
    return !(a instanceof BigInteger || b instanceof BigInteger);
  }

  static double floating(Object value) {
    if (value instanceof Double d) {
      return d;
    }
    if (value instanceof BigInteger b) {
      double d = b.doubleValue();
      if (Double.isInfinite(d)) {
        throw JinjaException.value("int too large to convert to float");
      }
      return d;
    }
    return small(value);
  }

  static boolean equal(Object a, Object b) {
    if (a instanceof Double || b instanceof Double) {
      return !isNan(a) && !isNan(b) && compare(a, b) == 0;
    }
    return areSmall(a, b) ? small(a) == small(b) : big(a).equals(big(b));
  }

  private static boolean isNan(Object value) {
    return value instanceof Double d && d.isNaN();
  }

  /** Orders two numbers exactly; one that is not a number comes last. */
  static int compare(Object a, Object b) {
    if (a instanceof Double || b instanceof Double) {
      if (isExact(a) && isExact(b)) {
        double x = floating(a);
        double y = floating(b);
        return x < y ? -1 : x == y ? 0 : x > y ? 1 : Double.compare(x, y);
      }
      return exact(a).compareTo(exact(b));
    }
    return areSmall(a, b) ? Long.compare(small(a), small(b)) : big(a).compareTo(big(b));
  }

  private static boolean isExact(Object value) {
    return value instanceof Double
        || (!(value instanceof BigInteger) && Math.abs(small(value)) <= EXACT);
  }

  private static BigDecimal exact(Object value) {
    if (value instanceof Double d) {
      return Double.isInfinite(d)
          ? BigDecimal.TEN.pow(20_000).multiply(BigDecimal.valueOf(Math.signum(d)))
          : Double.isNaN(d) ? BigDecimal.ZERO : new BigDecimal(d);
    }
    return new BigDecimal(big(value));
  }

  static Object add(Object a, Object b) {
    if (a instanceof Double || b instanceof Double) {
      return floating(a) + floating(b);
    }
    if (areSmall(a, b)) {
      long x = small(a);
      long y = small(b);
      long sum = x + y;
      if (((x ^ sum) & (y ^ sum)) >= 0) {
        return sum;
      }
    }
    return normal(big(a).add(big(b)));
  }

  static Object subtract(Object a, Object b) {
    if (a instanceof Double || b instanceof Double) {
      return floating(a) - floating(b);
    }
    if (areSmall(a, b)) {
      long x = small(a);
      long y = small(b);
      long difference = x - y;
      if (((x ^ y) & (x ^ difference)) >= 0) {
        return difference;
      }
    }
    return normal(big(a).subtract(big(b)));
  }

  static Object multiply(Object a, Object b) {
    if (a instanceof Double || b instanceof Double) {
      return floating(a) * floating(b);
    }
    return normal(big(a).multiply(big(b)));
  }

  static Object divide(Object a, Object b) {
    notZero(
        b,
        a instanceof Double || b instanceof Double ? "float division by zero" : "division by zero");
    if (a instanceof Double || b instanceof Double || (isExact(a) && isExact(b))) {
      return floating(a) / floating(b);
    }
    double quotient =
        new BigDecimal(big(a)).divide(new BigDecimal(big(b)), new MathContext(60)).doubleValue();
    if (Double.isInfinite(quotient)) {
      throw JinjaException.value("integer division result too large for a float");
    }
    return quotient;
  }

  static Object floorDivide(Object a, Object b) {
    if (a instanceof Double || b instanceof Double) {
      notZero(b, "float floor division by zero");
      double x = floating(a);
      double y = floating(b);
      double mod = floatMod(x, y);
      double div = (x - mod) / y;
      double floor = Math.floor(div);
      return div == 0 ? Math.copySign(0.0, x / y) : div - floor > 0.5 ? floor + 1 : floor;
    }
    notZero(b, "integer division or modulo by zero");
    if (areSmall(a, b) && small(b) != -1) {
      return Math.floorDiv(small(a), small(b));
    }
    BigInteger[] parts = big(a).divideAndRemainder(big(b));
    boolean down = parts[1].signum() != 0 && parts[1].signum() != big(b).signum();
    return normal(down ? parts[0].subtract(BigInteger.ONE) : parts[0]);
  }

  static Object modulo(Object a, Object b) {
    if (a instanceof Double || b instanceof Double) {
      notZero(b, "float modulo");
      return floatMod(floating(a), floating(b));
    }
    notZero(b, "integer division or modulo by zero");
    if (areSmall(a, b)) {
      return Math.floorMod(small(a), small(b));
    }
    BigInteger rest = big(a).mod(big(b).abs());
    return normal(rest.signum() != 0 && big(b).signum() < 0 ? rest.add(big(b)) : rest);
  }

  private static double floatMod(double x, double y) {
    double mod = x % y;
    if (mod == 0) {
      return Math.copySign(0.0, y);
    }
    return (y < 0) == (mod < 0) ? mod : mod + y;
  }

  private static void notZero(Object value, String message) {
    if (compare(value, 0L) == 0 && !isNan(value)) {
      throw JinjaException.value(message);
    }
  }

  static Object power(Object a, Object b) {
    if (a instanceof Double || b instanceof Double || big(b).signum() < 0) {
      double x = floating(a);
      double y = floating(b);
      if (x == 0 && y < 0) {
        throw JinjaException.value("0.0 cannot be raised to a negative power");
      }
      double result = x == 1 ? 1 : Math.pow(x, y);
      if (Double.isNaN(result) && !Double.isNaN(x) && !Double.isNaN(y)) {
        throw JinjaException.value("a negative number to a broken power is complex, not supported");
      }
      if (Double.isInfinite(result) && !Double.isInfinite(x) && !Double.isInfinite(y)) {
        throw JinjaException.value("Numerical result out of range");
      }
      return result;
    }
    BigInteger base = big(a);
    if (base.abs().bitLength() <= 1) {
      boolean odd = big(b).testBit(0);
      return base.signum() >= 0 || odd ? (big(b).signum() == 0 ? 1L : base.longValue()) : 1L;
    }
    if (big(b).bitLength() > 20
        || (long) (base.bitLength() - 1) * big(b).longValue() > JinjaLimits.INTEGER_BITS) {
      throw JinjaException.limit(
          "an integer of more than " + JinjaLimits.INTEGER_BITS + " binary digits");
    }
    return normal(base.pow(big(b).intValue()));
  }

  static Object negate(Object a) {
    return a instanceof Double d ? (Object) (-d) : normal(big(a).negate());
  }

  static Object absolute(Object a) {
    return a instanceof Double d ? (Object) Math.abs(d) : normal(big(a).abs());
  }

  /** Returns an integer that fits an index, clamped. */
  static int index(Object value) {
    BigInteger big = big(value);
    return big.bitLength() < 32
        ? big.intValue()
        : big.signum() < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
  }
}

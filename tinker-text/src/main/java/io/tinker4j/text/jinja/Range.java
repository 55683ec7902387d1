package io.tinker4j.text.jinja;

import java.util.AbstractList;
import java.util.RandomAccess;

/** The numbers of {@code range}, not stored. */
final class Range extends AbstractList<Object> implements RandomAccess {
  private final long start;
  private final long stop;
  private final long step;
  private final int size;

  private Range(long start, long stop, long step, int size) {
    this.start = start;
    this.stop = stop;
    this.step = step;
    this.size = size;
  }

  static Range of(long start, long stop, long step) {
    if (step == 0) {
      throw JinjaException.value("range() arg 3 must not be zero");
    }
    double span = ((double) stop - (double) start) / step;
    if (span > JinjaLimits.RANGE + 1) {
      throw tooBig();
    }
    long size =
        Math.max(
            0, step > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step);
    if (span <= 0) {
      size = 0;
    }
    if (size > JinjaLimits.RANGE) {
      throw tooBig();
    }
    return new Range(start, stop, step, (int) size);
  }

  private static JinjaException tooBig() {
    return JinjaException.limit("a range of more than " + JinjaLimits.RANGE + " numbers");
  }

  String repr() {
    String ends = "range(" + start + ", " + stop;
    return step == 1 ? ends + ")" : ends + ", " + step + ")";
  }

  @Override
  public Object get(int index) {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException(index);
    }
    return start + index * step;
  }

  @Override
  public int size() {
    return size;
  }
}

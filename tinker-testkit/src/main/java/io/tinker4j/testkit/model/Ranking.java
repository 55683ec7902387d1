package io.tinker4j.testkit.model;

/** Token ids from the largest value to the smallest; of equals the lowest id first. */
final class Ranking {
  private final double[] values;

  /** A heap of ids: none comes after those at twice its place plus one and two. */
  private final int[] heap;

  private int size;

  private Ranking(double[] values) {
    this.values = values;
    size = values.length;
    heap = new int[size];
    for (int i = 0; i < size; i++) {
      heap[i] = i;
    }
    for (int i = size / 2 - 1; i >= 0; i--) {
      sink(i);
    }
  }

  /** The first {@code count} ids, or all if there are fewer. */
  static int[] first(double[] values, int count) {
    Ranking ranking = new Ranking(values);
    int[] ids = new int[Math.min(count, values.length)];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = ranking.take();
    }
    return ids;
  }

  private int take() {
    int first = heap[0];
    size--;
    heap[0] = heap[size];
    sink(0);
    return first;
  }

  private void sink(int start) {
    int place = start;
    int id = heap[place];
    for (int child = 2 * place + 1; child < size; child = 2 * place + 1) {
      if (child + 1 < size && isBefore(heap[child + 1], heap[child])) {
        child++;
      }
      if (isBefore(id, heap[child])) {
        break;
      }
      heap[place] = heap[child];
      place = child;
    }
    heap[place] = id;
  }

  private boolean isBefore(int id, int other) {
    int order = Double.compare(-values[id], -values[other]);
    return order < 0 || (order == 0 && id < other);
  }
}

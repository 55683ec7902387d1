package io.tinker4j.cli;

import io.tinker4j.types.Datum;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Cuts a text into sequences and hands them out in batches without end: every sequence once, in an
 * order drawn from the seed, then all of them again in another order. Not thread-safe.
 */
final class TextBatches {
  /** The tokens that a sequence predicts. */
  static final int SEQUENCE = 128;

  private final TrainingText text;
  private final int endOfDocument;
  private final int size;
  private final Random random;
  private final int[] order;
  private int next;

  TextBatches(TrainingText text, int endOfDocument, int size, long seed) {
    this.text = text;
    this.endOfDocument = endOfDocument;
    this.size = size;
    this.random = new Random(seed);
    // The last token of a sequence is the first one of the next, so that each one is predicted.
    int predicted = text.size() - 1;
    this.order = new int[(predicted + SEQUENCE - 1) / SEQUENCE];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    this.next = order.length;
  }

  /** A batch and how many tokens it predicts. */
  record Batch(List<Datum> data, int tokens) {}

  /** Returns the next batch. */
  Batch next() {
    List<Datum> data = new ArrayList<>(size);
    int predicted = 0;
    for (int i = 0; i < size; i++) {
      int from = nextSequence() * SEQUENCE;
      int to = Math.min(from + SEQUENCE + 1, text.size());
      data.add(Datum.supervised(text.tokens(from, to, endOfDocument)));
      predicted += to - from - 1;
    }
    return new Batch(data, predicted);
  }

  private int nextSequence() {
    if (next == order.length) {
      shuffle();
      next = 0;
    }
    return order[next++];
  }

  private void shuffle() {
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[other];
      order[other] = swapped;
    }
  }
}

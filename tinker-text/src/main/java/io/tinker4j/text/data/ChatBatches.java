package io.tinker4j.text.data;

import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.types.Datum;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;

/** Examples in the order of their epochs, some at a time. */
final class ChatBatches implements Batches<List<Datum>> {
  private final ExampleSource source;
  private final ExampleIndex examples;
  private final EpochOrder order;
  private final long epochs;
  private final int batchSize;
  private final int packTo;
  private final String identity;

  /**
   * Reads examples.
   *
   * @param packTo how many tokens examples are packed to; 0 for each as it is
   */
  ChatBatches(
      ExampleSource source,
      ExampleIndex examples,
      EpochOrder order,
      long epochs,
      int batchSize,
      int packTo,
      String identity) {
    this.source = source;
    this.examples = examples;
    this.order = order;
    this.epochs = epochs;
    this.batchSize = batchSize;
    this.packTo = packTo;
    this.identity = identity;
  }

  /** Reads an example. */
  @FunctionalInterface
  interface ExampleSource {
    Datum read(int example) throws IOException;
  }

  @Override
  public Reader<List<Datum>> open(DataPosition position) {
    return new ChatReader(position);
  }

  @Override
  public String identity(DataPosition before) {
    return identity;
  }

  /** Returns how many batches there are in all epochs. */
  long count() {
    long batches = 0;
    for (long epoch = 0; epoch < epochs; epoch++) {
      int[] examplesOfEpoch = order.of(epoch);
      for (int at = 0; at < examplesOfEpoch.length; batches++) {
        at = end(examplesOfEpoch, at);
      }
      if (packTo == 0) {
        // Without packs, all epochs have as many.
        return batches * epochs;
      }
    }
    return batches;
  }

  /** Returns where the batch ends that begins there. */
  private int end(int[] examplesOfEpoch, int from) {
    int at = from;
    for (int i = 0; i < batchSize && at < examplesOfEpoch.length; i++) {
      at = packEnd(examplesOfEpoch, at);
    }
    return at;
  }

  private int packEnd(int[] examplesOfEpoch, int from) {
    int at = from + 1;
    long length = examples.length(examplesOfEpoch[from]);
    while (at < examplesOfEpoch.length && length + examples.length(examplesOfEpoch[at]) <= packTo) {
      length += examples.length(examplesOfEpoch[at++]);
    }
    return at;
  }

  private final class ChatReader implements Reader<List<Datum>> {
    private long epoch;
    private int at;
    private int[] examplesOfEpoch;

    ChatReader(DataPosition position) {
      epoch = position.epoch();
      examplesOfEpoch = order.of(epoch);
      if (position.rows() > examplesOfEpoch.length) {
        throw new IllegalArgumentException(
            "the position is behind %d examples of an epoch, which has %d; the data is not the one that was read"
                .formatted(position.rows(), examplesOfEpoch.length));
      }
      at = (int) position.rows();
    }

    @Override
    public boolean hasNext() {
      return epoch < epochs
          && (at < examplesOfEpoch.length || (epoch + 1 < epochs && examplesOfEpoch.length > 0));
    }

    @Override
    public List<Datum> next() {
      if (!hasNext()) {
        throw new NoSuchElementException("all epochs have been read");
      }
      if (at == examplesOfEpoch.length) {
        examplesOfEpoch = order.of(++epoch);
        at = 0;
      }
      int end = end(examplesOfEpoch, at);
      List<Datum> batch = new ArrayList<>(batchSize);
      while (at < end) {
        int packEnd = packEnd(examplesOfEpoch, at);
        List<Datum> pack = new ArrayList<>(packEnd - at);
        for (; at < packEnd; at++) {
          pack.add(read(examplesOfEpoch[at]));
        }
        batch.add(Packing.join(pack));
      }
      return batch;
    }

    private Datum read(int example) {
      try {
        return source.read(example);
      } catch (IOException e) {
        throw new UncheckedIOException("a row cannot be read again: " + e.getMessage(), e);
      }
    }

    @Override
    public DataPosition position() {
      return new DataPosition(at, epoch, "");
    }
  }
}

package io.tinker4j.recovery;

import java.util.List;
import java.util.NoSuchElementException;

/** Reads a list again and again. */
final class ListReader<B> implements Batches.Reader<B> {
  private final List<B> batches;
  private final long epochs;
  private long row;
  private long epoch;

  ListReader(List<B> batches, long epochs, Batches.Position position) {
    this.batches = batches;
    this.epochs = epochs;
    this.row = position.rows();
    this.epoch = position.epoch();
  }

  @Override
  public boolean hasNext() {
    return epoch < epochs;
  }

  @Override
  public B next() {
    if (!hasNext()) {
      throw new NoSuchElementException("all " + epochs + " epochs are read");
    }
    B batch = batches.get(Math.toIntExact(row++));
    if (row == batches.size()) {
      row = 0;
      epoch++;
    }
    return batch;
  }

  @Override
  public Batches.Position position() {
    return new Batches.Position(row, epoch, "");
  }
}

package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.DataPosition;
import java.util.List;
import java.util.NoSuchElementException;

/** Reads a list again and again. */
final class ListReader<B> implements Batches.Reader<B> {
  private final List<B> batches;
  private final long epochs;
  private long row;
  private long epoch;

  ListReader(List<B> batches, long epochs, DataPosition position) {
    this.batches = batches;
    this.epochs = epochs;
    this.row = position.rows();
    this.epoch = position.epoch();
  }

  @Override
  public boolean hasNext() {
    return epoch < epochs && (row < batches.size() || epoch + 1 < epochs);
  }

  @Override
  public B next() {
    if (!hasNext()) {
      throw new NoSuchElementException("all " + epochs + " epochs are read");
    }
    if (row >= batches.size()) {
      wrap();
    }
    B batch = batches.get(Math.toIntExact(row++));
    // Not behind the last epoch: what is appended to the data later is a part of it.
    if (row == batches.size() && epoch + 1 < epochs) {
      wrap();
    }
    return batch;
  }

  private void wrap() {
    row = 0;
    epoch++;
  }

  @Override
  public DataPosition position() {
    return new DataPosition(row, epoch, "");
  }
}

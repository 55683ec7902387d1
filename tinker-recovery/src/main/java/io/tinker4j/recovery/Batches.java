package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.DataPosition;
import java.util.List;

/**
 * Training data that can be read again from any place it has been read to. Reading from the same
 * place must give the same batches, also in another process: that is what makes a replay equal to
 * what it replays.
 *
 * @param <B> what a step trains on, for example {@code List<Datum>}
 */
@FunctionalInterface
public interface Batches<B> {
  /** Opens the data behind a place that a reader has told, or from {@link DataPosition#START}. */
  Reader<B> open(DataPosition position);

  /**
   * Returns what tells the data in front of a place from other data, such as the name of a version,
   * or a count of rows and a digest of them. The journal has it, and a run is gone on with only
   * when the data {@linkplain #beginsWith begins with} it. Default: empty, it is not known.
   */
  default String identity(DataPosition before) {
    return "";
  }

  /**
   * Returns whether the data begins with what had an identity once; there may be more behind it.
   * Default: whether it is still the {@linkplain #identity identity} in front of that place, or not
   * known any more.
   */
  default boolean beginsWith(String identity, DataPosition before) {
    String now = identity(before);
    return now.isEmpty() || now.equals(identity);
  }

  /** Reads forward. Used by one thread. */
  interface Reader<B> extends AutoCloseable {
    /** Returns whether there is another batch. */
    boolean hasNext();

    /** Returns the next batch. */
    B next();

    /** Returns the place behind the last batch that was returned. */
    DataPosition position();

    /** Gives up what the reader holds. Does nothing unless overridden. */
    @Override
    default void close() {}
  }

  /**
   * Returns batches that are all in memory, so many times over. A run with them can be gone on with
   * when there are more epochs, or more batches behind the others; batches that were read must not
   * change. They are told apart by their digests, as long as they are examples, texts, numbers, or
   * lists of those.
   *
   * @throws IllegalArgumentException when there are no batches or no epochs
   */
  static <B> Batches<B> of(List<B> batches, long epochs) {
    List<B> copy = List.copyOf(batches);
    if (copy.isEmpty()) {
      throw new IllegalArgumentException("batches is empty; there must be at least one");
    }
    if (epochs < 1) {
      throw new IllegalArgumentException("epochs is " + epochs + "; it must be at least 1");
    }
    return new ListBatches<>(copy, epochs);
  }
}

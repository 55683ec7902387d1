package io.tinker4j.recipes.reinforcement;

import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.journal.DataPosition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Batches that show what comes behind them, so that it can be begun before its step. The place
 * behind a batch is that of the batch itself, whatever was read ahead.
 */
final class ReadAhead<P> implements Batches<ReadAhead.Window<P>> {
  private final Batches<List<P>> batches;
  private final int ahead;

  ReadAhead(Batches<List<P>> batches, int ahead) {
    this.batches = batches;
    this.ahead = ahead;
  }

  /** A batch, and those that come next, as far as there are. */
  record Window<P>(List<P> batch, List<List<P>> ahead) {}

  @Override
  public Reader<Window<P>> open(DataPosition position) {
    return new WindowReader(position);
  }

  @Override
  public String identity(DataPosition before) {
    return batches.identity(before);
  }

  @Override
  public boolean beginsWith(String identity, DataPosition before) {
    return batches.beginsWith(identity, before);
  }

  private record Read<P>(List<P> batch, DataPosition behind) {}

  private final class WindowReader implements Reader<Window<P>> {
    private final Reader<List<P>> reader;
    private final Deque<Read<P>> read = new ArrayDeque<>();
    private DataPosition position;

    WindowReader(DataPosition position) {
      this.reader = batches.open(position);
      this.position = position;
    }

    @Override
    public boolean hasNext() {
      return !read.isEmpty() || reader.hasNext();
    }

    @Override
    public Window<P> next() {
      while (read.size() <= ahead && reader.hasNext()) {
        List<P> batch = reader.next();
        read.add(new Read<>(batch, reader.position()));
      }
      Read<P> first = read.poll();
      if (first == null) {
        throw new NoSuchElementException("all batches have been read");
      }
      position = first.behind();
      return new Window<>(first.batch(), new ArrayList<>(read).stream().map(Read::batch).toList());
    }

    @Override
    public DataPosition position() {
      return position;
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}

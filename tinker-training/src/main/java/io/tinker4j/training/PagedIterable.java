package io.tinker4j.training;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A list at the server that is fetched page by page while it is walked through, so that only one
 * page is in memory. Each walk starts afresh.
 *
 * <p>Immutable and thread-safe; an iterator or stream of it is for one thread, and blocks and
 * throws as the calls of {@link RestClient} do. While the list changes, a walk may meet an entry
 * twice or not at all.
 */
public final class PagedIterable<T> implements Iterable<T> {
  private final PageSource<T> source;
  private final int pageSize;

  PagedIterable(int pageSize, PageSource<T> source) {
    this.pageSize = pageSize;
    this.source = source;
  }

  /** Where pages come from. */
  @FunctionalInterface
  interface PageSource<T> {
    Page<T> fetch(int limit, int offset);
  }

  /**
   * Some entries.
   *
   * @param total how many there are on all pages, negative when the server does not tell
   */
  record Page<T>(List<T> entries, int total) {}

  /** Asks how many entries there are; empty when the server does not tell. */
  public OptionalInt totalCount() {
    int total = source.fetch(1, 0).total();
    return total < 0 ? OptionalInt.empty() : OptionalInt.of(total);
  }

  /** Returns the entries in the server's order; a page is fetched when it is needed. */
  public Stream<T> stream() {
    int properties = Spliterator.ORDERED | Spliterator.NONNULL;
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(iterator(), properties), false);
  }

  /** Returns an iterator over the entries in the server's order. */
  @Override
  public Iterator<T> iterator() {
    return new Walk();
  }

  @Override
  public String toString() {
    return "PagedIterable{pages of " + pageSize + "}";
  }

  /**
   * The next page starts behind what was received, whatever the limit was: a server may have a
   * lower one. A server that ignores the offset repeats its page, which ends the walk.
   */
  private final class Walk implements Iterator<T> {
    private final Queue<T> ready = new ArrayDeque<>();
    private List<T> last = List.of();
    private int offset;
    private boolean ended;

    @Override
    public boolean hasNext() {
      if (ready.isEmpty() && !ended) {
        fetch();
      }
      return !ready.isEmpty();
    }

    private void fetch() {
      Page<T> page = source.fetch(pageSize, offset);
      List<T> entries = page.entries();
      offset += entries.size();
      boolean repeated = page.total() < 0 && entries.equals(last);
      ended = entries.isEmpty() || repeated || (page.total() >= 0 && offset >= page.total());
      last = entries;
      if (!repeated) {
        ready.addAll(entries);
      }
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return ready.remove();
    }
  }
}

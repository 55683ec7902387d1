package io.tinker4j.training.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Splits the data of one call into requests: greedy, in order, at most so many entries and so many
 * estimated bytes each. An entry above the byte limit travels alone. Chunks are views of the data.
 */
public final class Chunker<T> {
  private final int maxLength;
  private final long maxBytes;
  private final ToLongFunction<T> size;

  public Chunker(int maxLength, long maxBytes, ToLongFunction<T> size) {
    this.maxLength = maxLength;
    this.maxBytes = maxBytes;
    this.size = size;
  }

  public record Chunk<T>(List<T> data, long bytes) {}

  public List<Chunk<T>> split(List<T> data) {
    List<Chunk<T>> chunks = new ArrayList<>();
    int start = 0;
    long bytes = 0;
    for (int i = 0; i < data.size(); i++) {
      long next = size.applyAsLong(data.get(i));
      if (i > start && (bytes + next > maxBytes || i - start == maxLength)) {
        chunks.add(new Chunk<>(data.subList(start, i), bytes));
        start = i;
        bytes = 0;
      }
      bytes += next;
    }
    if (start < data.size()) {
      chunks.add(new Chunk<>(data.subList(start, data.size()), bytes));
    }
    return chunks;
  }
}

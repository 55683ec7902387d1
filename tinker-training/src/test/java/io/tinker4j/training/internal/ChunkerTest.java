package io.tinker4j.training.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

// readiness: B5
class ChunkerTest {
  private static List<Integer> counts(int maxLength, long maxBytes, Long... sizes) {
    return new Chunker<Long>(maxLength, maxBytes, Long::longValue)
        .split(List.of(sizes)).stream().map(chunk -> chunk.data().size()).toList();
  }

  @Test
  void split_exactByteLimit_staysTogether() {
    assertThat(counts(1024, 10, 4L, 6L)).containsExactly(2);
    assertThat(counts(1024, 10, 4L, 7L)).containsExactly(1, 1);
  }

  @Test
  void split_oversizeDatum_travelsAlone() {
    assertThat(counts(1024, 10, 3L, 50L, 3L)).containsExactly(1, 1, 1);
    assertThat(counts(1024, 10, 50L, 1L, 1L)).containsExactly(1, 2);
  }

  @Test
  void split_countLimit_appliesToEmptyDatumsToo() {
    assertThat(counts(2, 10, 0L, 0L, 0L, 0L, 0L)).containsExactly(2, 2, 1);
  }

  @Test
  void split_1025Datums_makesTwoChunks() {
    List<Integer> data = IntStream.range(0, 1025).boxed().toList();

    List<Chunker.Chunk<Integer>> chunks = new Chunker<Integer>(1024, 1 << 30, i -> 1).split(data);

    assertThat(chunks).extracting(chunk -> chunk.data().size()).containsExactly(1024, 1);
  }

  @Property
  void split_anyData_concatenatesToTheDataWithinTheLimits(
      @ForAll List<@LongRange(max = 100) Long> data,
      @ForAll @IntRange(min = 1, max = 10) int maxLength,
      @ForAll @IntRange(min = 1, max = 150) int maxBytes) {
    List<Chunker.Chunk<Long>> chunks =
        new Chunker<Long>(maxLength, maxBytes, Long::longValue).split(data);

    List<Long> joined = new ArrayList<>();
    for (Chunker.Chunk<Long> chunk : chunks) {
      long bytes = chunk.data().stream().mapToLong(Long::longValue).sum();
      assertThat(chunk.data()).hasSizeBetween(1, maxLength);
      assertThat(chunk.bytes()).isEqualTo(bytes);
      assertThat(bytes <= maxBytes || chunk.data().size() == 1).isTrue();
      joined.addAll(chunk.data());
    }
    assertThat(joined).isEqualTo(data);
  }
}

package io.tinker4j.text.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** What the Javadoc of {@link ChatData} and {@link RowFile} says of memory, measured. */
@Isolated("looks at the whole heap")
class RowMemoryTest {
  // Just above a power of two, where arrays that double have the most to spare.
  private static final int ROWS = (1 << 20) + 1000;
  private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();

  /** What other tests have left may go while one of three is measured. */
  @Test
  void rowsThatAreOpen_takeAboutThirtyBytesEach(@TempDir Path directory) throws Exception {
    Path file = write(directory.resolve("rows.jsonl"));
    List<Double> ofRows = new ArrayList<>();
    List<Double> ofAll = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      measure(file, ofRows, ofAll);
    }
    Collections.sort(ofRows);
    Collections.sort(ofAll);

    assertThat(ofRows.get(1)).as("bytes of a row, of %s", ofRows).isBetween(10.0, 13.0);
    assertThat(ofAll.get(1)).as("bytes in all, of %s", ofAll).isBetween(25.0, 31.0);
  }

  private static void measure(Path file, List<Double> ofRows, List<Double> ofAll)
      throws IOException {
    long before = used();
    try (RowFile rows = RowFile.open(file)) {
      ofRows.add((double) (used() - before) / ROWS);
      ExampleIndex index = new ExampleIndex();
      for (int row = 0; row < rows.rows(); row++) {
        index.add(0, row, 0, 7);
      }
      index.trim();
      int[] order = new EpochOrder(index, new double[] {1}, 0, true).of(0);
      ofAll.add((double) (used() - before) / ROWS);
      assertThat(order.length + index.size() + rows.rows()).isEqualTo(3 * ROWS);
    }
  }

  /** Leaves nothing on the stack. */
  private static Path write(Path file) throws IOException {
    return Files.writeString(file, "{}\n".repeat(ROWS));
  }

  /** Collects until nothing more goes: what has a cleaner takes several rounds. */
  private static long used() {
    long used = Long.MAX_VALUE;
    for (int i = 0; i < 10; i++) {
      MEMORY.gc();
      long now = MEMORY.getHeapMemoryUsage().getUsed();
      if (used - now < 10_000) {
        return now;
      }
      used = now;
    }
    return used;
  }
}

package io.tinker4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Condensing a journal, and dying at every point of it. */
class CompactionTest {
  @TempDir Path directory;

  /** The files as they were at the points at which the server may die, by what was going on. */
  private final Map<String, Map<String, byte[]>> points = new TreeMap<>();

  private static byte[] part(long number) {
    return ("part " + number).getBytes(StandardCharsets.UTF_8);
  }

  private Map<String, byte[]> files() {
    try {
      Map<String, byte[]> files = new TreeMap<>();
      for (Path path : DurableFiles.list(directory)) {
        files.put(String.valueOf(path.getFileName()), Files.readAllBytes(path));
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Entries hold a number, and every other one is worthless as soon as its successor is there; of
   * those of even numbers the number is told and the part can be read again.
   */
  private final class EvenOnes implements Journal.Condenser {
    private final List<Long> addresses = new ArrayList<>();
    private final List<Long> numbers = new ArrayList<>();

    @Override
    public void accept(JournalEntry entry) {
      if (addresses.isEmpty()) {
        points.put("reading", files());
      }
      if (entry.number("number") % 2 == 0) {
        numbers.add(entry.number("number"));
        addresses.add(entry.has("at") ? entry.number("at") : entry.address());
      }
    }

    @Override
    public void writeTo(Journal.Target target) throws IOException {
      for (int i = 0; i < numbers.size(); i++) {
        points.put("writing " + i, files());
        target.keep(addresses.get(i), false);
        target.tell(Map.of("number", numbers.get(i), "at", addresses.get(i)));
      }
      points.put("written", files());
    }
  }

  private static long append(Journal journal, long number) {
    long address = journal.append(Map.of("number", number), part(number));
    journal.sync(address);
    return address;
  }

  /** The even numbers in the journal with their parts, which must not depend on its condensing. */
  private static Map<Long, String> contents(Path of) throws IOException {
    Map<Long, Long> addresses = new TreeMap<>();
    try (Journal journal =
        Journal.open(
            of,
            entry -> {
              long at = entry.has("at") ? entry.number("at") : entry.address();
              addresses.put(entry.number("number"), at);
            })) {
      Map<Long, String> contents = new TreeMap<>();
      addresses.forEach((number, address) -> {
        if (number % 2 == 0) {
          contents.put(number, new String(journal.read(address).part(0), StandardCharsets.UTF_8));
        }
      });
      return contents;
    }
  }

  private static Map<Long, String> evenUpTo(long last) {
    Map<Long, String> expected = new TreeMap<>();
    for (long number = 0; number <= last; number += 2) {
      expected.put(number, "part " + number);
    }
    return expected;
  }

  @Test
  void compact_killedAtAnyPoint_losesNothing(@TempDir Path copies) throws IOException {
    Map<String, byte[]> before;
    Map<String, byte[]> after;
    try (Journal journal = Journal.open(directory, entry -> {})) {
      for (long number = 0; number < 8; number++) {
        append(journal, number);
      }
      journal.compact(new EvenOnes());
      points.clear();
      for (long number = 8; number <= 16; number++) {
        append(journal, number);
      }
      before = files();
      journal.compact(new EvenOnes());
      after = files();
    }
    points.put("before", before);
    points.put("after", after);
    renamedButNotDeleted(before, after);
    cut("beginning the generation", "reading", "journal-2");
    cut("in the middle of the snapshot", "written", "snapshot-2.partial");

    assertThat(before.keySet()).containsExactly("journal-1", "lock", "snapshot-1");
    assertThat(after.keySet()).containsExactly("journal-2", "lock", "snapshot-2");
    assertThat(points).hasSizeGreaterThan(20);
    int number = 0;
    for (Map.Entry<String, Map<String, byte[]>> point : new TreeMap<>(points).entrySet()) {
      Path copy = Files.createDirectory(copies.resolve("" + number++));
      for (Map.Entry<String, byte[]> file : point.getValue().entrySet()) {
        Files.write(copy.resolve(file.getKey()), file.getValue());
      }
      assertThat(contents(copy)).as(point.getKey()).isEqualTo(evenUpTo(16));
      try (Journal journal = Journal.open(copy, entry -> {})) {
        append(journal, 18);
        journal.compact(new EvenOnes());
      }
      assertThat(contents(copy)).as(point.getKey() + ", and on").isEqualTo(evenUpTo(18));
    }
  }

  /** The new snapshot counts, and the old files go one after the other. */
  private void renamedButNotDeleted(Map<String, byte[]> before, Map<String, byte[]> after) {
    Map<String, byte[]> all = new TreeMap<>(before);
    all.putAll(after);
    points.put("renamed", all);
    Map<String, byte[]> fewer = new TreeMap<>(all);
    fewer.remove("snapshot-1");
    points.put("deleting", fewer);
  }

  /** A file at many lengths up to its present one. */
  private void cut(String what, String point, String file) {
    Map<String, byte[]> state = points.getOrDefault(point, Map.of());
    byte[] whole = state.getOrDefault(file, new byte[0]);
    assertThat(whole).isNotEmpty();
    for (int length = 0; length < whole.length; length += 53) {
      Map<String, byte[]> torn = new TreeMap<>(state);
      torn.put(file, Arrays.copyOf(whole, length));
      points.put(what + " " + length, torn);
    }
  }

  @Test
  void compact_whileOthersAddAndRead_losesNothing() throws Exception {
    try (Journal journal = Journal.open(directory, entry -> {})) {
      Map<Long, Long> addresses = new TreeMap<>();
      CompletableFuture<Void> adding =
          CompletableFuture.runAsync(() -> {
            for (long number = 0; number <= 300; number++) {
              addresses.put(number, append(journal, number));
              long even = number / 4 * 2;
              assertThat(journal.read(addresses.getOrDefault(even, -1L)).part(0))
                  .isEqualTo(part(even));
            }
          });
      int compactions = 0;
      while (!adding.isDone()) {
        journal.compact(new EvenOnes());
        points.clear();
        compactions++;
      }
      adding.join();
      assertThat(compactions).isGreaterThan(1);
    }

    assertThat(contents(directory)).isEqualTo(evenUpTo(300));
  }

  @Test
  void open_withAGenerationMissing_refuses() throws IOException {
    try (Journal journal = Journal.open(directory, entry -> {})) {
      append(journal, 1);
      journal.compact(new EvenOnes());
    }
    Files.delete(directory.resolve("journal-1"));

    assertThatThrownBy(() -> contents(directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("journal-1 is missing");
  }

  @Test
  void open_withADamagedSnapshot_refuses() throws IOException {
    try (Journal journal = Journal.open(directory, entry -> {})) {
      append(journal, 2);
      journal.compact(new EvenOnes());
    }
    Path snapshot = directory.resolve("snapshot-1");
    byte[] bytes = Files.readAllBytes(snapshot);
    bytes[bytes.length / 2] ^= 1;
    Files.write(snapshot, bytes);

    assertThatThrownBy(() -> contents(directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is damaged");
  }
}

package io.tinker4j.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** One condensing of a journal, in the steps between which a server may die. */
final class Compaction implements Journal.Target {
  private final Journal journal;
  private final JournalFiles names;
  private final int generation;
  private final long base;
  private final JournalFile partial;
  private final Map<Long, Long> places = new HashMap<>();

  /** Condenses what came before a generation, whose first address is {@code base}. */
  Compaction(Journal journal, JournalFiles names, int generation, long base) throws IOException {
    this.journal = journal;
    this.names = names;
    this.generation = generation;
    this.base = base;
    partial = JournalFile.create(names.partialSnapshot(generation));
  }

  /** Hands all that came before the generation to the condenser. */
  void read(Journal.Condenser condenser) throws IOException {
    for (Path snapshot : names.snapshots().values()) {
      long unused = JournalFile.readAll(snapshot, (entry, position) -> tell(entry, condenser));
    }
    for (Path file : names.journals().headMap(generation).values()) {
      long unused = JournalFile.readAll(file, (entry, position) -> tell(entry, condenser));
    }
  }

  private static void tell(JournalEntry entry, Journal.Condenser condenser) {
    if (entry.isTold() && !Journal.isHead(entry)) {
      condenser.accept(entry);
    }
  }

  @Override
  public void keep(long address, boolean told) throws IOException {
    places.put(address, partial.write(address, told, journal.read(address).content()));
  }

  @Override
  public void tell(Map<String, ?> fields, byte[]... parts) throws IOException {
    long unused = partial.write(-1, true, JournalEntry.content(fields, parts));
  }

  /** Puts what is left in the place of what there was. */
  void replace() throws IOException {
    partial.force();
    names.use(generation);
    journal.use(partial, places, base);
    names.deleteBefore(generation);
  }
}

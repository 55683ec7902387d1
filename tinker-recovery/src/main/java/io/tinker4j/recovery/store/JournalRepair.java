package io.tinker4j.recovery.store;

import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.recovery.journal.RepairPlan;
import io.tinker4j.transport.internal.PrivateFiles;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Replaces a damaged journal by what can be kept of it. */
public final class JournalRepair {
  private JournalRepair() {}

  /** Returns what a repair would do. */
  public static RepairPlan plan(Path directory) {
    JournalCheck.Inspection found = inspect(directory);
    Salvage.Result salvage = Salvage.of(found.content());
    return new RepairPlan(
        found.damage(),
        salvage.kept().size() - salvage.added(),
        salvage.left(),
        found.content().lost());
  }

  private static JournalCheck.Inspection inspect(Path directory) {
    JournalCheck.Inspection found = JournalCheck.inspect(directory);
    if (JournalCheck.isForeign(found.content(), JournalReader.bytes(directory))) {
      throw new JournalException("the file in %s is not a progress journal".formatted(directory));
    }
    return found;
  }

  /** Puts a new journal in the place of the damaged one, and returns where that is then. */
  public static Path repair(Path directory, JournalWriteHook point) {
    if (!Files.isDirectory(directory)) {
      throw new JournalException("there is no journal in " + directory);
    }
    try (RunDirectory place = RunDirectory.enter(directory)) {
      place.requireFree(directory);
      return repairAlone(directory, point);
    } catch (IOException e) {
      throw new JournalException("cannot repair the journal in " + directory, e);
    }
  }

  private static Path repairAlone(Path directory, JournalWriteHook point) throws IOException {
    try (RunLock unused = RunLock.acquire(directory.resolve(JournalWriter.LOCK))) {
      JournalCheck.Inspection found = inspect(directory);
      if (found.damage().isEmpty()) {
        throw new JournalException("there is nothing to repair in " + directory);
      }
      Path damaged = keep(directory, point);
      List<JournalEntry> kept = Salvage.of(found.content()).kept();
      try (JournalFile file = JournalFile.replace(directory, next(found), kept, point)) {
        JournalFile.sync(directory);
        file.mark().write(directory, point);
      }
      return damaged;
    }
  }

  /** Copies the journal to a name that is free. */
  private static Path keep(Path directory, JournalWriteHook point) throws IOException {
    Path from = directory.resolve(JournalWriter.FILE);
    int number = 1;
    Path to = numbered(directory, number);
    while (Files.exists(to)) {
      to = numbered(directory, ++number);
    }
    Path copy = directory.resolve(JournalWriter.FILE + ".copy");
    try (FileChannel channel =
        PrivateFiles.open(
            copy,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      Files.copy(from, Channels.newOutputStream(channel));
      channel.force(true);
    }
    int ignored = point.before("rename of the damaged journal", 0);
    Files.move(copy, to, StandardCopyOption.ATOMIC_MOVE);
    return to;
  }

  private static Path numbered(Path directory, int number) {
    return directory.resolve(JournalWriter.FILE + ".damaged-" + number);
  }

  /** Follows both the file and the mark: a process that ends before the new mark leaves either. */
  private static JournalHeader next(JournalCheck.Inspection found) {
    JournalHeader header = found.content().header();
    JournalMark mark = found.mark();
    long marked = mark == null ? 0 : mark.generation();
    if (header != null && !header.isOfFirstVersion()) {
      return new JournalHeader(header.journal(), Math.max(header.generation(), marked) + 1);
    }
    return mark == null ? JournalHeader.create() : new JournalHeader(mark.journal(), marked + 1);
  }
}

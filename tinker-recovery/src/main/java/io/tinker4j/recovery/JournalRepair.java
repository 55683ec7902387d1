package io.tinker4j.recovery;

import io.tinker4j.recovery.JournalVerification.Damage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Copies what is whole of a damaged journal into a new one, which can be gone on with. Everything
 * before the first damage is kept. Of what stands behind it, only entries are that do not count on
 * what was lost: checkpoints of known lineages, which stand for all steps in them, and what follows
 * them without a gap. Steps that are left out are trained again.
 *
 * <p>A journal that is not damaged, but older or shorter than it was, or of another run, is taken
 * as it is. What the server has beyond it is not used.
 */
public final class JournalRepair {
  private JournalRepair() {}

  /**
   * What a repair would do.
   *
   * @param damage what is wrong; empty when there is nothing to repair
   * @param kept how many entries the new journal would have
   * @param left how many whole entries it would not have
   */
  public record Plan(List<Damage> damage, long kept, long left) {
    /** Copies the list. */
    public Plan {
      damage = List.copyOf(damage);
    }

    /** Returns whether there is anything to repair. */
    public boolean isNeeded() {
      return !damage.isEmpty();
    }
  }

  /**
   * Returns what a repair would do; writes nothing.
   *
   * @throws JournalException when there is no journal, or a newer version has written it
   */
  public static Plan plan(Path directory) {
    JournalCheck.Inspection found = inspect(directory);
    Salvage.Result salvage = Salvage.of(found.content());
    return new Plan(found.damage(), salvage.kept().size(), salvage.left());
  }

  private static JournalCheck.Inspection inspect(Path directory) {
    JournalCheck.Inspection found = JournalCheck.inspect(directory);
    if (JournalCheck.isForeign(found.content(), ProgressJournal.bytes(directory))) {
      throw new JournalException("the file in %s is not a progress journal".formatted(directory));
    }
    return found;
  }

  /**
   * Puts a new journal in the place of the damaged one, which is kept under another name. When the
   * process ends in between, the journal is the old one or the new one.
   *
   * @return the file that has the bytes of the damaged journal
   * @throws JournalException when another process has the run open, there is nothing to repair, or
   *     the files cannot be written
   */
  public static Path repair(Path directory) {
    return repair(directory, WritePoint.NONE);
  }

  static Path repair(Path directory, WritePoint point) {
    if (!Files.isDirectory(directory)) {
      throw new JournalException("there is no journal in " + directory);
    }
    try (RunLock unused = RunLock.acquire(directory.resolve(ProgressJournal.LOCK))) {
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
    } catch (IOException e) {
      throw new JournalException("cannot repair the journal in " + directory, e);
    }
  }

  /** Copies the journal to a name that is free. */
  private static Path keep(Path directory, WritePoint point) throws IOException {
    Path from = directory.resolve(ProgressJournal.FILE);
    int number = 1;
    Path to = numbered(directory, number);
    while (Files.exists(to)) {
      to = numbered(directory, ++number);
    }
    Path copy = directory.resolve(ProgressJournal.FILE + ".copy");
    Files.copy(from, copy, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    int ignored = point.before("rename of the damaged journal", 0);
    Files.move(copy, to, StandardCopyOption.ATOMIC_MOVE);
    return to;
  }

  private static Path numbered(Path directory, int number) {
    return directory.resolve(ProgressJournal.FILE + ".damaged-" + number);
  }

  /** Follows both the file and the mark: a process that ends before the new mark leaves either. */
  private static JournalHeader next(JournalCheck.Inspection found) {
    JournalHeader header = found.content().header();
    long marked = found.mark().map(JournalMark::generation).orElse(0L);
    if (header != null && !header.isOfFirstVersion()) {
      return new JournalHeader(header.journal(), Math.max(header.generation(), marked) + 1);
    }
    return found
        .mark()
        .map(mark -> new JournalHeader(mark.journal(), marked + 1))
        .orElseGet(JournalHeader::create);
  }
}

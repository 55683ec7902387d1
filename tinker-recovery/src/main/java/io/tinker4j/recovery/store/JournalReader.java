package io.tinker4j.recovery.store;

import io.tinker4j.recovery.journal.JournalContents;
import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.journal.JournalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads journals that may be in use, without touching anything. */
public final class JournalReader {
  private JournalReader() {}

  /** The entries; see {@code ProgressJournal.read}. */
  public static List<JournalEntry> read(Path directory) {
    byte[] bytes = bytes(directory);
    return read(directory, bytes, JournalContent.read(bytes));
  }

  private static List<JournalEntry> read(Path directory, byte[] bytes, JournalContent content) {
    if (bytes.length > JournalHeader.SIZE || !JournalHeader.mayBeTorn(bytes)) {
      JournalHeader unused = JournalCheck.requireWhole(directory, bytes, content, null);
    }
    return content.entries();
  }

  /** The entries up to the first damage; see {@code ProgressJournal.contents}. */
  public static JournalContents contents(Path directory) {
    byte[] bytes = bytes(directory);
    JournalContent content = JournalContent.read(bytes);
    if (content.damage().isEmpty() || JournalCheck.isForeign(content, bytes)) {
      return new JournalContents(read(directory, bytes, content), List.of());
    }
    return new JournalContents(content.entries(), content.damage());
  }

  /**
   * Returns the bytes of a journal as they are; of one that this process has open, by its owner.
   */
  static byte[] bytes(Path directory) {
    Path path = directory.resolve(JournalWriter.FILE);
    if (!Files.exists(path)) {
      throw new JournalException("there is no journal in " + directory);
    }
    try (RunDirectory place = RunDirectory.enter(directory)) {
      JournalWriter owner = place.owner(each -> each.hasJournal(path));
      return owner == null ? Files.readAllBytes(path) : owner.bytes();
    } catch (IOException e) {
      throw new JournalException("cannot read " + path, e);
    }
  }
}

package io.tinker4j.recovery.store;

import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.transport.internal.PrivateFiles;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How far a journal had come, in a file beside it, written when the journal's disk has as much: a
 * journal that is shorter than its mark, or says something else, is not the one that was written.
 * The mark may lag behind the journal and never leads.
 *
 * @param length of the file up to the last record that is meant
 * @param checksum of that record, which stands for all that comes before it, too
 */
record JournalMark(UUID journal, long generation, long length, long entries, int checksum) {
  static final String FILE = "progress.mark";
  private static final String NEW_FILE = "progress.mark.new";

  /**
   * Returns what is wrong with a journal that has this mark, beside what can be seen without one;
   * null when nothing is.
   */
  @Nullable String problem(JournalContent content) {
    JournalHeader header = content.header();
    if (header == null) {
      return content.size() == 0 ? "it is empty, and had %d entries".formatted(entries) : null;
    }
    if (!header.isOfFirstVersion() && !header.journal().equals(journal)) {
      return "it is the journal of another run";
    }
    if (header.generation() != generation) {
      return header.generation() > generation ? null : "it is an older copy";
    }
    if (content.size() < length) {
      return "it is shorter than it was: %d of %d bytes are there, %d of %d entries are whole"
          .formatted(content.size(), length, content.entries().size(), entries);
    }
    if (content.front().end() < length) {
      return content.damage().isEmpty()
          ? "bytes %d to %d were whole when they were marked: %d of %d entries are left"
              .formatted(content.front().end(), length - 1, content.entries().size(), entries)
          : null; // it follows from that damage
    }
    boolean isKnown =
        content.front().records().stream()
            .anyMatch(each -> each.end() == length && each.checksum() == checksum);
    return isKnown ? null : "it is another copy, which was gone on with by itself";
  }

  /** Returns whether the mark is about a file with this header. */
  boolean isOf(@Nullable JournalHeader header) {
    return new JournalHeader(journal, generation).equals(header);
  }

  private byte[] bytes() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("journal", journal.toString());
    all.put("generation", generation);
    all.put("length", length);
    all.put("entries", entries);
    all.put("checksum", Integer.toUnsignedLong(checksum));
    all.put("mark_checksum", Integer.toUnsignedLong(checksum(all)));
    return JsonCodec.write(all);
  }

  private static int checksum(Map<String, ?> all) {
    CRC32C checksum = new CRC32C();
    checksum.update(JsonCodec.write(all));
    return (int) checksum.getValue();
  }

  /** Replaces the mark of a directory. */
  void write(Path directory, JournalWriteHook point) throws IOException {
    Path next = directory.resolve(NEW_FILE);
    try (FileChannel channel =
        PrivateFiles.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      JournalFile.write(channel, "mark", ByteBuffer.wrap(bytes()), 0, point);
      channel.force(true);
    }
    int unused = point.before("rename of the mark", 0);
    Files.move(
        next,
        directory.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Reads the mark of a directory; null when there is none.
   *
   * @throws JournalException when it is damaged
   */
  static @Nullable JournalMark read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return null;
    }
    try {
      Map<String, @Nullable Object> all =
          new LinkedHashMap<>(JsonCodec.readMap(Files.readAllBytes(file)));
      JournalMark mark =
          new JournalMark(
              UUID.fromString(String.valueOf(all.get("journal"))),
              number(all, "generation"),
              number(all, "length"),
              number(all, "entries"),
              (int) number(all, "checksum"));
      long written = number(all, "mark_checksum");
      all.remove("mark_checksum");
      if (Integer.toUnsignedLong(checksum(all)) != written) {
        throw new IllegalArgumentException("its checksum is wrong");
      }
      return mark;
    } catch (RuntimeException e) {
      throw new JournalException(
          ("%s is damaged, so it is not known how far the journal had come; `tinker journal repair"
                  + " %s` or ProgressJournal.repair goes by the journal alone: %s")
              .formatted(file, directory, e.getMessage()),
          e);
    }
  }

  private static long number(Map<String, @Nullable Object> all, String name) {
    if (all.get(name) instanceof Number number) {
      return number.longValue();
    }
    throw new IllegalArgumentException("it has no " + name);
  }
}

package io.tinker4j.recovery.store;

import io.tinker4j.recovery.journal.JournalDamage;
import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.journal.JournalException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a journal's file: a header, then per entry its length, the checksum of the record
 * before it, a CRC-32C over that and the entry, and the entry as JSON. As each record names the one
 * before it, records that were lost, repeated or put in another order are seen like bytes that have
 * changed. Files of the first version have no such chain.
 *
 * <p>Only what stands in the {@link #front} follows from the header without a hole.
 *
 * @param header null when it is not whole
 * @param size of the file
 * @param front the records behind the header, up to the first place where something is wrong
 * @param islands whole records behind such a place, each list without a hole
 */
public record JournalContent(
    @Nullable JournalHeader header, long size, Stretch front, List<Stretch> islands) {
  private static final int FRAME = 3 * Integer.BYTES;
  private static final int FIRST_FRAME = 2 * Integer.BYTES;
  private static final int LONGEST = 16 << 20;

  /**
   * What is wrong in front of whole records.
   *
   * @param lost how many entries that are, at least
   */
  record Gap(String what, long lost) {
    static final Gap NONE = new Gap("", 0);
  }

  /**
   * Whole records that follow one another.
   *
   * @param gap what is wrong right before them
   */
  record Stretch(long from, List<Located> records, Gap gap) {
    long end() {
      return records.isEmpty() ? from : records.getLast().end();
    }

    public List<JournalEntry> entries() {
      return records.stream().map(Located::entry).toList();
    }
  }

  /** A whole record, the checksum that the next one has to name, and where that one begins. */
  record Located(JournalEntry entry, int previous, int checksum, long end) {}

  /** Returns the record of an entry that follows the one with this checksum. */
  static ByteBuffer frame(JournalEntry entry, int previous) {
    byte[] json = entry.toJson().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(FRAME + json.length)
        .putInt(json.length)
        .putInt(previous)
        .putInt(checksum(previous, json))
        .put(json)
        .flip();
  }

  static int checksum(ByteBuffer frame) {
    return frame.getInt(2 * Integer.BYTES);
  }

  private static int checksum(int previous, byte[] json) {
    CRC32C checksum = new CRC32C();
    checksum.update(ByteBuffer.allocate(Integer.BYTES).putInt(previous).flip());
    checksum.update(json);
    return (int) checksum.getValue();
  }

  /** Returns the entries that can be relied on without looking at what is wrong. */
  public List<JournalEntry> entries() {
    return front.entries();
  }

  /** Returns the checksum that the next record has to name. */
  int checksum() {
    return front.records().isEmpty() ? link(header) : front.records().getLast().checksum();
  }

  private static int link(@Nullable JournalHeader header) {
    return header == null || header.isOfFirstVersion() ? 0 : header.checksum();
  }

  long wholeBehind() {
    return islands.stream().mapToLong(each -> each.records().size()).sum();
  }

  /** Returns how many bytes at the end are what was being written last. */
  long torn() {
    return header == null && islands.isEmpty() ? 0 : size - lastEnd();
  }

  private long lastEnd() {
    return islands.isEmpty() ? front.end() : islands.getLast().end();
  }

  /** Returns where something is wrong in front of whole records, or with the header. */
  List<JournalDamage> damage() {
    List<JournalDamage> damage = new ArrayList<>();
    long end = front.end();
    long before = front.records().size();
    long after = wholeBehind();
    for (Stretch island : islands) {
      String what =
          "%s; %d whole entries before it, %d after".formatted(island.gap().what(), before, after);
      damage.add(new JournalDamage(end, island.from() - end, what));
      end = island.end();
      before += island.records().size();
      after -= island.records().size();
    }
    if (header == null && islands.isEmpty() && size > 0) {
      damage.add(
          new JournalDamage(0, size, "the header is not whole, and there is no whole record"));
    }
    return damage;
  }

  /** Returns how many entries are damaged or were being written; at least, if lengths are, too. */
  long lost() {
    return islands.stream().mapToLong(each -> each.gap().lost()).sum() + (torn() > 0 ? 1 : 0);
  }

  /**
   * Sorts the bytes of a file.
   *
   * @throws JournalException when a newer version has written the file or one of its records
   */
  static JournalContent read(byte[] file) {
    JournalHeader header = JournalHeader.read(file);
    Records records = new Records(ByteBuffer.wrap(file), header);
    int at = header == null ? 0 : header.size();
    List<Stretch> stretches = new ArrayList<>();
    List<Located> current = new ArrayList<>();
    stretches.add(new Stretch(at, current, Gap.NONE));
    boolean isFront = true;
    int expected = link(header);
    while (at < file.length) {
      Located next = records.at(at);
      if (next != null && next.previous() == expected && (header != null || !isFront)) {
        current.add(next);
        expected = next.checksum();
        at = Math.toIntExact(next.end());
        continue;
      }
      int damaged = at;
      at = next == null ? records.next(at + 1) : at;
      Located first = at == file.length ? null : records.at(at);
      if (first == null) {
        break;
      }
      current = new ArrayList<>();
      boolean isHeader = header == null && isFront;
      stretches.add(
          new Stretch(
              at,
              current,
              isHeader ? new Gap("the header is not whole", 0) : records.gap(damaged, at)));
      isFront = false;
      expected = first.previous();
    }
    return new JournalContent(
        header, file.length, stretches.getFirst(), stretches.subList(1, stretches.size()));
  }

  /** Finds the whole records of a file. */
  private record Records(ByteBuffer file, @Nullable JournalHeader header) {
    /** Returns the whole record at a place, of the header's version, of any when it is unknown. */
    @Nullable Located at(int at) {
      Located record = header == null || !header.isOfFirstVersion() ? at(at, FRAME) : null;
      return record == null && (header == null || header.isOfFirstVersion())
          ? at(at, FIRST_FRAME)
          : record;
    }

    /** Returns the next place that has a whole record; the end of the file when none has. */
    int next(int from) {
      int at = from;
      while (at < file.capacity() && at(at) == null) {
        at++;
      }
      return at;
    }

    /** Tells what is between a place and the next whole record. */
    Gap gap(int from, int to) {
      if (from == to) {
        return new Gap("records are missing, repeated or of another journal", 0);
      }
      int frame = header != null && header.isOfFirstVersion() ? FIRST_FRAME : FRAME;
      int at = from;
      int count = 0;
      while (at + frame < to) {
        int length = file.getInt(at);
        if (length <= 0 || length > to - at - frame) {
          break;
        }
        at += frame + length;
        count++;
      }
      if (at < to) {
        return new Gap("no whole record begins there", Math.max(1, count));
      }
      return count == 1
          ? new Gap("the record's checksum does not fit", 1)
          : new Gap("the checksums of %d records do not fit".formatted(count), count);
    }

    private @Nullable Located at(int at, int frame) {
      int remaining = file.capacity() - at - frame;
      if (remaining <= 0) {
        return null;
      }
      int length = file.getInt(at);
      // An entry is an object: looked at first, as checksums at every byte would take long.
      if (length <= 0
          || length > LONGEST
          || length > remaining
          || file.get(at + frame) != '{'
          || file.get(at + frame + length - 1) != '}') {
        return null;
      }
      byte[] json = new byte[length];
      file.get(at + frame, json);
      int previous = frame == FRAME ? file.getInt(at + Integer.BYTES) : 0;
      int named = file.getInt(at + frame - Integer.BYTES);
      if (frame == FRAME ? checksum(previous, json) != named : plain(json) != named) {
        return null;
      }
      int link = frame == FRAME ? named : 0;
      return new Located(entry(json, at), previous, link, (long) at + frame + length);
    }

    private static int plain(byte[] json) {
      CRC32C checksum = new CRC32C();
      checksum.update(json);
      return (int) checksum.getValue();
    }

    /** A record that is whole and cannot be read comes from a newer version. */
    private static JournalEntry entry(byte[] json, int at) {
      try {
        return JournalEntry.parse(json);
      } catch (RuntimeException e) {
        throw new JournalException(
            "the journal's record at byte %d was written by a newer version; use that version: %s"
                .formatted(at, e.getMessage()),
            e);
      }
    }
  }
}

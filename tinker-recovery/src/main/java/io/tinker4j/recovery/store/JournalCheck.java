package io.tinker4j.recovery.store;

import io.tinker4j.recovery.journal.JournalDamage;
import io.tinker4j.recovery.journal.JournalException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a journal can be gone on with: all that is wrong with it is at its end, and it is the one
 * that its mark is about.
 */
public final class JournalCheck {
  private JournalCheck() {}

  /** A journal, and all that is wrong with it, what was being written at its end included. */
  public record Inspection(
      JournalContent content, @Nullable JournalMark mark, List<JournalDamage> damage) {}

  /**
   * Looks at a journal, whatever is wrong with it; it may be in use.
   *
   * @throws JournalException when there is none, or a newer version has written it
   */
  public static Inspection inspect(Path directory) {
    List<JournalDamage> damage = new ArrayList<>();
    JournalMark mark = null;
    try { // before the journal, which may come further meanwhile
      mark = JournalMark.read(directory);
    } catch (JournalException e) {
      damage.add(new JournalDamage(0, 0, String.valueOf(e.getMessage())));
    } catch (IOException e) {
      throw new JournalException("cannot read " + directory.resolve(JournalMark.FILE), e);
    }
    JournalContent content = JournalContent.read(JournalReader.bytes(directory));
    damage.addAll(content.damage());
    String problem = mark == null ? null : mark.problem(content);
    if (content.torn() > 0) {
      String what = "no whole record begins there, at the end of the file";
      if (mark != null && problem != null && mark.isOf(content.header())) {
        boolean isShorter = content.size() < mark.length();
        what = isShorter ? what : problem;
        problem = isShorter ? problem : null;
      }
      damage.add(new JournalDamage(content.size() - content.torn(), content.torn(), what));
    }
    if (problem != null) {
      damage.add(new JournalDamage(0, 0, "the journal is not what was written last: " + problem));
    } else if (content.size() == 0) {
      damage.add(new JournalDamage(0, 0, "the file is empty"));
    }
    return new Inspection(content, mark, List.copyOf(damage));
  }

  /**
   * Returns the header of a journal that can be gone on with.
   *
   * @throws JournalException when it cannot: nothing was written
   */
  static JournalHeader requireWhole(
      Path directory, byte[] bytes, JournalContent content, @Nullable JournalMark mark) {
    JournalHeader header = content.header();
    if (bytes.length == 0) {
      throw refused(
          directory,
          "is empty or gone, though the run has been begun; put back what was there, or remove the"
              + " whole directory if it has never trained");
    }
    if (isForeign(content, bytes)) {
      throw new JournalException(
          "%s is not a progress journal; name another directory"
              .formatted(directory.resolve(JournalWriter.FILE)));
    }
    List<JournalDamage> damage = content.damage();
    if (header == null || !damage.isEmpty()) {
      JournalDamage first = damage.getFirst();
      String more = damage.size() == 1 ? "" : "; and %d more places".formatted(damage.size() - 1);
      throw refused(directory, "is damaged: " + first + more);
    }
    String problem = mark == null ? null : mark.problem(content);
    if (problem != null) {
      throw refused(directory, "is not what was written last: " + problem);
    }
    return header;
  }

  static boolean isForeign(JournalContent content, byte[] bytes) {
    return bytes.length > 0
        && content.header() == null
        && content.islands().isEmpty()
        && !JournalHeader.isOurs(bytes);
  }

  private static JournalException refused(Path directory, String why) {
    return new JournalException(
        ("the journal in %s %s. Nothing was written. `tinker journal verify %1$s` lists what is"
                + " wrong, `tinker journal repair %1$s` or, in Java,"
                + " `ProgressJournal.repair(directory)` copies what is whole into a new journal and"
                + " keeps this one")
            .formatted(directory, why));
  }
}

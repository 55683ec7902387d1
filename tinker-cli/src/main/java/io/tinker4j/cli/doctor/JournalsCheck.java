package io.tinker4j.cli.doctor;

import io.tinker4j.recovery.JournalVerification;
import io.tinker4j.recovery.journal.JournalDamage;
import io.tinker4j.recovery.journal.JournalException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Whether the journals of runs are whole, and say that each step was taken exactly once. */
final class JournalsCheck implements Check {
  @Override
  public Subject subject() {
    return Subject.JOURNALS;
  }

  @Override
  public Finding look(Patient patient) {
    List<Path> journals = patient.request().journals();
    if (journals.isEmpty()) {
      return Finding.skipped("none is named; --journal names the directory of a run");
    }
    List<String> wrong = new ArrayList<>();
    List<String> unread = new ArrayList<>();
    List<String> sound = new ArrayList<>();
    for (Path journal : journals) {
      try {
        JournalVerification.Report report = JournalVerification.verify(journal);
        if (report.isSound()) {
          sound.add(
              "%s: whole, %s".formatted(journal, Words.count(report.steps().applied(), "step")));
        } else {
          wrong.add(journal + ": " + problem(report));
        }
      } catch (JournalException e) {
        unread.add(String.valueOf(e.getMessage()));
      }
    }
    if (!wrong.isEmpty()) {
      wrong.addAll(unread);
      return Finding.failed(
          String.join("; ", wrong),
          "`tinker journal verify DIRECTORY` lists all that is wrong; `tinker journal repair"
              + " DIRECTORY` copies what is whole into a new journal and keeps this one");
    }
    return unread.isEmpty()
        ? Finding.ok(String.join("; ", sound))
        : Finding.failed(
            String.join("; ", unread),
            "name the directory that the run was given for its journal, as a user who may read it");
  }

  private static String problem(JournalVerification.Report report) {
    List<JournalDamage> damage = report.condition().damage();
    if (!damage.isEmpty()) {
      return "damaged in %s: %s".formatted(Words.count(damage.size(), "place"), damage.getFirst());
    }
    if (!report.condition().overlapping().isEmpty()) {
      return "two processes wrote it at the same time";
    }
    return "steps done twice: %d, missing: %d"
        .formatted(report.doubled().size(), report.lost().size());
  }
}

package io.tinker4j.recovery;

import io.tinker4j.recovery.internal.LoadFailures;
import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.JournalDamage;
import io.tinker4j.recovery.journal.JournalEntry.RunOpened;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.recovery.store.JournalCheck;
import io.tinker4j.recovery.store.JournalState;
import io.tinker4j.recovery.store.SurvivingLineage;
import io.tinker4j.training.RestClient;
import io.tinker4j.transport.ApiStatusException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds a journal against the rules, and against the server: every step up to the last one was
 * taken exactly once by the models that the newest one goes back to, and the checkpoints are there.
 */
public final class JournalVerification {
  private JournalVerification() {}

  /**
   * What has become of the steps of a run.
   *
   * @param applied how many of them are in the newest model
   * @param rolledBack how many times a step was done by a model that does not count any more
   * @param replayed how many times a step was done that had been done before
   */
  public record Steps(long applied, long rolledBack, long replayed) {}

  /**
   * What was found about the file itself.
   *
   * @param damage all bytes that are no whole record, and places where records are missing
   * @param overlapping tokens of processes that wrote though a later one had taken over
   */
  public record Condition(List<JournalDamage> damage, List<Long> overlapping) {
    /** Copies the lists. */
    public Condition {
      damage = List.copyOf(damage);
      overlapping = List.copyOf(overlapping);
    }

    /** Returns whether the file is whole and was written by one process after the other. */
    public boolean isSound() {
      return damage.isEmpty() && overlapping.isEmpty();
    }
  }

  /**
   * What was found. Of a damaged journal, the steps are those of the entries before the damage.
   *
   * @param doubled steps that are in the newest model more than once
   * @param lost steps that are not in it, though later ones are
   * @param missing checkpoints that can be gone back to, by the journal, but are not on the server
   */
  public record Report(
      Steps steps, List<Long> doubled, List<Long> lost, List<String> missing, Condition condition) {
    /** Copies the lists. */
    public Report {
      doubled = List.copyOf(doubled);
      lost = List.copyOf(lost);
      missing = List.copyOf(missing);
    }

    /** Returns whether nothing is doubled, lost, missing, damaged or written by two at once. */
    public boolean isSound() {
      return doubled.isEmpty() && lost.isEmpty() && missing.isEmpty() && condition.isSound();
    }
  }

  /** A journal as it is read, whatever is wrong with it. */
  private record Reading(JournalState.View state, Condition condition) {
    static Reading of(Path journal) {
      JournalCheck.Inspection found = JournalCheck.inspect(journal);
      JournalState.View state = JournalState.of(found.content().entries());
      return new Reading(state, new Condition(found.damage(), overlapping(state)));
    }

    private static List<Long> overlapping(JournalState.View state) {
      List<Long> overlapping = new ArrayList<>();
      long highest = 0;
      for (RunOpened each : state.ends().owners()) {
        if (each.token() <= highest) {
          overlapping.add(each.token());
        }
        highest = Math.max(highest, each.token());
      }
      return overlapping;
    }
  }

  /**
   * Looks at the journal alone, which may be in use: an entry that is being written is then
   * reported as damage at the end. A journal that is damaged is no reason to throw.
   *
   * @throws JournalException when there is none, or it cannot be read
   */
  public static Report verify(Path journal) {
    return report(Reading.of(journal), List.of());
  }

  /**
   * Looks at the journal and asks the server for its checkpoints; blocks.
   *
   * @throws JournalException when there is no journal or it cannot be read
   */
  public static Report verify(Path journal, RestClient rest) {
    Reading reading = Reading.of(journal);
    List<String> missing = new ArrayList<>();
    for (CheckpointRecord checkpoint : reading.state().checkpoints()) {
      try {
        Object unused = rest.checkpoints().weightsInfo(checkpoint.path());
      } catch (ApiStatusException | IllegalArgumentException e) {
        if (!LoadFailures.isAboutTheCheckpoint(e)) {
          throw e;
        }
        missing.add(checkpoint.path());
      }
    }
    return report(reading, missing);
  }

  private static Report report(Reading reading, List<String> missing) {
    JournalState.View state = reading.state();
    List<SurvivingLineage.Stretch> stretches = SurvivingLineage.of(state);
    List<Long> doubled = new ArrayList<>();
    List<Long> lost = new ArrayList<>();
    long surviving = 0;
    for (SurvivingLineage.Stretch stretch : stretches) {
      for (long step = stretch.after() + 1; step <= stretch.upTo(); step++) {
        long times = times(state.confirmed(), stretch.lineage(), step);
        surviving += times;
        if (times > 1) {
          doubled.add(step);
        } else if (times == 0) {
          lost.add(step);
        }
      }
    }
    long all = state.confirmed().stream().mapToLong(each -> each.last() - each.first() + 1).sum();
    long applied = surviving - doubled.size();
    return new Report(
        new Steps(applied, all - surviving, all - distinct(state)),
        doubled,
        lost,
        missing,
        reading.condition());
  }

  private static long times(List<StepsConfirmed> confirmed, int lineage, long step) {
    return confirmed.stream()
        .filter(each -> each.lineage() == lineage && each.first() <= step && step <= each.last())
        .count();
  }

  private static long distinct(JournalState.View state) {
    long distinct = 0;
    for (long step = 1; step <= state.highest(); step++) {
      long each = step;
      if (state.confirmed().stream().anyMatch(at -> at.first() <= each && each <= at.last())) {
        distinct++;
      }
    }
    return distinct;
  }
}

package io.tinker4j.verify.recovery;

import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The proof: whatever happens to a run, its weights end up as those of a run that nothing happens
 * to, and every step of it was taken once.
 *
 * <p>A build has the seeds of its day, one half here and the other in {@link OtherHashTest}, which
 * runs beside. {@code -Dchaos.seed=N} runs one seed, {@code -Dchaos.seeds=A..B} a range.
 */
@Tag("one-carrier")
class HashTest {
  /** How many seeds a build has here and there. */
  private static final int SEEDS = 20;

  // readiness: A4, F10, S14, T5
  @Test
  void run_withFaultsOfEveryKind_endsAsWithoutAny() throws Exception {
    ChaosSeeds.check(ChaosRun.plain(), System.getProperty("chaos.seeds", seedsOfToday(0)));
  }

  /** Others every day, so that builds see more than one of them ever would. */
  static String seedsOfToday(int half) {
    long first = (LocalDate.now(ZoneOffset.UTC).toEpochDay() * 2 + half) * SEEDS;
    return first + ".." + (first + SEEDS - 1);
  }
}

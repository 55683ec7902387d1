package io.tinker4j.chaos;

import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/**
 * The proof: whatever happens to a run, its weights end up as those of a run that nothing happens
 * to, and every step of it was taken once.
 *
 * <p>A build has the seeds of its day. {@code -Dchaos.seed=N} runs one seed, {@code
 * -Dchaos.seeds=A..B} a range, {@code -Dchaos.http=A..B} a range over sockets.
 */
class HashTest {
  private static final int SEEDS = 40;

  // readiness: A4, F10, S14, T5
  @Test
  void run_withFaultsOfEveryKind_endsAsWithoutAny() throws Exception {
    ChaosSeeds.check(ChaosRun.plain(), System.getProperty("chaos.seeds", seedsOfToday()));
  }

  /** Most seeds reach the server without sockets; this shows that sockets change nothing. */
  @Test
  void run_overHttp_endsAsWithoutFaultsToo() throws Exception {
    ChaosSeeds.check(ChaosRun.plain().overHttp(), System.getProperty("chaos.http", "1..2"));
  }

  /** Others every day, so that builds see more than one of them ever would. */
  private static String seedsOfToday() {
    long first = LocalDate.now(ZoneOffset.UTC).toEpochDay() * SEEDS;
    return first + ".." + (first + SEEDS - 1);
  }
}

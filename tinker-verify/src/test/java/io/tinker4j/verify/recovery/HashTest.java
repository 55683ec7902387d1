package io.tinker4j.verify.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * The proof: whatever happens to a run, its weights end up as those of a run that nothing happens
 * to, and every step of it was taken once.
 *
 * <p>{@code -Dchaos.seed=N} runs one seed, {@code -Dchaos.seeds=A..B} a range.
 */
class HashTest {
  private static final int AT_ONCE = 4;

  // readiness: A4, F10, S14, T5
  @Test
  void run_withFaultsOfEveryKind_endsAsWithoutAny() throws Exception {
    ChaosRun.Outcome clean = ChaosRun.plain().withoutFaults();
    assertThat(clean.steps()).hasSize(2 * ChaosRun.STEPS);
    List<Callable<ChaosRun.Costs>> runs = new ArrayList<>();
    long[] seeds = seeds();
    for (long seed : seeds) {
      runs.add(() -> check(seed, clean));
    }
    long begin = System.nanoTime();
    int processes = 0;
    int faults = 0;
    long recoveries = 0;
    try (ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
      for (Future<ChaosRun.Costs> each : pool.invokeAll(runs)) {
        processes += each.get().processes();
        faults += each.get().faults();
        recoveries += each.get().recoveries();
      }
    }
    System.getLogger(getClass().getName())
        .log(
            System.Logger.Level.INFO,
            "%d seeds in %s: %d faults, %d processes, %d recoveries"
                .formatted(
                    seeds.length,
                    Duration.ofNanos(System.nanoTime() - begin),
                    faults,
                    processes,
                    recoveries));
  }

  private static long[] seeds() {
    String one = System.getProperty("chaos.seed");
    if (one != null) {
      return new long[] {Long.parseLong(one)};
    }
    String range = System.getProperty("chaos.seeds", "1..40");
    int dots = range.indexOf("..");
    return LongStream.rangeClosed(
            Long.parseLong(range.substring(0, dots)), Long.parseLong(range.substring(dots + 2)))
        .toArray();
  }

  private static ChaosRun.Costs check(long seed, ChaosRun.Outcome clean) {
    String reproduce =
        "seed %d; to see it again: mvn verify -pl tinker-verify -am -Dtest=HashTest".formatted(seed)
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dchaos.seed="
            + seed;
    try {
      ChaosRun.Outcome outcome = ChaosRun.plain().withChaos(seed);
      outcome.requireSameAs(clean, reproduce);
      return outcome.costs();
    } catch (Exception e) {
      throw new AssertionError(reproduce, e);
    }
  }
}

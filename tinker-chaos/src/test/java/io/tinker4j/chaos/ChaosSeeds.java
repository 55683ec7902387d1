package io.tinker4j.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/** Runs of many seeds, each compared with the run that nothing happens to. */
final class ChaosSeeds {
  /** More than there are processors, since each run is a chain of short waits. */
  private static final int AT_ONCE = 12;

  private ChaosSeeds() {}

  /** Checks the seeds of a range {@code A..B}, or the one of {@code -Dchaos.seed}. */
  static void check(ChaosRun run, String range) throws Exception {
    ChaosRun.Outcome clean = run.withoutFaults();
    assertThat(clean.steps()).hasSize(2 * ChaosRun.STEPS);
    List<Callable<ChaosRun.Costs>> runs =
        seeds(range)
            .mapToObj(seed -> (Callable<ChaosRun.Costs>) () -> check(run, seed, clean))
            .toList();
    long begin = System.nanoTime();
    int processes = 0;
    int faults = 0;
    long recoveries = 0;
    List<Throwable> failed = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
      for (Future<ChaosRun.Costs> each : pool.invokeAll(runs)) {
        if (each.state() == Future.State.FAILED) {
          failed.add(each.exceptionNow());
          continue;
        }
        processes += each.resultNow().processes();
        faults += each.resultNow().faults();
        recoveries += each.resultNow().recoveries();
      }
    }
    System.getLogger(ChaosSeeds.class.getName())
        .log(
            System.Logger.Level.INFO,
            "%d seeds in %s: %d faults, %d processes, %d recoveries"
                .formatted(
                    runs.size(),
                    Duration.ofNanos(System.nanoTime() - begin),
                    faults,
                    processes,
                    recoveries));
    if (!failed.isEmpty()) {
      AssertionError all =
          new AssertionError("%d of %d seeds fail".formatted(failed.size(), runs.size()));
      failed.forEach(all::addSuppressed);
      throw all;
    }
  }

  private static LongStream seeds(String range) {
    String one = System.getProperty("chaos.seed");
    if (one != null) {
      return LongStream.of(Long.parseLong(one));
    }
    int dots = range.indexOf("..");
    return LongStream.rangeClosed(
        Long.parseLong(range.substring(0, dots)), Long.parseLong(range.substring(dots + 2)));
  }

  private static ChaosRun.Costs check(ChaosRun run, long seed, ChaosRun.Outcome clean) {
    String reproduce =
        "seed %d; to see it again: mvn verify -pl tinker-chaos -am -Dtest=HashTest".formatted(seed)
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dchaos.seed="
            + seed;
    try {
      ChaosRun.Outcome outcome = run.withChaos(seed);
      outcome.requireSameAs(clean, reproduce);
      return outcome.costs();
    } catch (Exception e) {
      throw new AssertionError(reproduce, e);
    }
  }
}

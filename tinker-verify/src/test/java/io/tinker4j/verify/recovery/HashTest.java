package io.tinker4j.verify.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The proof: whatever happens to a run, its weights end up as those of a run that nothing happens
 * to, and every step of it was taken once.
 *
 * <p>A build has the seeds of its day. {@code -Dchaos.seed=N} runs one seed, {@code
 * -Dchaos.seeds=A..B} a range, and {@code -Dchaos.http=A..B} a range over sockets.
 */
@Tag("one-carrier")
class HashTest {
  /** More than there are processors, since each run is a chain of short waits. */
  private static final int AT_ONCE = 12;

  /** How many seeds a build has. */
  private static final int SEEDS = 40;

  // readiness: A4, F10, S14, T5
  @Test
  void run_withFaultsOfEveryKind_endsAsWithoutAny() throws Exception {
    checkAll(ChaosRun.plain(), "chaos.seeds", seedsOfToday());
  }

  /** Most seeds reach the server without sockets; this shows that sockets change nothing. */
  @Test
  void run_overHttp_endsAsWithoutFaultsToo() throws Exception {
    checkAll(ChaosRun.plain().overHttp(), "chaos.http", "1..2");
  }

  private static void checkAll(ChaosRun run, String property, String seeds) throws Exception {
    ChaosRun.Outcome clean = run.withoutFaults();
    assertThat(clean.steps()).hasSize(2 * ChaosRun.STEPS);
    List<Callable<ChaosRun.Costs>> runs =
        seeds(System.getProperty(property, seeds))
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
    System.getLogger(HashTest.class.getName())
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

  /** Others every day, so that builds see more than one of them ever would. */
  private static String seedsOfToday() {
    long first = LocalDate.now(ZoneOffset.UTC).toEpochDay() * SEEDS;
    return first + ".." + (first + SEEDS - 1);
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
        "seed %d; to see it again: mvn verify -pl tinker-verify -am -Dtest=HashTest".formatted(seed)
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

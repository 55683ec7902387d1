package io.tinker4j.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.recovery.JournalVerification;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.fault.RequestMatcher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing is scripted: connections are cut, held up and repeated at random, trainer and server are
 * killed, the trainer's disk is full now and then, its wall clock jumps, and the server has room
 * for one model. Trains one run, and others after it until the time is over, each from a seed that
 * is printed.
 *
 * <p>{@code -Psoak} does so for half an hour, {@code -Dsoak.seconds=N} for as long as it says,
 * {@code -Dsoak.seed=N} from that seed on.
 */
class SoakTest {
  private static final int STEPS = 20;
  private static final Duration LONGEST_RUN = Duration.ofMinutes(10);

  @TempDir private Path directory;

  /** What was done to all runs. */
  private static final class Summary {
    int runs;
    int trainers;
    int servers;
    int fullDisks;
    int jumps;
    int cuts;
    int delays;
    int repeats;

    void add(Executioner.Toll killed, RoughTrainers trainers) {
      runs++;
      this.trainers += killed.trainers();
      servers += killed.servers();
      fullDisks += trainers.fullDisks();
      jumps += trainers.jumps();
      RoughProxy.Toll toll = trainers.connections();
      cuts += toll.cuts();
      delays += toll.delays();
      repeats += toll.repeats();
    }

    @Override
    public String toString() {
      return ("%d runs: %d trainers and %d servers killed, %d full disks, %d jumps of the clock,"
              + " connections cut %d times, delayed %d times, %d requests repeated")
          .formatted(runs, trainers, servers, fullDisks, jumps, cuts, delays, repeats);
    }
  }

  // readiness: K4, F10, R7
  @Test
  void runs_underEverythingAtRandom_endAsWithoutThat() throws Exception {
    long end =
        System.nanoTime() + Duration.ofSeconds(Integer.getInteger("soak.seconds", 1)).toNanos();
    String clean = cleanWeights();
    Summary summary = new Summary();
    long seed = Long.getLong("soak.seed", 1);
    do {
      say("seed " + seed);
      train(seed++, clean, summary);
      say(summary.toString());
    } while (System.nanoTime() < end);
    assertThat(summary.trainers).isPositive();
    assertThat(summary.servers).isPositive();
  }

  private void say(String what) {
    System.getLogger(getClass().getName()).log(System.Logger.Level.INFO, what);
  }

  private void train(long seed, String clean, Summary summary) throws Exception {
    String what = "seed %d; to see it again: -Dtest=SoakTest -Dsoak.seed=%d".formatted(seed, seed);
    Path place = Files.createDirectories(directory.resolve("seed-" + seed));
    Path journal = place.resolve("run");
    String model;
    try (RoughTrainers trainers = new RoughTrainers(new SplittableRandom(seed));
        Executioner executioner =
            new Executioner(serverOptions(place), new Executioner.Lives(14, 20, seed), trainers)) {
      executioner.giveUpAfter(LONGEST_RUN);
      model = executioner.train(journal, STEPS);
      summary.add(executioner.toll(), trainers);
    } catch (Exception | AssertionError e) {
      throw new AssertionError(what, e);
    }

    JournalVerification.Report report = JournalVerification.verify(journal);
    assertThat(report.isSound()).as(what).isTrue();
    assertThat(report.steps().applied()).as(what).isEqualTo(STEPS);
    try (EmbeddedTinkerServer kept =
        EmbeddedTinkerServer.builder().dataDirectory(place.resolve("server")).start()) {
      assertThat(kept.weightsHash(model)).as(what).isEqualTo(clean);
    }
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive).toList())
        .as(what)
        .isEmpty();
  }

  /** One model has room, longer than there is between two heartbeats. */
  private static List<String> serverOptions(Path place) throws Exception {
    Path faults = place.resolve("faults.json");
    Files.writeString(
        faults,
        FaultScript.of(
                Fault.on(RequestMatcher.operation("optim_step")).delay(Duration.ofMillis(50)))
            .toJson());
    return List.of(
        "--data-dir=" + place.resolve("server"),
        "--faults=" + faults,
        "--adapter-slots=1",
        "--slot-timeout=15");
  }

  private String cleanWeights() throws Exception {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      return server.weightsHash(
          TrainingProcess.train(
                  server.baseUrl().toString(), directory.resolve("clean"), STEPS, step -> {})
              .modelId());
    }
  }
}

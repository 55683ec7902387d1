package io.tinker4j.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.marschall.memoryfilesystem.MemoryFileSystemBuilder;
import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.CheckpointSchedule;
import io.tinker4j.recovery.RecoveryInternals;
import io.tinker4j.recovery.RecoveryInternals.Stretch;
import io.tinker4j.recovery.RecoveryPolicy;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.Backoff;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.jdk.JdkTransport;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * Trains on an embedded server, in as many processes as it takes. {@code -Dchaos.steps=N} for other
 * than 100 steps, a multiple of 50.
 */
final class ChaosRun {
  static final int STEPS = Integer.getInteger("chaos.steps", 50);
  private static final int BATCHES = 50;

  /** At least twice through the data. */
  private static final int EPOCHS = Math.max(2, STEPS / BATCHES);

  private static final Set<String> KINDS = Set.of("forward_backward", "optim_step");
  private static final int MOST_PROCESSES = 12;

  private final Batches<List<Datum>> batches;
  private final RecoveryPolicy policy;
  private boolean deduplicates = true;
  private boolean overHttp;

  private ChaosRun(Batches<List<Datum>> batches, RecoveryPolicy policy) {
    this.batches = batches;
    this.policy = policy;
  }

  static ChaosRun plain() {
    return new ChaosRun(Batches.of(data().subList(0, STEPS / EPOCHS), EPOCHS), policy().build());
  }

  static RecoveryPolicy.Builder policy() {
    return RecoveryPolicy.builder()
        .maxAttempts(30)
        .maxRecoveriesPerHour(1000)
        .progressDeadline(Duration.ofDays(30))
        .backoff(new Backoff(Duration.ofSeconds(5), Duration.ofSeconds(60), 0.25))
        .probeTolerance(0)
        .verifyOptimizer(true);
  }

  ChaosRun batches(UnaryOperator<Batches<List<Datum>>> change) {
    return new ChaosRun(change.apply(batches), policy);
  }

  ChaosRun policy(RecoveryPolicy policy) {
    return new ChaosRun(batches, policy);
  }

  ChaosRun careless() {
    ChaosRun run = new ChaosRun(batches, policy);
    run.deduplicates = false;
    return run;
  }

  /** The same over sockets and with telemetry, which takes four times as long. */
  ChaosRun overHttp() {
    ChaosRun run = new ChaosRun(batches, policy);
    run.deduplicates = deduplicates;
    run.overHttp = true;
    return run;
  }

  /** Different batches of one short sequence each. */
  static List<List<Datum>> data() {
    SplittableRandom random = new SplittableRandom(5);
    List<List<Datum>> data = new ArrayList<>();
    for (int i = 0; i < BATCHES; i++) {
      data.add(List.of(Datum.supervised(random.ints(6, 'a', 'z').toArray())));
    }
    return data;
  }

  /**
   * What a run has come to.
   *
   * @param steps the operations of the surviving lineage, in order
   */
  record Outcome(RunResult result, String weights, List<Step> steps, Costs costs) {
    /** Requires that every step was taken once, in order, with the same data and weights. */
    void requireSameAs(Outcome clean, String what) {
      assertThat(result.steps()).as(what).isEqualTo(STEPS);
      for (int i = 0; i < Math.min(steps.size(), clean.steps.size()); i++) {
        assertThat(steps.get(i)).as("%s, operation %d", what, i).isEqualTo(clean.steps.get(i));
      }
      assertThat(steps.size()).as(what).isEqualTo(clean.steps.size());
      assertThat(weights).as(what).isEqualTo(clean.weights);
    }
  }

  /** What a forward-backward pass or an update was asked to do, and what came of it. */
  record Step(String kind, String payload, String weights) {}

  /** What the run has cost. */
  record Costs(int processes, int faults, long recoveries) {}

  Outcome withoutFaults() throws Exception {
    return run(FaultScript.none(), new SplittableRandom(0), () -> 0);
  }

  Outcome withChaos(long seed) throws Exception {
    Chaos chaos = new Chaos(seed);
    return run(chaos.faults(), chaos.random(), chaos::fatalWrite);
  }

  Outcome with(FaultScript faults) throws Exception {
    return run(faults, new SplittableRandom(0), () -> 0);
  }

  /** Says at which of its journal's writes the next process dies. */
  interface Fate {
    int next();
  }

  Outcome run(FaultScript faults, SplittableRandom random, Fate fate) throws Exception {
    try (ManualTime time = ManualTime.autoAdvancing();
        FileSystem files = MemoryFileSystemBuilder.newEmpty().build();
        EmbeddedTinkerServer server =
            EmbeddedTinkerServer.builder()
                .time(time)
                .keepsStateInMemory(true)
                .deduplicates(deduplicates)
                .start()) {
      server.setFaults(faults);
      Path journal = files.getPath("run");
      long recoveries = 0;
      for (int processes = 1; ; processes++) {
        int fatal = processes < MOST_PROCESSES ? fate.next() : 0;
        Transport transport = overHttp ? JdkTransport.create() : server.transport();
        try (MortalProcess process = new MortalProcess(transport, fatal, random.split())) {
          RunResult result =
              training(server, time, process, journal, random.nextLong()).resumeOrStart();
          recoveries += result.recoveries();
          int fired = server.faultCounts().stream().mapToInt(Integer::intValue).sum();
          return new Outcome(
              result,
              server.weightsHash(result.modelId()),
              survivingSteps(server, journal),
              new Costs(processes, fired, recoveries));
        } catch (ProcessDeath e) {
          recoveries++;
        }
      }
    }
  }

  private ResumableTraining training(
      EmbeddedTinkerServer server,
      ManualTime time,
      MortalProcess process,
      Path journal,
      long seed) {
    return RecoveryInternals.withWrites(
            ResumableTraining.supervised(
                    batches, LossFunction.CROSS_ENTROPY, step -> 0.02 / (1 + step / 50.0))
                .service(() ->
                    ServiceClient.builder()
                        .baseUrl(server.baseUrl().toString())
                        .apiKey("tml-test")
                        .transport(process)
                        .telemetry(overHttp)
                        .time(time)
                        .random(new Random(seed))
                        .build())
                .baseModel("tinker4j/nano-bytes")
                .lora(LoraOptions.builder().rank(2).seed(7).build())
                .journal(journal)
                .schedule(CheckpointSchedule.builder().everySteps(20).build())
                .policy(policy)
                .time(time)
                .random(new Random(seed)),
            process::write,
            8_192)
        .build();
  }

  /** Reads from the server's ledger what the models of the surviving lineage have done. */
  private static List<Step> survivingSteps(EmbeddedTinkerServer server, Path journal) {
    List<Step> steps = new ArrayList<>();
    List<Stretch> stretches = RecoveryInternals.survivors(journal);
    for (Stretch stretch : stretches) {
      List<Step> taken =
          server.ledger(stretch.modelId()).stream()
              .filter(each -> KINDS.contains(each.kind()))
              .map(each -> new Step(each.kind(), each.payloadHash(), each.weightsHash()))
              .toList();
      boolean isLast = stretch.equals(stretches.get(stretches.size() - 1));
      steps.addAll(isLast ? taken : upTo(stretch.upTo() - stretch.after(), taken));
    }
    return steps;
  }

  /** What a model had done when so many updates were done. */
  private static List<Step> upTo(long updates, List<Step> taken) {
    int end = 0;
    for (long left = updates; left > 0; end++) {
      left -= taken.get(end).kind().equals("optim_step") ? 1 : 0;
    }
    return taken.subList(0, end);
  }
}

package io.tinker4j.chaos;

import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.CheckpointSchedule;
import io.tinker4j.recovery.RecoveryPolicy;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.Backoff;
import io.tinker4j.transport.Time;
import io.tinker4j.types.LossFunction;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/** A process that trains, and tells of each step on its standard output. */
final class TrainingProcess {
  /** What a line begins with that tells of a jump of the clock. */
  static final String CLOCK = "clock ";

  /** How often a trainer saves: some of them live for ten steps. */
  private static final int EVERY_STEPS = 5;

  /** The exit code when the journal could not be used. */
  static final int JOURNAL_FAILED = 3;

  private TrainingProcess() {}

  /**
   * Trains to the end.
   *
   * @param args the server's address, the journal's directory, the number of steps, and the seed of
   *     a wall clock that jumps, if it is to
   */
  public static void main(String[] args) throws InterruptedException {
    try {
      RunResult result =
          train(
              args[0],
              Path.of(args[1]),
              Integer.parseInt(args[2]),
              args.length > 3 ? jumping(Long.parseLong(args[3])) : Time.system(),
              step -> System.out.println(Instant.now() + " step " + step));
      System.out.println("model " + result.modelId());
    } catch (RuntimeException e) {
      System.out.println("failed " + String.valueOf(e).replace('\n', ' '));
      System.exit(e instanceof JournalException ? JOURNAL_FAILED : 1);
    }
  }

  static RunResult train(String url, Path journal, int steps, Consumer<Long> progress)
      throws InterruptedException {
    return train(url, journal, steps, Time.system(), progress);
  }

  private static Time jumping(long seed) {
    return new JumpingTime(seed, error -> System.out.println(CLOCK + error));
  }

  private static RunResult train(
      String url, Path journal, int steps, Time time, Consumer<Long> progress)
      throws InterruptedException {
    return ResumableTraining.supervised(
            Batches.of(ChaosRun.data(), steps), LossFunction.CROSS_ENTROPY, step -> 0.01)
        .service(() -> ServiceClient.builder().baseUrl(url).apiKey("tml-test").time(time).build())
        .time(time)
        .baseModel("tinker4j/nano-bytes")
        .lora(LoraOptions.builder().rank(2).seed(7).build())
        .steps(steps)
        .journal(journal)
        .schedule(CheckpointSchedule.builder().everySteps(EVERY_STEPS).build())
        .policy(
            RecoveryPolicy.builder()
                .maxAttempts(20)
                .maxRecoveriesPerHour(1000)
                .probeTolerance(0)
                .verifyOptimizer(true)
                .backoff(new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2), 0.25))
                .build())
        .onStep(result -> progress.accept(result.step()))
        .build()
        .resumeOrStart();
  }
}

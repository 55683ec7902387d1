package io.tinker4j.verify.recovery;

import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.CheckpointSchedule;
import io.tinker4j.recovery.RecoveryPolicy;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.Backoff;
import io.tinker4j.types.LossFunction;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/** A process that trains, and tells of each step on its standard output. */
final class TrainingProcess {
  private TrainingProcess() {}

  /**
   * Trains to the end.
   *
   * @param args the server's address, the journal's directory, the number of steps
   */
  public static void main(String[] args) throws InterruptedException {
    ResumableTraining.Result result =
        train(
            args[0],
            Path.of(args[1]),
            Integer.parseInt(args[2]),
            step -> System.out.println(Instant.now() + " step " + step));
    System.out.println("model " + result.modelId());
  }

  static ResumableTraining.Result train(
      String url, Path journal, int steps, Consumer<Long> progress) throws InterruptedException {
    return ResumableTraining.supervised(
            Batches.of(ChaosRun.data(), steps), LossFunction.CROSS_ENTROPY, step -> 0.01)
        .service(() -> ServiceClient.builder().baseUrl(url).apiKey("tml-test").build())
        .baseModel("tinker4j/tiny-bytes")
        .lora(LoraOptions.builder().rank(2).seed(7).build())
        .steps(steps)
        .journal(journal)
        .schedule(CheckpointSchedule.builder().everySteps(25).build())
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

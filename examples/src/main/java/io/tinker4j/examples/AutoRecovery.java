package io.tinker4j.examples;

import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.CheckpointSchedule;
import io.tinker4j.recovery.JournalVerification;
import io.tinker4j.recovery.RecoveryPolicy;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.fault.RequestMatcher;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.Backoff;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Trains while the server breaks the run twice, and ends as if nothing had happened. */
public final class AutoRecovery {
  private AutoRecovery() {}

  /** Runs on an embedded server, without a network. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("auto-recovery");
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      server.setFaults(
          FaultScript.of(
              Fault.on(RequestMatcher.operation("optim_step")).nth(25).poisonRun(),
              Fault.on(RequestMatcher.operation("optim_step")).nth(50).killSession()));
      var result =
          run(
              () ->
                  ServiceClient.builder()
                      .baseUrl(server.baseUrl().toString())
                      .apiKey("tml-example")
                      .build(),
              directory);
      System.out.println(result);
      System.out.println(JournalVerification.verify(directory));
    }
  }

  static RunResult run(Supplier<ServiceClient> service, Path directory)
      throws InterruptedException {
    List<Datum> sentence =
        List.of(Datum.supervised("the quick brown fox jumps over".chars().toArray()));
    return ResumableTraining.supervised(
            Batches.of(List.of(sentence), 60), LossFunction.CROSS_ENTROPY, step -> 0.02)
        .service(service)
        .baseModel("tinker4j/tiny-bytes")
        .journal(directory)
        .schedule(CheckpointSchedule.builder().everySteps(10).build())
        .policy(
            RecoveryPolicy.builder()
                .verifyOptimizer(true)
                .backoff(new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5), 0.25))
                .build())
        .listener(event -> System.out.println(event))
        .build()
        .resumeOrStart();
  }
}

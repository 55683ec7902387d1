package io.tinker4j.examples;

import io.tinker4j.recovery.RecoveryPolicy;
import io.tinker4j.recovery.RunMonitor;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.fault.RequestMatcher;
import io.tinker4j.training.RestClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.Checkpoint;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Recovery by hand: a monitor finds that a run is corrupted, and its checkpoint is restored. */
public final class RecoverySimulated {
  private RecoverySimulated() {}

  /** What the monitor found, and the model that takes the place of the broken one. */
  record Recovered(RunMonitor.Detection detection, String checkpoint, String modelId) {}

  /** Runs on an embedded server, without a network. */
  public static void main(String[] args) {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      System.out.println(run(server));
    }
  }

  static Recovered run(EmbeddedTinkerServer server) {
    RecoveryPolicy policy =
        RecoveryPolicy.builder().pollInterval(Duration.ofMillis(50)).build(); // default 30 s
    try (ServiceClient service =
            ServiceClient.builder()
                .baseUrl(server.baseUrl().toString())
                .apiKey("tml-example")
                .transport(server.transport())
                .build();
        RunMonitor monitor = RunMonitor.start(service.createRestClient(), policy)) {
      TrainingClient training = service.createLoraTrainingClient("tinker4j/nano-bytes");
      training.saveState("before").join();

      CompletableFuture<RunMonitor.Detection> detection = new CompletableFuture<>();
      monitor.watch(training.modelId(), detection::complete);
      server.setFaults( // what breaks a run, this time on purpose
          FaultScript.of(Fault.on(RequestMatcher.operation("get_info")).poisonRun()));
      training.getInfo();

      RunMonitor.Detection found = detection.join();
      RestClient rest = service.createRestClient();
      Checkpoint latest = rest.checkpoints().latest(found.runId()).orElseThrow();
      TrainingClient restored =
          service.createTrainingClientFromStateWithOptimizer(latest.tinkerPath());
      return new Recovered(found, latest.tinkerPath(), restored.modelId());
    }
  }
}

package io.tinker4j.examples;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.recovery.JournalVerification;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.training.ServiceClient;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class AutoRecoveryTest {
  @TempDir private Path directory;

  @Test
  @Timeout(30)
  void run_withTwoIncidents_takesEveryStepOnce() throws Exception { // readiness: H7, T3
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      server.setFaults(
          FaultScript.of(
              Fault.on(operation("optim_step")).nth(25).poisonRun(),
              Fault.on(operation("optim_step")).nth(50).killSession()));

      RunResult result =
          AutoRecovery.run(
              () ->
                  ServiceClient.builder()
                      .baseUrl(server.baseUrl().toString())
                      .apiKey("tml-example")
                      .transport(server.transport())
                      .build(),
              directory);

      assertThat(result.steps()).isEqualTo(60);
      assertThat(result.recoveries()).isEqualTo(2);
      JournalVerification.Report report = JournalVerification.verify(directory);
      assertThat(report.isSound()).isTrue();
      assertThat(report.steps().applied()).isEqualTo(60);
    }
  }
}

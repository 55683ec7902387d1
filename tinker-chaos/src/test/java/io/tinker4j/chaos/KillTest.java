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
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that trains and the process of its server are killed again and again, without warning
 * and at random moments. The server has room for one model, so what a trainer leaves behind has to
 * go before the next one has a place.
 *
 * <p>Part of {@code -Psoak}: 1,000 steps, the trainer killed about every 90 and the server about
 * every 270. A build has these kills, among other things, in {@link SoakTest}; {@code
 * -Dkill.steps=32} is a short version of this.
 */
@EnabledIfSystemProperty(named = "kill.steps", matches = "[0-9]+")
class KillTest {
  private static final int STEPS = Integer.getInteger("kill.steps", 0);

  @TempDir private Path directory;

  // readiness: K4, F10, R7
  @Test
  @Timeout(300)
  void trainerAndServer_killedAgainAndAgain_endAsWithoutThat() throws Exception {
    Path faults = directory.resolve("faults.json");
    Files.writeString(
        faults,
        FaultScript.of(
                Fault.on(RequestMatcher.operation("optim_step"))
                    .delay(Duration.ofMillis(Integer.getInteger("kill.step.millis", 50))))
            .toJson());
    List<String> server =
        List.of(
            "--data-dir=" + directory.resolve("server"),
            "--faults=" + faults,
            "--adapter-slots=1",
            "--slot-timeout=15"); // longer than between two heartbeats
    String model;
    Executioner.Toll toll;
    try (Executioner executioner =
        new Executioner(
            server,
            new Executioner.Lives(
                Integer.getInteger("kill.trainer.steps", 16),
                Integer.getInteger("kill.server.steps", 20),
                Long.getLong("kill.seed", 1)),
            Executioner.Trainers.PLAIN)) {
      model = executioner.train(directory.resolve("run"), STEPS);
      toll = executioner.toll();
    }

    JournalVerification.Report report = JournalVerification.verify(directory.resolve("run"));
    assertThat(report.isSound()).isTrue();
    assertThat(report.steps().applied()).isEqualTo(STEPS);
    assertThat(toll.trainers()).isPositive();
    assertThat(toll.servers()).isPositive();
    try (EmbeddedTinkerServer kept =
        EmbeddedTinkerServer.builder().dataDirectory(directory.resolve("server")).start()) {
      assertThat(kept.weightsHash(model)).isEqualTo(cleanWeights());
    }
    List<Duration> recoveries = toll.recoveries();
    Collections.sort(recoveries);
    System.getLogger(getClass().getName())
        .log(
            System.Logger.Level.INFO,
            "%d steps, %d trainers and %d servers killed; training again after p50 %s, p99 %s; %d steps replayed"
                .formatted(
                    STEPS,
                    toll.trainers(),
                    toll.servers(),
                    recoveries.get(recoveries.size() / 2),
                    recoveries.get(recoveries.size() * 99 / 100),
                    report.steps().replayed()));
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

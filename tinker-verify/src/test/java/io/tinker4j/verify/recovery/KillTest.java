package io.tinker4j.verify.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.recovery.JournalVerification;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.verify.ServerProcess;
import java.io.BufferedReader;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that trains and the process of its server are killed again and again, without warning.
 *
 * <p>{@code -Dkill.steps=1000 -Dkill.every=80} is the long version: killed about every 80 steps.
 */
class KillTest {
  private static final int STEPS = Integer.getInteger("kill.steps", 100);
  private static final int EVERY = Integer.getInteger("kill.every", 40);
  private static final int SERVER_EVERY = 2;

  @TempDir private Path directory;
  private final SplittableRandom random = new SplittableRandom(Long.getLong("kill.seed", 1));
  private final List<Duration> recoveries = new ArrayList<>();

  // readiness: K4, F10, R7
  @Test
  @Timeout(600)
  void trainerAndServer_killedAgainAndAgain_endAsWithoutThat() throws Exception {
    String data = "--data-dir=" + directory.resolve("server");
    ServerProcess server = ServerProcess.start(0, data);
    String url = server.baseUrl();
    int port = URI.create(url).getPort();
    int kills = 0;
    String model = "";
    try {
      while (model.isEmpty()) {
        model = train(url);
        if (model.isEmpty() && ++kills % SERVER_EVERY == 0) {
          server.close();
          server = ServerProcess.start(port, data);
        }
      }
    } finally {
      server.close();
    }

    JournalVerification.Report report = JournalVerification.verify(directory.resolve("run"));
    assertThat(report.isSound()).isTrue();
    assertThat(report.steps().applied()).isEqualTo(STEPS);
    assertThat(kills).isPositive();
    try (EmbeddedTinkerServer kept =
        EmbeddedTinkerServer.builder().dataDirectory(directory.resolve("server")).start()) {
      assertThat(kept.weightsHash(model)).isEqualTo(cleanWeights());
    }
    Collections.sort(recoveries);
    System.getLogger(getClass().getName())
        .log(
            System.Logger.Level.INFO,
            "%d steps, %d kills; back after p50 %s, p99 %s; %d steps replayed"
                .formatted(
                    STEPS,
                    kills,
                    recoveries.get(recoveries.size() / 2),
                    recoveries.get(recoveries.size() * 99 / 100),
                    report.steps().replayed()));
  }

  /** Trains in a process of its own; returns the model, or nothing when it was killed. */
  private String train(String url) throws Exception {
    long started = System.nanoTime();
    int fatal = 1 + EVERY / 2 + random.nextInt(EVERY);
    Process trainer =
        ServerProcess.java(
            "io.tinker4j.verify.recovery.TrainingProcess",
            List.of(url, directory.resolve("run").toString(), Integer.toString(STEPS)));
    try (BufferedReader output = trainer.inputReader()) {
      int steps = 0;
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith("model ")) {
          assertThat(trainer.waitFor()).isZero();
          return line.substring("model ".length());
        }
        if (++steps == 1) {
          recoveries.add(Duration.ofNanos(System.nanoTime() - started));
        }
        if (steps == fatal) {
          return "";
        }
      }
      throw new AssertionError("the trainer has ended by itself: " + trainer.waitFor());
    } finally {
      trainer.destroyForcibly().waitFor();
    }
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

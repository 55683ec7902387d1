package io.tinker4j.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Commands in processes of their own that get a signal while they wait for a server. */
@Timeout(120)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals")
class SignalTest {
  private static final EmbeddedTinkerServer SERVER =
      EmbeddedTinkerServer.builder().baseModels("tinker4j/nano-bytes").start();
  private static String checkpoint = "";

  @TempDir private Path directory;

  @BeforeAll
  static void save() {
    try (ServiceClient service =
        ServiceClient.builder().baseUrl(SERVER.baseUrl().toString()).apiKey("tml-a").build()) {
      TrainingClient training = service.createLoraTrainingClient("tinker4j/nano-bytes");
      checkpoint = training.saveState("first").join().path();
      service.createRestClient().checkpoints().setTtl(checkpoint, Duration.ofHours(2));
    }
  }

  @AfterAll
  static void stop() {
    SERVER.close();
  }

  /** The command; what it says on stderr goes to a file. */
  private Process tinker(String address, String... args) throws IOException {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--base-url", address, "--api-key", "tml-a"));
    return new ProcessBuilder(ServerProcess.command("io.tinker4j.cli.Main", all))
        .redirectError(directory.resolve("stderr").toFile())
        .start();
  }

  /** What a shell has started in the background ignores Ctrl-C, and so do those it starts. */
  private static void interrupt(Process process) throws IOException, InterruptedException {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    if (Files.exists(status)) {
      assumeThat(Files.readString(status))
          .as("the signals that this test was told to ignore")
          .doesNotContainPattern("SigIgn:\\t[0-9a-f]+[2367abef]\\n");
    }
    String pid = String.valueOf(process.pid());
    assertThat(new ProcessBuilder("kill", "-INT", pid).inheritIO().start().waitFor()).isZero();
  }

  private String stderr() throws IOException {
    return Files.readString(directory.resolve("stderr"));
  }

  @Test
  void download_interrupted_leavesNothingHalfDone() throws Exception {
    Path out = Files.createDirectory(directory.resolve("out"));
    String target = out.toString();
    try (HoldingProxy proxy = new HoldingProxy(SERVER.baseUrl(), "/downloads/", 1)) {
      Process download =
          tinker(proxy.address(), "checkpoint", "download", checkpoint, "-o", target);
      try {
        proxy.awaitHeld();
        interrupt(download);

        assertThat(download.waitFor()).isEqualTo(130);
        assertThat(stderr()).isEqualTo("Aborted!\n");
        assertThat(download.inputReader().lines()).isEmpty();
        assertThat(names(out)).isEmpty();
      } finally {
        download.destroyForcibly();
      }
    }
  }

  @Test
  void watch_terminated_hasPrintedWhatItFound() throws Exception {
    Process watch =
        tinker(
            SERVER.baseUrl().toString(), "-f", "jsonl", "checkpoint", "watch-ttl", "--every=86400");
    try {
      assertThat(watch.inputReader().readLine()).contains("\"tinker_path\": \"" + checkpoint);
      boolean unused = watch.toHandle().destroy();

      assertThat(watch.waitFor()).isEqualTo(143);
      assertThat(stderr()).isEqualTo("Aborted!\n");
      assertThat(watch.inputReader().lines()).isEmpty();
    } finally {
      watch.destroyForcibly();
    }
  }

  /** Sixteen prompts are asked at once; the third answer is awaited before the 18th is asked. */
  @Test
  void sample_terminated_keepsTheAnswersThatItHas() throws Exception {
    Path prompts =
        Files.writeString(directory.resolve("prompts.txt"), "Tell me more.\n".repeat(20));
    Path answers = directory.resolve("answers.jsonl");
    try (HoldingProxy proxy = new HoldingProxy(SERVER.baseUrl(), "/asample", 18)) {
      Process sample =
          tinker(
              proxy.address(),
              "sample",
              "--max-tokens=2",
              "--prompts=" + prompts,
              "--out=" + answers);
      try {
        proxy.awaitHeld();
        boolean unused = sample.toHandle().destroy();

        assertThat(sample.waitFor()).isEqualTo(143);
        assertThat(stderr()).isEqualTo("Aborted!\n");
        assertThat(Files.readAllLines(answers))
            .hasSizeBetween(2, 17)
            .allMatch(each -> each.matches("\\{\"messages\":\\[.*],\"stop_reason\":\"[a-z]+\"}"));
      } finally {
        sample.destroyForcibly();
      }
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(each -> each.getFileName().toString()).toList();
    }
  }
}

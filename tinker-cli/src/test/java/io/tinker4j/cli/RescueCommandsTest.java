package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointSaved;
import io.tinker4j.recovery.journal.JournalEntry.LineageBegun;
import io.tinker4j.recovery.journal.JournalEntry.RunBegun;
import io.tinker4j.recovery.store.JournalWriter;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.CheckpointsClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.operation.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The commands {@code recover}, {@code checkpoint watch-ttl} and {@code session finish}. */
@Timeout(60)
@Isolated("the command makes its log that of the process")
class RescueCommandsTest {
  private static final EmbeddedTinkerServer SERVER =
      EmbeddedTinkerServer.builder().baseModels("tinker4j/nano-bytes").start();
  private static final ServiceClient SERVICE =
      ServiceClient.builder().baseUrl(SERVER.baseUrl().toString()).apiKey("tml-a").build();

  @TempDir private Path directory;
  private String model = "";
  private String first = "";
  private String second = "";

  @AfterAll
  static void stop() {
    SERVICE.close();
    SERVER.close();
  }

  @BeforeEach
  void train() {
    TrainingClient training = SERVICE.createLoraTrainingClient("tinker4j/nano-bytes");
    model = training.modelId();
    first = training.saveState("first").join().path();
    second = training.saveState("second").join().path();
  }

  private void writeJournal() {
    try (JournalWriter journal = JournalWriter.open(directory)) {
      journal.append(new RunBegun("hash"));
      journal.append(new LineageBegun(0, model, -1, 0));
      journal.append(new CheckpointSaved(record(first, 1)));
      journal.append(new CheckpointSaved(record(second, 2)));
    }
  }

  private static CheckpointRecord record(String path, long step) {
    return CheckpointRecord.builder()
        .path(path)
        .step(step)
        .lineage(0)
        .learningRateStep(step)
        .configHash("hash")
        .position(DataPosition.START)
        .savedAt(Instant.EPOCH)
        .build();
  }

  private static CheckpointsClient checkpoints() {
    return SERVICE.createRestClient().checkpoints();
  }

  private CommandRun tinker(String... args) {
    return at(Time.system(), args);
  }

  private CommandRun at(Time time, String... args) {
    Map<String, String> variables =
        Map.of("TINKER_BASE_URL", SERVER.baseUrl().toString(), "TINKER_API_KEY", "tml-a");
    return CommandRun.in(new Surroundings(variables::get, name -> null, directory), time, "", args);
  }

  @Test
  void recover_newestIsSound_printsIt() {
    writeJournal();

    CommandRun run = tinker("recover", directory.toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().strip()).isEqualTo(second);
    assertThat(run.err()).isEmpty();
  }

  @Test
  void recover_newestIsGone_printsTheOneBefore() {
    writeJournal();
    checkpoints().delete(second);

    CommandRun run = tinker("-f", "json", "recover", directory.toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    Map<String, @Nullable Object> json =
        JsonCodec.readMap(run.out().getBytes(StandardCharsets.UTF_8));
    assertThat(json)
        .containsEntry("model_id", model)
        .containsEntry("checkpoint_path", first)
        .containsEntry("step", 1)
        .containsEntry("rescued", null);
    assertThat(String.valueOf(json.get("rejected"))).contains(second, "missing");
  }

  @Test
  void recover_save_savesTheModelThatIsLeft() {
    writeJournal();

    CommandRun run = tinker("recover", directory.toString(), "--save", "rescued");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().strip()).isEqualTo("tinker://" + model + "/weights/rescued");
  }

  @Test
  void recover_nothingLeft_endsWithOne() {
    writeJournal();
    checkpoints().delete(first);
    checkpoints().delete(second);

    CommandRun run = tinker("recover", directory.toString(), "--level=metadata");

    assertThat(run.exitCode()).isOne();
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains("Not " + second + ": ", "Not " + first + ": ")
        .contains("No checkpoint of the run can be trained from.");
  }

  @Test
  void watch_checkpointThatExpiresSoon_isListedAndKept() {
    checkpoints().setTtl(first, Duration.ofHours(1));
    checkpoints().setTtl(second, Duration.ofDays(30));

    CommandRun look = tinker("checkpoint", "watch-ttl", "--run-id", model);
    CommandRun keep = tinker("checkpoint", "watch-ttl", "--run-id", model, "--ttl", "864000");
    CommandRun after = tinker("-f", "json", "checkpoint", "watch-ttl", "--run-id", model);

    assertThat(look.exitCode()).as(look.err()).isOne();
    assertThat(look.out()).contains("1 checkpoint expires soon", first).doesNotContain(second);
    assertThat(keep.exitCode()).as(keep.err()).isZero();
    assertThat(keep.out()).contains("in 1 week");
    assertThat(after.exitCode()).isZero();
    assertThat(after.out()).isEqualToIgnoringNewLines("{  \"checkpoints\": []}");
  }

  @Test
  void watch_every_looksUntilItIsInterrupted() {
    CommandRun run =
        at(
            new InterruptedAtSecondSleep(),
            "-f",
            "json",
            "checkpoint",
            "watch-ttl",
            "--run-id",
            model,
            "--every=60");

    assertThat(run.exitCode()).as(run.err()).isEqualTo(130);
    assertThat(run.out().split("\"checkpoints\"", -1)).hasSize(3);
  }

  @Test
  void watch_wrongUsage_endsWithTwo() {
    CommandRun run = tinker("checkpoint", "watch-ttl", "--ttl=5");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--ttl is 5; it must be more than --within, which is 172800");
  }

  @Test
  void finish_ofASession_endsIt() {
    try (ServiceClient other =
        ServiceClient.builder().baseUrl(SERVER.baseUrl().toString()).apiKey("tml-a").build()) {
      TrainingClient training = other.createLoraTrainingClient("tinker4j/nano-bytes");
      String session = training.modelId().replaceFirst(":.*", "");

      CommandRun run =
          tinker("-f", "json", "session", "finish", session, "--detail", "left by a crash");
      CommandRun unknown = tinker("session", "finish", "no-such-session");

      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(JsonCodec.readMap(run.out().getBytes(StandardCharsets.UTF_8)))
          .containsEntry("session_id", session)
          .containsEntry("reason", "interrupted")
          .containsEntry("detail", "left by a crash");
      assertThat(unknown.exitCode()).isOne();
      assertThat(unknown.err()).startsWith("Error: Resource not found");
    }
  }

  /** Sleeps no time at all, and is interrupted the second time. */
  private static final class InterruptedAtSecondSleep implements Time {
    private int sleeps;

    @Override
    public Instant now() {
      return Time.system().now();
    }

    @Override
    public long nanoTime() {
      return Time.system().nanoTime();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
      assertThat(duration).isEqualTo(Duration.ofMinutes(1));
      if (++sleeps == 2) {
        throw new InterruptedException();
      }
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
      return Time.system().schedule(delay, task);
    }
  }
}

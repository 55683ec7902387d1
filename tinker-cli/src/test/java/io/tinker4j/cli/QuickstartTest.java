package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.output.JsonText;
import io.tinker4j.cli.output.Terminal;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import picocli.CommandLine;

/** The whole job on the embedded server. */
@Isolated("sets the log")
class QuickstartTest {
  private static final Pattern CHECKPOINT = Pattern.compile("tinker://\\S+quickstart-half");

  @TempDir private Path directory = Path.of(".");

  @Test
  void quickstart_json_isOneObjectOnStdoutAndTheLossFalls() throws JsonText.SyntaxException {
    CommandRun run = quickstart("--steps=20", "--batch=8", "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).hasLineCount(1);
    Map<String, @Nullable Object> result = JsonText.readObject(run.out());
    SchemaCheck.document("quickstart", run.out());
    assertThat(result).containsEntry("steps", 20);
    assertThat(number(result, "firstLoss")).isBetween(5.4, 5.7);
    assertThat(number(result, "finalLoss")).isLessThan(0.8 * number(result, "firstLoss"));
    assertThat(number(result, "tokensPerSecond")).isPositive();
    assertThat(result.get("checkpoint")).asString().matches("tinker://.+/weights/quickstart-final");
    assertThat(result.get("weightsHash")).asString().matches("[0-9a-f]{64}");
  }

  @Test
  void quickstart_forPeople_tellsWhatHappens() {
    CommandRun run = quickstart("--steps=4", "--batch=1", "--prompt=Alice\n");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .containsSubsequence(
            "Fine-tuning tinker4j/tiny-bytes on the embedded server at http://127.0.0.1:",
            "Data       Alice's Adventures in Wonderland, 1 document,",
            "Half-way   reloaded tinker://",
            "Prompt     Alice\\n",
            "Untrained  ",
            "Trained    ",
            "Checkpoint tinker://",
            directory.toString(),
            "Loss       ",
            "Speed      ",
            "Weights    sha256 ");
    assertThat(run.errLines()).hasSize(4).allMatch(line -> line.matches("step [1-4]/4  loss .*"));
  }

  @Test
  void quickstart_formatOption_printsJsonToo() {
    CommandRun run =
        CommandRun.of(
            "-f", "json", "quickstart", "--steps=2", "--batch=1", "--state-dir", directory + "/a");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("{").hasLineCount(1);
  }

  @Test
  void quickstart_twice_endsWithTheSameWeights() throws JsonText.SyntaxException {
    Map<String, @Nullable Object> first =
        JsonText.readObject(quickstart("--steps=6", "--batch=2", "--json").out());
    Map<String, @Nullable Object> second =
        JsonText.readObject(quickstart("--steps=6", "--batch=2", "--json").out());

    assertThat(second.get("weightsHash")).isEqualTo(first.get("weightsHash"));
    assertThat(second.get("finalLoss")).isEqualTo(first.get("finalLoss"));
    assertThat(second.get("checkpoint")).isNotEqualTo(first.get("checkpoint"));
  }

  @Test
  void quickstart_jsonLines_trainsOnThem() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("chat.jsonl"),
            """
            {"messages": [{"role": "user", "content": "Say something."}]}
            {"text": "A text of which the length is no matter."}
            """);

    CommandRun run = quickstart("--steps=2", "--batch=1", "--data", file.toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("2 documents, 63 tokens", "Prompt     user: Say something.");
  }

  @Test
  void quickstart_learningRateThatDiverges_isAnErrorWithAdvice() {
    CommandRun run = quickstart("--steps=50", "--batch=1", "--learning-rate=1e300", "--json");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("Error: API error occurred").doesNotContain("Unexpected");
    assertThat(run.errLines().getLast()).startsWith("Details: OptimStep failed");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void interrupt_afterHalfWay_leavesAUsableCheckpoint() {
    StringWriter human = new StringWriter();
    CompletableFuture<QuickstartJob> job = new CompletableFuture<>();
    PrintWriter interrupting =
        new PrintWriter(human) {
          @Override
          public void println(@Nullable String line) {
            super.println(line);
            if (Objects.requireNonNull(line).startsWith("Half-way")) {
              job.join().interrupt();
            }
          }
        };
    EmbeddedServer server = EmbeddedServer.start(directory, "--state-dir");
    job.complete(job(server, interrupting));

    assertThat(runFails(job.join())).isTrue();

    assertThat(job.join().isInterrupted()).isTrue();
    Matcher checkpoint = CHECKPOINT.matcher(human.toString());
    assertThat(human.toString()).contains("Interrupted; the last checkpoint is tinker://");
    assertThat(checkpoint.find()).isTrue();
    EmbeddedServer restarted = EmbeddedServer.start(directory, "--state-dir");
    try (ServiceClient client = restarted.connect()) {
      TrainingClient resumed =
          client.createTrainingClientFromStateWithOptimizer(checkpoint.group());
      assertThat(restarted.weightsHash(resumed.modelId())).isPresent();
    } finally {
      restarted.close();
    }
  }

  @Test
  void interrupt_beforeAnything_endsTheJob() {
    StringWriter human = new StringWriter();
    EmbeddedServer server = EmbeddedServer.start(directory, "--state-dir");
    QuickstartJob job = job(server, new PrintWriter(human));

    job.interrupt();

    assertThat(runFails(job)).isTrue();
    assertThat(human.toString())
        .isEqualToIgnoringNewLines("Interrupted; no checkpoint was saved yet");
  }

  @Test
  void embeddedServer_isClosedAfterAnError() throws IOException {
    CommandRun run = quickstart("--model=no/such");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errLines())
        .singleElement()
        .asString()
        .startsWith("Error: --model: the server has no model no/such; it has tinker4j/tiny-bytes,");
    EmbeddedTinkerServer.builder().dataDirectory(directory).start().close();
  }

  private static QuickstartJob job(EmbeddedServer server, PrintWriter human) {
    QuickstartOptions options = new QuickstartOptions();
    new CommandLine(
            CommandLine.Model.CommandSpec.create()
                .addMixin("o", CommandLine.Model.CommandSpec.forAnnotatedObject(options)))
        .parseArgs("--steps=6", "--batch=1");
    PrintWriter err = new PrintWriter(new StringWriter());
    return new QuickstartJob(
        options, TrainingText.bundled(), server, human, new ProgressDisplay(err, new Terminal(0)));
  }

  private static boolean runFails(QuickstartJob job) {
    try {
      job.run();
      return false;
    } catch (RuntimeException e) {
      return true;
    }
  }

  private CommandRun quickstart(String... more) {
    String[] args = new String[3 + more.length];
    System.arraycopy(
        new String[] {"quickstart", "--state-dir", directory.toString()}, 0, args, 0, 3);
    System.arraycopy(more, 0, args, 3, more.length);
    return CommandRun.of(args);
  }

  private static double number(Map<String, @Nullable Object> result, String name) {
    return ((Number) Objects.requireNonNull(result.get(name))).doubleValue();
  }
}

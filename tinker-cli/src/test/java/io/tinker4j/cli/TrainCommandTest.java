package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class TrainCommandTest {
  @TempDir Path directory;

  private Path chats(int count) throws IOException {
    return chats(
        IntStream.range(0, count)
            .mapToObj(i -> row("Count to " + i % 10, "One, two, " + i % 10))
            .toList());
  }

  private Path chats(List<String> rows) throws IOException {
    return Files.write(directory.resolve("chats.jsonl"), rows);
  }

  private static String row(String question, String answer) {
    return """
    {"messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"%s"}]}\
    """
        .formatted(question, answer);
  }

  private Path out() {
    return directory.resolve("out");
  }

  private CommandRun train(Path file, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("train", file.toString(), "--out", out().toString()));
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  private List<String> metrics(String name) throws IOException {
    return Files.readAllLines(out().resolve("metrics.jsonl")).stream()
        .filter(line -> line.contains("\"" + name + "\""))
        .toList();
  }

  @Test
  void chatFile_isTrainedOn_evaluatedAndSampled() throws Exception {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      rows.add(row("Greet " + i, "Hello!"));
    }
    CommandRun run = train(chats(rows), "--epochs", "12", "--eval", "20%", "--save-every", "20");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("renderer role_colon, tokenizer bytes", "Held out", "Checkpoint tinker://")
        .contains("tinker sample --run");
    assertThat(run.err()).contains("loss", "NLL");
    List<String> steps = metrics("loss:sum");
    assertThat(loss(steps.get(steps.size() - 1))).isLessThan(loss(steps.get(0)) / 2);
    assertThat(metrics(HeldOutLoss.METRIC)).isNotEmpty();

    CommandRun sample =
        CommandRun.of(
            "sample", "--run", out().toString(), "--prompt", "Greet 7", "--temperature", "0");

    assertThat(sample.exitCode()).as(sample.err()).isZero();
    assertThat(sample.out().strip()).isEqualTo("Hello!");
  }

  private static double loss(String line) {
    return Double.parseDouble(line.replaceFirst(".*\"loss:sum\":([-0-9.eE]+).*", "$1"));
  }

  @Test
  void sameCommandAgain_afterTheEnd_trainsNothing() throws Exception {
    Path file = chats(16);
    CommandRun first = train(file, "--json");
    String metrics = Files.readString(out().resolve("metrics.jsonl"));
    CommandRun second = train(file, "--json");

    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(second.exitCode()).as(second.err()).isZero();
    assertThat(second.out()).isEqualTo(first.out());
    SchemaCheck.document("train", first.out());
    assertThat(Files.readString(out().resolve("metrics.jsonl")).lines())
        .filteredOn(line -> line.contains("loss:sum"))
        .hasSameSizeAs(metrics.lines().filter(line -> line.contains("loss:sum")).toList());
  }

  @Test
  void otherSettings_inTheSameDirectory_areRefused() throws Exception {
    Path file = chats(16);
    CommandRun first = train(file);
    CommandRun other = train(file, "--rank", "8");
    CommandRun otherData = train(chats(17));

    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(other.exitCode()).isEqualTo(1);
    assertThat(other.err()).contains("Error:").contains("rank");
    assertThat(otherData.exitCode()).isEqualTo(1);
    assertThat(otherData.err()).contains("Error:").contains("data");
  }

  @Test
  void badRow_isRefusedBeforeAnythingIsTrained() throws Exception {
    Path file = chats(List.of(row("a", "b"), "{\"messages\": \"none\"}", row("c", "d")));
    CommandRun refused = train(file);
    CommandRun skipped = train(file, "--skip-bad");

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err())
        .contains("Error: " + file + " line 2: messages is a string; it must be an array");
    assertThat(skipped.exitCode()).as(skipped.err()).isZero();
    assertThat(skipped.out()).contains("Bad rows   1 left out", file + " line 2");
  }

  @Test
  void dryRun_showsThePlanAndAnExampleWithItsMask_andLeavesNothing() throws Exception {
    CommandRun run =
        train(chats(20), "--dry-run", "--model", "tinker4j/tiny-bytes", "--epochs", "2");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("20 rows, 20 examples", "6 steps", "learning rate 0.0200 linear")
        .contains("User: Count to 0", "⟦ One, two, 0");
    assertThat(out()).doesNotExist();
  }

  @Test
  void config_givesWhatTheCommandLineDoesNotSay() throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("run.yaml"), "epochs: 4\nbatch: 5\nlr: 0.5\nlr-schedule: cosine\n");
    CommandRun run =
        train(
            chats(20),
            "--dry-run",
            "--model",
            "tinker4j/tiny-bytes",
            "--batch",
            "10",
            "--config",
            config.toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("8 steps", "0.500 cosine");
  }

  @Test
  void config_withAnUnknownOption_isRefused() throws Exception {
    Path config = Files.writeString(directory.resolve("run.yaml"), "epoch: 4\n");
    CommandRun run = train(chats(20), "--config", config.toString());

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("[epoch]", "no option of this command");
  }

  @Test
  void filesAndWeights_canStandInTheConfig() throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("run.yaml"),
            "files: [\"%s:2\"]\nmodel: tinker4j/tiny-bytes\n".formatted(chats(8)));
    CommandRun run =
        CommandRun.of(
            "train", "--config", config.toString(), "--out", out().toString(), "--dry-run");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("8 rows", "2 steps");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--lr x|--lr is x; it must be a number above 0, or auto",
        "--lr -1|--lr is -1",
        "--eval 5|--eval is 5; it must be a percentage below 100",
        "--eval 100%|--eval is 100%",
        "--rank 3|--rank is 3; it must be a power of two",
        "--epochs 0|--epochs is 0; it must be at least 1",
        "--max-length 1|--max-length is 1; it must be at least 2",
        "--train-on customized|by weight or trainable",
        "--train-on something|something",
        "--config none.yaml|--config: none.yaml does not exist",
      })
  void wrongOptions_areRefusedAsUsage(String option, String message) throws Exception {
    CommandRun run = train(chats(2), option.split(" ", -1));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(message);
    assertThat(out()).doesNotExist();
  }

  @Test
  void warmupAsLongAsTheRun_isRefused() throws Exception {
    CommandRun run =
        train(chats(8), "--warmup", "1", "--model", "tinker4j/tiny-bytes", "--dry-run");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("--warmup is 1; the run has only 1 steps");
  }

  @Test
  void autoLearningRate_withoutAFormula_asksForANumber() throws Exception {
    CommandRun run =
        train(
            chats(8),
            "--dry-run",
            "--model",
            "openai/gpt-oss-20b",
            "--tokenizer",
            "bytes",
            "--renderer",
            "role_colon");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("no learning rate was measured for openai/gpt-oss-20b", "--lr");
  }

  @Test
  void missingFile_isNamed() {
    Path none = directory.resolve("none.jsonl");
    CommandRun run = train(none, "--model", "tinker4j/tiny-bytes", "--dry-run");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("Error: " + none + " does not exist");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "-0.5", "1e-400", "1001", "99999999999", "1e9"})
  void weightOutOfRange_isRefusedAsUsage(String weight) throws Exception {
    Path file = Path.of(chats(2) + ":" + weight);
    CommandRun run = train(file, "--model", "tinker4j/tiny-bytes", "--dry-run");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(file + ": a weight must be above 0 and at most 1000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.2.3", ".", "v1"})
  void nameEndingInNoNumber_isThatOfAFile(String ending) throws Exception {
    Path file = Path.of(chats(2) + ":" + ending);
    CommandRun run = train(file, "--model", "tinker4j/tiny-bytes", "--dry-run");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errLines()).containsExactly("Error: " + file + " does not exist");
  }

  @Test
  void outWhereTheServerHasNoPlace_namesTheOption() throws Exception {
    Path server = out().resolve("server");
    Files.createDirectories(out());
    Files.writeString(server, "kept");
    CommandRun run = train(chats(8));

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errLines()).containsExactly("Error: --out: " + server + " is not a directory");
    assertThat(server).hasContent("kept");
  }

  @Test
  void journalOfSomethingElse_isRefusedByItsNameAndKept() throws Exception {
    Path foreign = out().resolve("server").resolve("journal").resolve("journal");
    Files.createDirectories(foreign.getParent());
    Files.writeString(foreign, "abc");
    CommandRun run = train(chats(8));

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("Error: ", foreign + " is not a journal of this server");
    assertThat(foreign).hasContent("abc");
  }

  @Test
  void outThatIsAFile_isRefusedAndKept() throws Exception {
    Path out = Files.writeString(out(), "kept");
    CommandRun run = train(chats(8));

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errLines()).containsExactly("Error: --out: " + out + " is not a directory");
    assertThat(out).hasContent("kept");
  }

  @Test
  void outBelowAFile_isRefused() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "kept");
    CommandRun run =
        CommandRun.of("train", chats(8).toString(), "--out", file.resolve("out").toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).startsWith("Error: --out: ").contains(file.toString());
    assertThat(run.err()).doesNotContain("Unexpected error");
  }

  @Test
  void dryRun_onAServerOfItsOwn_leavesNothing() throws Exception {
    CommandRun run = train(chats(8), "--dry-run");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("Model      tinker4j/tiny-bytes", "Plan       1 steps");
    assertThat(out()).doesNotExist();
  }

  @Test
  void heldOutShare_whichHitsNoRow_isSaid() throws Exception {
    CommandRun run =
        train(chats(8), "--dry-run", "--model", "tinker4j/tiny-bytes", "--eval", "0.001%");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("Held out   nothing: --eval 0.001% of 8 rows hits none; name a larger share");
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear", "cosine"})
  void fewerSteps_inTheSameDirectory_areRefusedAsOtherSettings(String schedule) throws Exception {
    Path file = chats(24);
    CommandRun first = train(file, "--lr-schedule", schedule, "--steps", "3");
    CommandRun fewer = train(file, "--lr-schedule", schedule, "--steps", "2");

    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(fewer.exitCode()).isEqualTo(1);
    assertThat(fewer.err())
        .contains("learning_rate up to step 3 is not what it was", "Name another directory");
  }
}

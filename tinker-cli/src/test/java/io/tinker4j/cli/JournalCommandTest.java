package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.output.Terminal;
import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import io.tinker4j.recovery.store.JournalWriter;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands {@code journal show}, {@code journal verify} and {@code journal repair}. */
@Timeout(60)
class JournalCommandTest {
  @TempDir private Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int tinker(String... arguments) {
    return answering("", arguments);
  }

  private int answering(String answer, String... arguments) {
    CommandLine tinker = Main.commandLine(new Terminal(0), new StringReader(answer));
    tinker.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return tinker.execute(arguments);
  }

  private static RunResult train(EmbeddedTinkerServer server, Path journal)
      throws InterruptedException {
    List<List<Datum>> batches = List.of(List.of(Datum.supervised(1, 2, 3, 4)));
    return ResumableTraining.supervised(
            Batches.of(batches, 5), LossFunction.CROSS_ENTROPY, step -> 0.01)
        .service(() ->
            ServiceClient.builder().baseUrl(server.baseUrl().toString()).apiKey("tml-test").build())
        .baseModel("tinker4j/nano-bytes")
        .journal(journal)
        .build()
        .resumeOrStart();
  }

  @Test
  void verify_holdsAJournalAgainstTheServer() throws Exception {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      String url = server.baseUrl().toString();
      String path = train(server, directory).checkpointPath();

      assertThat(
              tinker(
                  "journal",
                  "verify",
                  directory.toString(),
                  "--base-url",
                  url,
                  "--api-key",
                  "tml-a"))
          .isOne();
      assertThat(out.toString()).contains("checkpoints missing  tinker://");
      out.getBuffer().setLength(0);
      assertThat(
              tinker(
                  "-f",
                  "json",
                  "journal",
                  "verify",
                  directory.toString(),
                  "--base-url",
                  url,
                  "--api-key",
                  "tml-test"))
          .isZero();
      assertThat(out.toString())
          .isEqualToIgnoringNewLines(
              """
              {"steps_applied":5,"steps_rolled_back":0,"steps_replayed":0,"steps_doubled":0,\
              "steps_lost":0,"checkpoints_missing":[],"damage":[],"tokens_overlapping":[]}\
              """);
      SchemaCheck.document("journal verify", out.toString());
      out.getBuffer().setLength(0);
      assertThat(tinker("journal", "show", directory.toString())).isZero();
      SchemaCheck.printed("journal show", "jsonl", out.toString());
      assertThat(out.toString().lines())
          .first()
          .asString()
          .startsWith("{\"type\":\"run_opened\",\"token\":1}");
      assertThat(out.toString())
          .contains("{\"type\":\"steps_confirmed\",\"lineage\":0,\"first\":5,\"last\":5}", path);
    }
  }

  @Test
  void verify_ofAJournalWithADoubledAndALostStep_fails() throws Exception {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      train(server, directory);
    }
    try (JournalWriter journal = JournalWriter.open(directory)) {
      journal.append(new StepsConfirmed(0, 5, 5));
      journal.append(new StepsConfirmed(0, 7, 7));
    }

    assertThat(tinker("journal", "verify", directory.toString())).isOne();
    assertThat(out.toString()).contains("steps doubled        1", "steps lost           1");
  }

  @Test
  void findings_areOneALine() throws Exception {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      train(server, directory);
    }
    Path file = directory.resolve("progress.journal");
    byte[] damaged = Files.readAllBytes(file);
    damaged[200] ^= (byte) 4;
    damaged[damaged.length - 150] ^= (byte) 4;
    Files.write(file, damaged);

    assertThat(tinker("journal", "verify", directory.toString())).isOne();
    assertThat(out.toString().lines().filter(line -> line.contains("are damaged: "))).hasSize(2);
  }

  @Test
  void run_withoutAJournal_saysSo() {
    assertThat(tinker("journal", "verify", directory.toString())).isOne();
    assertThat(err.toString()).startsWith("Error: there is no journal in ");
    assertThat(tinker("journal")).isZero();
    assertThat(out.toString()).contains("Usage: tinker journal", "show", "verify", "repair");
  }

  @Test
  void repair_ofAFlippedBit_keepsTheDamagedJournalAndCopiesWhatIsWholeAfterAYes() throws Exception {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      train(server, directory);
    }
    Path file = directory.resolve("progress.journal");
    byte[] damaged = Files.readAllBytes(file);
    damaged[200] ^= (byte) 4;
    Files.write(file, damaged);
    String journal = directory.toString();

    assertThat(tinker("journal", "show", journal)).isOne();
    assertThat(out.toString().lines()).first().asString().contains("run_opened");
    assertThat(err.toString())
        .containsPattern(
            "The journal is damaged; shown is what stands before that, [0-9]+ entr(y|ies)\\.")
        .contains("are damaged: the record's checksum does not fit; ")
        .contains("tinker journal repair " + journal, "ProgressJournal.repair(directory)");
    err.getBuffer().setLength(0);
    assertThat(tinker("journal", "verify", journal)).isOne();
    assertThat(out.toString().lines())
        .anyMatch(line -> line.matches("damage +bytes [0-9]+ to [0-9]+ are damaged: .*"))
        .anyMatch(line -> line.equals("checkpoints          not checked (no --base-url)"))
        .noneMatch(line -> line.contains("checkpoints missing"))
        .noneMatch(line -> line.contains("shorter"));
    assertThat(err.toString())
        .contains("tinker journal repair " + journal, "ProgressJournal.repair(directory)");

    assertThat(tinker("journal", "repair", journal)).isOne();
    assertThat(err.toString())
        .containsPattern("[0-9]+ of [0-9]+ entries can be kept; 1 damaged entry is lost, ");
    assertThat(answering("no\n", "journal", "repair", journal)).isOne();
    assertThat(file).hasBinaryContent(damaged);
    out.getBuffer().setLength(0);
    assertThat(answering("y\n", "-f", "json", "journal", "repair", journal)).isZero();

    SchemaCheck.document("journal repair", out.toString());
    assertThat(directory.resolve("progress.journal.damaged-1")).hasBinaryContent(damaged);
    assertThat(tinker("journal", "verify", journal)).isZero();
    assertThat(tinker("journal", "repair", "--yes", journal)).isZero();
    assertThat(err.toString()).contains("nothing to repair");
  }
}

package io.tinker4j.cli.doctor;

import static io.tinker4j.cli.doctor.Examinations.MACHINE;
import static io.tinker4j.cli.doctor.Examinations.surroundings;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.Format;
import io.tinker4j.cli.output.Terminal;
import io.tinker4j.recovery.journal.JournalEntry.Noted;
import io.tinker4j.recovery.journal.JournalEntry.RunBegun;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import io.tinker4j.recovery.store.JournalWriter;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import picocli.CommandLine;

/** What the command prints, writes and ends with. */
// readiness: R11
@Timeout(120)
@Isolated("the command makes its log that of the process")
class DoctorCommandTest {
  private static final String KEY = "tml-4f1c77d0e2";

  @TempDir private Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int doctor(Format format, Map<String, String> variables, String... args) {
    Machine machine =
        new Machine(variables.keySet(), Time.system(), null, MACHINE.lookup(), MACHINE.space());
    Console console =
        new Console(new Terminal(0), new StringReader(""), () -> format, machine.time());
    return new CommandLine(new DoctorCommand(console, surroundings(variables, directory), machine))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  /** The cells of the printed table's rows. */
  private List<List<String>> rows() {
    return out.toString()
        .lines()
        .filter(line -> line.startsWith("│"))
        .map(line ->
            Stream.of(line.substring(1, line.length() - 1).split("│")).map(String::strip).toList())
        .toList();
  }

  @Test
  void allWell_isATableAndZero() throws Exception {
    try (CannedServer server = new CannedServer().start()) {
      int exitCode =
          doctor(Format.TABLE, Map.of("TINKER_API_KEY", KEY, "TINKER_BASE_URL", server.address()));

      assertThat(exitCode).as(out.toString()).isZero();
      assertThat(rows())
          .hasSize(Subject.values().length)
          .contains(
              List.of(
                  "config",
                  "ok",
                  "no profile is in use; there is no "
                      + directory.resolve(".config").resolve("tinker").resolve("config.toml")),
              List.of("address", "ok", server.address() + " (from TINKER_BASE_URL)"),
              List.of("key", "ok", "tml-*** of 14 characters (from TINKER_API_KEY)"),
              List.of("server", "ok", "healthz is answered with 200"),
              List.of(
                  "journals", "skipped", "none is named; --journal names the directory of a run"));
      assertThat(err.toString()).isEmpty();
    }
  }

  @Test
  void failure_isOneAndHasAdviceBelow() {
    int exitCode = doctor(Format.TABLE, Map.of(), "--base-url=nonsense", "--api-key=" + KEY);

    assertThat(exitCode).isOne();
    assertThat(rows())
        .containsSequence(
            List.of(
                "address",
                "failed",
                "the address is 'nonsense'; it must be like https://host/path, without a query"
                    + " (from --base-url)"),
            List.of(
                "",
                "",
                "-> give an address like https://host/path with --base-url, TINKER_BASE_URL or a"
                    + " profile"))
        .contains(List.of("server", "skipped", "not looked at, as address failed"));
  }

  @Test
  void jsonLines_areOneObject() throws Exception {
    try (CannedServer server = new CannedServer().withStatus("503 Service Unavailable").start()) {
      int exitCode =
          doctor(Format.JSONL, Map.of(), "--base-url=" + server.address(), "--api-key=" + KEY);

      assertThat(exitCode).isOne();
      assertThat(out.toString()).hasLineCount(1);
      Map<String, Object> all = JsonCodec.readMap(out.toString().getBytes(StandardCharsets.UTF_8));
      assertThat(all).containsEntry("well", false);
      assertThat((List<?>) all.get("checks"))
          .hasSize(Subject.values().length)
          .anySatisfy(check ->
              assertThat(check)
                  .asInstanceOf(InstanceOfAssertFactories.MAP)
                  .containsEntry("check", "server")
                  .containsEntry("result", "failed")
                  .containsEntry("seen", "healthz is answered with 503")
                  .containsKey("advice"));
    }
  }

  @Test
  void wordsOfTheServer_cannotSteerATerminal() throws Exception {
    String model = "\\u001b[31mred\\u202e";
    try (CannedServer server =
        new CannedServer()
            .with(
                "/get_server_capabilities",
                "{\"supported_models\":[{\"model_name\":\"%s\"}]}".formatted(model))
            .start()) {
      int exitCode =
          doctor(Format.TABLE, Map.of("TINKER_API_KEY", KEY), "--base-url=" + server.address());

      assertThat(exitCode).isZero();
      assertThat(out.toString()).contains("[31mred").doesNotContain("\u001b", "\u202e");
    }
  }

  @Test
  void bundle_hasTheReportAndOutlines_butNoSecretAndNoData() throws Exception {
    Path journal = directory.resolve("run");
    try (JournalWriter writer = JournalWriter.open(journal)) {
      writer.append(new RunBegun("abc", Map.of("prompt", "Dear diary")));
      writer.append(new StepsConfirmed(0, 1, 3));
      writer.append(new Noted("detected", Map.of("cause", "Dear diary")));
    }
    Path bundle = directory.resolve("doctor.zip");
    try (CannedServer server = new CannedServer().start()) {
      int exitCode =
          doctor(
              Format.TABLE,
              Map.of(
                  "TINKER_API_KEY",
                  KEY,
                  "HTTPS_PROXY",
                  "http://me:hunter2@proxy:1",
                  "TINKER_BASE_URL",
                  server.address(),
                  "HOME",
                  "/home/me"),
              "--journal=" + journal,
              "--bundle=" + bundle);

      assertThat(exitCode).as(out.toString()).isZero();
      assertThat(err.toString()).startsWith("Wrote " + bundle);
      Map<String, String> files = unzip(bundle);
      assertThat(files)
          .containsOnlyKeys("report.txt", "report.json", "settings.txt", "journal-1.txt");
      assertThat(files.get("report.txt")).containsPattern("\\| server +\\| ok +\\|");
      assertThat(files.get("settings.txt").lines())
          .containsExactly(
              "HTTPS_PROXY=***", "TINKER_API_KEY=***", "TINKER_BASE_URL=" + server.address());
      assertThat(files.get("journal-1.txt").lines())
          .containsExactly(
              "run_opened process=1",
              "run_begun",
              "steps_confirmed lineage=0 first=1 last=3",
              "noted");
      assertThat(files.toString())
          .doesNotContain(KEY, "4f1c77d0e2", "hunter2", "diary", directory.toString());
    }
  }

  private static Map<String, String> unzip(Path file) throws Exception {
    Map<String, String> files = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
      for (ZipEntry each = zip.getNextEntry(); each != null; each = zip.getNextEntry()) {
        files.put(each.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return files;
  }

  @Test
  void bundle_overAFile_isRefusedAndLeavesIt() throws Exception {
    Path file = Files.writeString(directory.resolve("doctor.zip"), "mine");

    int exitCode = doctor(Format.TABLE, Map.of(), "--base-url=nonsense", "--bundle=" + file);

    assertThat(exitCode).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("there is a file " + file + " already");
    assertThat(file).hasContent("mine");
  }

  @Test
  void timeout_ofNothing_isWrongUsage() {
    assertThat(doctor(Format.TABLE, Map.of(), "--timeout=0")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("--timeout is 0; it must be at least 1");
  }
}

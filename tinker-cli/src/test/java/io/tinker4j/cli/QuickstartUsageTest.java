package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.output.Terminal;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuickstartUsageTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--steps=1|--steps is 1; it must be from 2 to 1000000",
        "--steps=-5|--steps is -5; it must be from 2 to 1000000",
        "--batch=0|--batch is 0; it must be from 1 to 4096",
        "--rank=0|--rank is 0; it must be from 1 to 256",
        "--rank=24|--rank is 24; it must be a power of two",
        "--learning-rate=0|--learning-rate is 0.0; it must be a number above 0",
        "--learning-rate=NaN|--learning-rate is NaN; it must be a number above 0",
        "--learning-rate=Infinity|--learning-rate is Infinity; it must be a number above 0",
        "--prompt=|--prompt is empty",
        "--model=|--model is empty",
        "--api-key=tml-secret|--api-key is for a real server; name it with --base-url",
        "--steps=ten|Invalid value for option '--steps': 'ten' is not an int",
        "--steps|Option '--steps' requires an argument.",
        "--stepz=3|No such option: --stepz=3",
        "extra|Got unexpected extra argument (extra)",
      })
  void quickstart_wrongArgument_endsWithTwoAndNamesIt(String argument, String message) {
    CommandRun run = CommandRun.of("quickstart", argument);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("Error: " + message).doesNotContain("tml-secret", "\tat ");
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"unknown", "-f", "-f=xml version"})
  void tinker_wrongUsage_endsWithTwo(String arguments) {
    CommandRun run = CommandRun.of(arguments.split("[ =]"));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .startsWith("Usage: tinker [OPTIONS] COMMAND [ARGS]...")
        .contains("Try 'tinker --help' for help.", "Error: ");
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--help", "-h", "quickstart --help", "version -h", "-f json quickstart -h"})
  void help_isOnStdoutEverywhere(String arguments) {
    CommandRun run = CommandRun.of(arguments.split(" "));

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).startsWith("Usage: tinker");
    assertThat(run.err()).isEmpty();
  }

  /** Lists of commands show the first element alone. */
  @Test
  void help_listsEachCommandWithAWholeSentence() {
    assertThat(Main.commandLine(new Terminal(0), new StringReader("")).getSubcommands().values())
        .hasSizeGreaterThan(5)
        .allSatisfy(command ->
            assertThat(command.getCommandSpec().usageMessage().description()[0]).endsWith("."));
  }

  @Test
  void help_quickstart_documentsDefaultsThatDepend() {
    assertThat(CommandRun.of("quickstart", "--help").out())
        .contains("0.02", "0.0001", "TINKER_API_KEY");
  }

  @Test
  void version_printsNameAndVersion() {
    CommandRun run = CommandRun.of("-f", "json", "version");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).matches("tinker \\S+\\R");
  }

  @Test
  void quickstart_unusableData_isOneLineAndOne(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("a.jsonl"), "{}");

    CommandRun run = CommandRun.of("quickstart", "--json", "--data", file.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errLines())
        .containsExactly(
            "Error: --data: "
                + file
                + " line 1: the object has neither a \"text\" string nor a \"messages\" array");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void quickstart_unusableData_verboseShowsWhere() {
    assertThat(CommandRun.of("quickstart", "--data=absent.txt", "--verbose").err())
        .startsWith("Error: --data: absent.txt does not exist")
        .contains("CommandException", "\tat ");
  }

  @Test
  void quickstart_stateDirectoryThatIsAFile_isRefused(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");

    CommandRun run = CommandRun.of("quickstart", "--state-dir", file.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errLines())
        .containsExactly("Error: --state-dir: " + file + " is not a directory");
  }
}

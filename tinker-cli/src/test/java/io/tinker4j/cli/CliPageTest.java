package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.output.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The page of all commands and options, {@code docs/cli.md}, and what the help says. */
class CliPageTest {
  private static final Path PAGE = Path.of("../docs/cli.md");
  private static final CommandLine TINKER = Main.commandLine(new Terminal(0));

  @Test
  void page_hasEveryCommandAndOption() throws IOException {
    String page = page();
    if (Boolean.getBoolean("docs.write")) {
      Files.writeString(PAGE, page);
    }

    assertThat(Files.readString(PAGE)).isEqualTo(page);
  }

  /** The list of commands shows the first element alone, so that has to be a sentence. */
  @Test
  void descriptions_areWholeSentences() {
    for (CommandLine command : commands(TINKER)) {
      CommandSpec spec = command.getCommandSpec();
      assertThat(spec.usageMessage().description())
          .as(spec.qualifiedName())
          .isNotEmpty()
          .allSatisfy(each -> assertThat(each).matches("[A-Z-].*\\."));
      for (OptionSpec option : spec.options()) {
        assertThat(option.description()).as(spec.qualifiedName() + option).hasSize(1);
        assertThat(option.description()[0]).as(spec.qualifiedName() + option).endsWith(".");
      }
    }
  }

  @Test
  void bare_printsItsHelp() {
    CommandRun bare = CommandRun.of();
    CommandRun help = CommandRun.of("--help");

    assertThat(bare.exitCode()).isZero();
    assertThat(bare.out()).isEqualTo(help.out()).startsWith("Usage: tinker ");
    assertThat(bare.err()).isEmpty();
  }

  @Test
  void version_isAnOptionAndACommand() {
    assertThat(CommandRun.of("--version").out())
        .isEqualTo(CommandRun.of("version").out())
        .startsWith("tinker ");
  }

  @Test
  void completion_isTheScriptOfPicocli() {
    CommandRun bash = CommandRun.of("completion", "bash");

    assertThat(bash.exitCode()).isZero();
    assertThat(bash.out())
        .isEqualTo(AutoComplete.bash("tinker", TINKER))
        .contains("complete -F _complete_tinker", "checkpoint", "set-ttl", "--remove");
    assertThat(CommandRun.of("completion", "zsh").out()).startsWith("#compdef tinker");
    assertThat(CommandRun.of("completion", "fish").exitCode()).isEqualTo(2);
  }

  private static List<CommandLine> commands(CommandLine command) {
    List<CommandLine> all = new ArrayList<>();
    all.add(command);
    command.getSubcommands().values().forEach(each -> all.addAll(commands(each)));
    return all;
  }

  private static String page() {
    StringBuilder page =
        new StringBuilder(
            """
            # The command

            `tinker COMMAND` where it is [installed](install.md), `./tinker COMMAND` in a checkout. Names, options, columns and JSON of `run`, `checkpoint`, `session`, `billing` and `auth` are those of the Python SDK's command.

            Results go to stdout, as a table or, with `-f json` or `-f jsonl` in front of the command, as JSON; progress, questions and errors go to stderr. The exit code is 0, 1 after an
            error, 2 for wrong usage, 3 when a budget is used up, 130 after Ctrl-C and 143 after SIGTERM. Commands that look after what is on a server take the server from `--base-url`, else `TINKER_BASE_URL`, else the
            hosted one; the others train and sample on an embedded server unless `--base-url` names another.

            The JSON of each command has a schema (draft 2020-12), which names all properties and lets no other pass: `tinker schema` lists them, `tinker schema checkpoint list` prints that of what
            `-f json` prints, `tinker -f jsonl schema checkpoint list` that of a line of `-f jsonl`.

            Generated from the command by `CliPageTest`; rewrite it with `mvn verify -pl tests/cli -am -Dtest=CliPageTest -Dsurefire.failIfNoSpecifiedTests=false -Ddocs.write=true`.
            """);
    for (CommandLine command : commands(TINKER)) {
      append(page, command.getCommandSpec());
    }
    return page.toString();
  }

  private static void append(StringBuilder page, CommandSpec spec) {
    page.append("\n## ").append(spec.qualifiedName()).append("\n\n");
    page.append(text(spec.usageMessage().description())).append('\n');
    List<String> rows = new ArrayList<>();
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      rows.add("| `%s` | %s |".formatted(parameter.paramLabel(), text(parameter.description())));
    }
    for (OptionSpec option : spec.options()) {
      if (!option.inherited()) {
        rows.add("| `%s` | %s |".formatted(names(option), text(option.description())));
      }
    }
    if (!rows.isEmpty()) {
      page.append("\n| argument or option | what |\n|---|---|\n");
      page.append(String.join("\n", rows)).append('\n');
    }
    List<String> below = new ArrayList<>();
    spec.subcommands().values().forEach(each -> below.add(each.getCommandSpec().qualifiedName()));
    if (!below.isEmpty()) {
      page.append("\nBelow it: ");
      page.append(String.join(", ", below.stream().map(CliPageTest::link).toList()));
      page.append(".\n");
    }
  }

  private static String link(String name) {
    return "[%s](#%s)".formatted(name, name.toLowerCase(Locale.ROOT).replace(' ', '-'));
  }

  private static String names(OptionSpec option) {
    String names = String.join(", ", option.names());
    return (option.arity().max() == 0 ? names : names + " " + option.paramLabel())
        .replace("|", "\\|");
  }

  private static String text(String[] description) {
    return String.join(" ", description)
        .replace("%%", "%")
        .replace("|", "\\|")
        .replace("<", "&lt;");
  }
}

package io.tinker4j.cli.schema;

import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.Format;
import io.tinker4j.cli.output.JsonLayout;
import io.tinker4j.cli.output.Table;
import io.tinker4j.cli.output.VisibleText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tinker schema}. */
@Command(
    name = "schema",
    description = {
      "Prints the JSON Schema of what a command prints with -f json.",
      "With -f jsonl in front it is the schema of a line of -f jsonl. Without a command it lists"
          + " those that print JSON. The schemas are of draft 2020-12, and complete in themselves."
    })
public final class SchemaCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "COMMAND",
      arity = "0..*",
      description = "The words of the command, such as checkpoint list. Default: lists all.")
  private List<String> words = List.of();

  /** The command, which asks no server. */
  public SchemaCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (words.isEmpty()) {
      list();
      return CommandLine.ExitCode.OK;
    }
    String command = String.join(" ", words);
    Map<String, @Nullable Object> schema =
        (console.format() == Format.JSONL ? Schemas.line(command) : Schemas.document(command))
            .orElseThrow(() ->
                new ParameterException(
                    spec.commandLine(),
                    "there is no command '%s' that prints JSON; tinker schema lists them"
                        .formatted(VisibleText.of(command))));
    Console.out(spec).println(JsonLayout.indented(schema));
    return CommandLine.ExitCode.OK;
  }

  private void list() {
    List<Map<String, @Nullable Object>> entries = new ArrayList<>();
    for (String command : commands(spec.root())) {
      Schemas.title(command)
          .ifPresent(title -> {
            Map<String, @Nullable Object> entry = new LinkedHashMap<>();
            entry.put("command", command);
            entry.put("title", title);
            entries.add(entry);
          });
    }
    console.print(
        spec,
        () ->
            new Table(
                "Commands that print JSON",
                List.of("Command", "What it prints"),
                entries.stream()
                    .map(each ->
                        List.of(
                            String.valueOf(each.get("command")), String.valueOf(each.get("title"))))
                    .toList()),
        Map.of("schemas", entries),
        entries);
  }

  /** Returns the commands below one, by the words that call them. */
  private static List<String> commands(CommandSpec above) {
    List<String> all = new ArrayList<>();
    above
        .subcommands()
        .forEach((name, command) -> {
          all.add(name);
          commands(command.getCommandSpec()).forEach(each -> all.add(name + " " + each));
        });
    return all;
  }
}

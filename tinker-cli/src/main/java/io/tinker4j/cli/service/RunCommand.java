package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.CommandGroup;
import io.tinker4j.cli.output.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code tinker run}. */
@Command(name = "run", description = "Shows training runs of a server.")
public final class RunCommand extends CommandGroup {
  private RunCommand() {}

  /** Returns the command with those below it. */
  public static CommandLine create(Console console, Surroundings surroundings) {
    return new CommandLine(new RunCommand())
        .addSubcommand(new RunListCommand(console, surroundings))
        .addSubcommand(new RunInfoCommand(console, surroundings));
  }
}

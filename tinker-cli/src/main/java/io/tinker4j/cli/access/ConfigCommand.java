package io.tinker4j.cli.access;

import io.tinker4j.cli.output.CommandGroup;
import io.tinker4j.cli.output.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code tinker config}. */
@Command(name = "config", description = "Shows what is set, and where.")
public final class ConfigCommand extends CommandGroup {
  private ConfigCommand() {}

  /** Returns the command with those below it. */
  public static CommandLine create(Console console, Surroundings surroundings) {
    return new CommandLine(new ConfigCommand())
        .addSubcommand(new ConfigShowCommand(console, surroundings));
  }
}

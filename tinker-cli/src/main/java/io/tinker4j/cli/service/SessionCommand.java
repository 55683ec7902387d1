package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.CommandGroup;
import io.tinker4j.cli.output.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code tinker session}. */
@Command(name = "session", description = "Lists, finishes and exports sessions.")
public final class SessionCommand extends CommandGroup {
  private SessionCommand() {}

  /** Returns the command with those below it. */
  public static CommandLine create(Console console, Surroundings surroundings) {
    return new CommandLine(new SessionCommand())
        .addSubcommand(new SessionListCommand(console, surroundings))
        .addSubcommand(new SessionFinishCommand(console, surroundings))
        .addSubcommand(new ExportTraceCommand(console, surroundings));
  }
}

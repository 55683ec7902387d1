package io.tinker4j.cli.access;

import io.tinker4j.cli.output.CommandGroup;
import io.tinker4j.cli.output.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code tinker auth}. */
@Command(name = "auth", description = "Stores, removes and checks the credential of this machine.")
public final class AuthCommand extends CommandGroup {
  private AuthCommand() {}

  /** Returns the command with those below it. */
  public static CommandLine create(Console console, Surroundings surroundings) {
    return new CommandLine(new AuthCommand())
        .addSubcommand(new LoginCommand(console, surroundings))
        .addSubcommand(new LogoutCommand(console, surroundings))
        .addSubcommand(new StatusCommand(console, surroundings));
  }
}

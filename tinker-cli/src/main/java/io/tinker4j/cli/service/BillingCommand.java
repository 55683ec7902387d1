package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.CommandGroup;
import io.tinker4j.cli.output.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code tinker billing}. */
@Command(name = "billing", description = "Shows what was used.")
public final class BillingCommand extends CommandGroup {
  private BillingCommand() {}

  /** Returns the command with those below it. */
  public static CommandLine create(Console console, Surroundings surroundings) {
    return new CommandLine(new BillingCommand())
        .addSubcommand(new BillingUsageCommand(console, surroundings));
  }
}

package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.CommandGroup;
import io.tinker4j.cli.output.Console;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code tinker checkpoint}. */
@Command(name = "checkpoint", description = "Shows, keeps, deletes and fetches checkpoints.")
public final class CheckpointCommand extends CommandGroup {
  private CheckpointCommand() {}

  /** Returns the command with those below it. */
  public static CommandLine create(Console console, Surroundings surroundings) {
    return new CommandLine(new CheckpointCommand())
        .addSubcommand(new CheckpointListCommand(console, surroundings))
        .addSubcommand(new CheckpointInfoCommand(console, surroundings))
        .addSubcommand(new CheckpointLatestCommand(console, surroundings))
        .addSubcommand(new CheckpointValidateCommand(console, surroundings))
        .addSubcommand(new PublishCommand(console, surroundings))
        .addSubcommand(new UnpublishCommand(console, surroundings))
        .addSubcommand(new SetTtlCommand(console, surroundings))
        .addSubcommand(new WatchTtlCommand(console, surroundings))
        .addSubcommand(new CheckpointDeleteCommand(console, surroundings))
        .addSubcommand(new CheckpointDownloadCommand(console, surroundings))
        .addSubcommand(new CheckpointExportCommand(console, surroundings))
        .addSubcommand(new PushHfCommand(console, surroundings));
  }
}

package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.Console;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.Checkpoint;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code tinker checkpoint latest}. */
@Command(
    name = "latest",
    description = {
      "Prints the path of the checkpoint from which a run goes on best.",
      "That is the latest one for training that has not expired. Ends with exit code 1 when there"
          + " is none."
    })
final class CheckpointLatestCommand extends ServiceCommand {
  @Parameters(paramLabel = "RUN_ID", description = "The training run.")
  private String run = "";

  CheckpointLatestCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
  }

  @Override
  void run(ServiceClient service) {
    Checkpoint latest =
        service
            .createRestClient()
            .checkpoints()
            .latest(run)
            .orElseThrow(() ->
                new CommandException(
                    "The run %s has no checkpoint to train from".formatted(run),
                    List.of("`tinker checkpoint list --run-id " + run + "` shows what it has.")));
    if (console().printsTables()) {
      Console.out(spec()).println(latest.tinkerPath());
    } else {
      console().printJson(spec(), Fields.of(latest));
    }
  }
}

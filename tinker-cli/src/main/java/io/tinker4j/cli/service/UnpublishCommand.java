package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.Console;
import io.tinker4j.training.ServiceClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code tinker checkpoint unpublish}. */
@Command(name = "unpublish", description = "Makes a checkpoint private again.")
final class UnpublishCommand extends ServiceCommand {
  @Parameters(paramLabel = "CHECKPOINT_PATH", description = "The checkpoint, tinker://….")
  private String path = "";

  UnpublishCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
  }

  @Override
  void check() {
    checkedPath(path);
  }

  @Override
  void run(ServiceClient service) {
    service.createRestClient().checkpoints().unpublish(path);
  }
}

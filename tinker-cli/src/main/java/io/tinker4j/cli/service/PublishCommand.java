package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.Console;
import io.tinker4j.training.ServiceClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code tinker checkpoint publish}. */
@Command(name = "publish", description = "Lets everybody use a checkpoint.")
final class PublishCommand extends ServiceCommand {
  @Parameters(paramLabel = "CHECKPOINT_PATH", description = "The checkpoint, tinker://….")
  private String path = "";

  PublishCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
  }

  @Override
  void check() {
    checkedPath(path);
  }

  @Override
  void run(ServiceClient service) {
    service.createRestClient().checkpoints().publish(path);
  }
}

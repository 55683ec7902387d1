package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.DisplayText;
import io.tinker4j.cli.output.Table;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.Checkpoint;
import io.tinker4j.types.TrainingRun;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code tinker run info}. */
@Command(name = "info", description = "Shows a training run and its last checkpoints.")
final class RunInfoCommand extends ServiceCommand {
  @Parameters(paramLabel = "RUN_ID", description = "The training run.")
  private String run = "";

  RunInfoCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
  }

  @Override
  void run(ServiceClient service) {
    TrainingRun found;
    try {
      found = service.createRestClient().runs().get(run);
    } catch (IllegalArgumentException e) {
      throw new CommandException("Invalid run id: " + run, e);
    }
    console().print(spec(), () -> table(found, console().time().now()), Fields.of(found));
  }

  private static Table table(TrainingRun run, Instant now) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("Run ID", run.trainingRunId()));
    rows.add(List.of("Base Model", run.baseModel()));
    rows.add(List.of("Owner", run.modelOwner()));
    rows.add(List.of("LoRA", lora(run)));
    rows.add(List.of("Last Update", DisplayText.age(run.lastRequestTime(), now)));
    rows.add(List.of("Status", RunColumn.status(run)));
    run.lastCheckpoint().ifPresent(each -> add(rows, "Last Training Checkpoint", each, now));
    run.lastSamplerCheckpoint().ifPresent(each -> add(rows, "Last Sampler Checkpoint", each, now));
    run.userMetadata().forEach((name, value) -> rows.add(List.of("Metadata " + name, value)));
    return new Table("Training Run: " + run.trainingRunId(), List.of("Property", "Value"), rows);
  }

  private static void add(
      List<List<String>> rows, String name, Checkpoint checkpoint, Instant now) {
    rows.add(List.of(name, checkpoint.checkpointId()));
    rows.add(List.of("  - Time", DisplayText.age(checkpoint.time(), now)));
    rows.add(List.of("  - Path", checkpoint.tinkerPath()));
  }

  /** Returns what an info table says of LoRA. */
  static String lora(TrainingRun run) {
    return run.loraRank().isPresent() && run.isLora()
        ? "Yes (Rank %d)".formatted(run.loraRank().getAsInt())
        : DisplayText.yes(run.isLora());
  }
}

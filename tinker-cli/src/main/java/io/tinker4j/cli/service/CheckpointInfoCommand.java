package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.DisplayText;
import io.tinker4j.cli.output.Table;
import io.tinker4j.training.RestClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.Checkpoint;
import io.tinker4j.types.TinkerPath;
import io.tinker4j.types.TrainingRun;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code tinker checkpoint info}. */
@Command(name = "info", description = "Shows a checkpoint and the adapter it holds.")
final class CheckpointInfoCommand extends ServiceCommand {
  @Parameters(paramLabel = "CHECKPOINT_PATH", description = "The checkpoint, tinker://….")
  private String path = "";

  CheckpointInfoCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
  }

  @Override
  void check() {
    checkedPath(path);
  }

  @Override
  void run(ServiceClient service) {
    RestClient rest = service.createRestClient();
    String run = TinkerPath.parse(path).trainingRunId();
    Checkpoint checkpoint = find(rest, run, path);
    TrainingRun trained = rest.runs().get(run);
    Map<String, @Nullable Object> json = Fields.of(checkpoint);
    json.put("is_lora", trained.isLora());
    json.put("lora_rank", trained.loraRank().isPresent() ? trained.loraRank().getAsInt() : null);
    console().print(spec(), () -> table(checkpoint, trained), json);
  }

  /** Returns a checkpoint of a run's list. */
  static Checkpoint find(RestClient rest, String run, String path) {
    return rest.checkpoints().list(run).checkpoints().stream()
        .filter(each -> each.tinkerPath().equals(path))
        .findFirst()
        .orElseThrow(() -> new CommandException("Checkpoint not found: " + path));
  }

  private Table table(Checkpoint checkpoint, TrainingRun run) {
    Instant now = console().time().now();
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("Checkpoint ID", checkpoint.checkpointId());
    properties.put("Type", checkpoint.checkpointType().value());
    properties.put("Tinker Path", checkpoint.tinkerPath());
    properties.put("Size", DisplayText.size((double) checkpoint.sizeBytes().orElse(-1)));
    properties.put("Public", DisplayText.yes(checkpoint.isPublic()));
    properties.put("Created", DisplayText.age(checkpoint.time(), now));
    properties.put("Expires", CheckpointListCommand.expires(checkpoint, now));
    properties.put("Training Run ID", run.trainingRunId());
    properties.put("LoRA", RunInfoCommand.lora(run));
    checkpoint.userMetadata().forEach((name, value) -> properties.put("Metadata " + name, value));
    return Table.ofProperties("Checkpoint: " + checkpoint.checkpointId(), properties);
  }
}

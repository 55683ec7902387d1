package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.DisplayText;
import io.tinker4j.cli.output.Table;
import io.tinker4j.training.CheckpointsClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.Checkpoint;
import io.tinker4j.types.Cursor;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tinker checkpoint list}. */
@Command(name = "list", description = "Lists checkpoints, of all runs or of one.")
final class CheckpointListCommand extends ServiceCommand {
  private static final int PAGE = 1000;

  @Option(names = "--run-id", paramLabel = "ID", description = "The run. Default: all runs.")
  private @Nullable String run;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description =
          "The most checkpoints to show; 0 shows all. Default: 20. With --run-id all are shown.")
  private int limit = 20;

  CheckpointListCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
  }

  @Override
  void check() {
    Limits.check(spec(), "--limit", limit);
  }

  @Override
  void run(ServiceClient service) {
    CheckpointsClient checkpoints = service.createRestClient().checkpoints();
    Listing<Checkpoint> listing;
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    if (run == null) {
      listing =
          Listing.fetch(
              limit,
              PAGE,
              (count, offset) -> {
                var page = checkpoints.list(count, offset);
                return new Listing<>(
                    page.checkpoints(), page.cursor().map(Cursor::totalCount).orElse(-1));
              },
              text -> console().draw(spec(), text + " checkpoints"));
    } else {
      listing = new Listing<>(checkpoints.list(run).checkpoints(), -1);
      json.put("run_id", run);
    }
    var entries = listing.entries().stream().map(Fields::of).toList();
    json.put("checkpoints", entries);
    console().print(spec(), () -> table(listing), json, entries);
  }

  private Table table(Listing<Checkpoint> listing) {
    Instant now = console().time().now();
    return new Table(
        listing.title("checkpoint", run == null ? "" : " for run " + run),
        List.of("Checkpoint ID", "Type", "Size", "Public", "Created", "Expires", "Path"),
        listing.entries().stream().map(each -> row(each, now)).toList());
  }

  private static List<String> row(Checkpoint checkpoint, Instant now) {
    return List.of(
        checkpoint.checkpointId(),
        checkpoint.checkpointType().value(),
        DisplayText.size((double) checkpoint.sizeBytes().orElse(-1)),
        DisplayText.yes(checkpoint.isPublic()),
        DisplayText.age(checkpoint.time(), now),
        expires(checkpoint, now),
        checkpoint.tinkerPath());
  }

  /** Returns when a checkpoint expires, for people. */
  static String expires(Checkpoint checkpoint, Instant now) {
    return checkpoint.expiresAt().map(each -> DisplayText.age(each, now)).orElse("Never");
  }
}

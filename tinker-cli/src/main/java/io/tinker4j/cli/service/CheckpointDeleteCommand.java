package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.JsonLayout;
import io.tinker4j.training.CheckpointsClient;
import io.tinker4j.training.CheckpointsClient.Deletion;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.Checkpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tinker checkpoint delete}. */
@Command(
    name = "delete",
    description = {
      "Deletes checkpoints for good; asks before.",
      "They are named one by one, or by their run. One that cannot be deleted does not keep the"
          + " others from it."
    })
final class CheckpointDeleteCommand extends ServiceCommand {
  @Parameters(
      paramLabel = "CHECKPOINT_PATH",
      arity = "0..*",
      description = "Checkpoints, tinker://….")
  private List<String> paths = List.of();

  @Option(
      names = "--run-id",
      paramLabel = "ID",
      description = "Deletes the checkpoints of that run instead.")
  private @Nullable String run;

  @Mixin private DeletionFilter filter = new DeletionFilter();

  @Option(names = "--force", description = "Deletes published ones, too.")
  private boolean force;

  @Option(
      names = {"-y", "--yes"},
      description = "Deletes without asking, for scripts.")
  private boolean isAgreed;

  CheckpointDeleteCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
  }

  @Override
  void check() {
    if (!paths.isEmpty() && run != null) {
      throw new CommandException(
          "Cannot specify both checkpoint paths and --run-id",
          List.of("Use either explicit paths or --run-id with optional filters"));
    }
    if (run == null && filter.isSet()) {
      throw new CommandException(
          "--type, --before, and --after require --run-id",
          List.of(
              "Example: tinker checkpoint delete --run-id <run-id> --type weights --before"
                  + " 2024-06-01"));
    }
    if (paths.isEmpty() && run == null) {
      throw new CommandException(
          "Must specify checkpoint paths or --run-id",
          List.of(
              "Examples:",
              "  tinker checkpoint delete tinker://run-id/weights/0001",
              "  tinker checkpoint delete --run-id <run-id>",
              "  tinker checkpoint delete --run-id <run-id> --type weights --before 2024-06-01"));
    }
    filter.check();
  }

  @Override
  void run(ServiceClient service) throws IOException {
    CheckpointsClient checkpoints = service.createRestClient().checkpoints();
    List<String> chosen = run == null ? paths : ofRun(checkpoints, run);
    if (chosen.isEmpty()) {
      console()
          .say(
              spec(),
              "No checkpoints found for run " + run + (filter.isSet() ? " matching filters" : ""));
      printResult(0, List.of());
      return;
    }
    if (!isAgreed && !agrees(chosen)) {
      console().say(spec(), "Deletion cancelled.");
      return;
    }
    if (console().printsTables()) {
      Console.out(spec()).println("Deleting checkpoints");
    }
    List<String> valid = chosen.stream().filter(Paths::isCheckpoint).toList();
    List<Deletion> deletions = valid.isEmpty() ? List.of() : checkpoints.deleteAll(valid, force);
    List<Map<String, Object>> failed = failures(chosen, deletions);
    printResult(chosen.size() - failed.size(), failed);
  }

  private List<String> ofRun(CheckpointsClient checkpoints, String run) {
    return filter.of(checkpoints.list(run).checkpoints()).stream()
        .map(Checkpoint::tinkerPath)
        .toList();
  }

  private boolean agrees(List<String> chosen) throws IOException {
    console().say(spec(), "Will delete %d checkpoint(s):".formatted(chosen.size()));
    chosen.forEach(each -> console().say(spec(), "  - " + each));
    console().say(spec(), "");
    console().say(spec(), "WARNING: This action is permanent and cannot be undone.");
    return console()
        .agrees(
            spec(), "Are you sure you want to delete %d checkpoint(s)?".formatted(chosen.size()));
  }

  private static List<Map<String, Object>> failures(List<String> chosen, List<Deletion> deletions) {
    Map<String, String> reasons = new LinkedHashMap<>();
    for (Deletion deletion : deletions) {
      deletion
          .failure()
          .ifPresent(each -> reasons.put(deletion.tinkerPath(), String.valueOf(each.getMessage())));
    }
    List<Map<String, Object>> failed = new ArrayList<>();
    for (String path : chosen) {
      String reason = Paths.isCheckpoint(path) ? reasons.get(path) : "Invalid tinker path: " + path;
      if (reason != null) {
        Map<String, Object> failure = new LinkedHashMap<>();
        failure.put("tinker_path", path);
        failure.put("error", reason);
        failed.add(failure);
      }
    }
    return failed;
  }

  private void printResult(int deleted, List<Map<String, Object>> failed) {
    if (console().printsTables()) {
      if (deleted > 0 || !failed.isEmpty()) {
        Console.out(spec()).println("Deleted %d checkpoint(s)".formatted(deleted));
      }
      if (!failed.isEmpty()) {
        Console.err(spec()).println("Failed to delete %d checkpoint(s):".formatted(failed.size()));
        failed.forEach(each ->
            Console.err(spec())
                .println("  - " + each.get("tinker_path") + ": " + each.get("error")));
      }
      return;
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("deleted_count", deleted);
    json.put("failed", failed);
    Console.out(spec()).println(JsonLayout.line(json));
  }
}

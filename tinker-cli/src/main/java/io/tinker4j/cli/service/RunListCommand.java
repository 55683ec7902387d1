package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.Table;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingRunsClient;
import io.tinker4j.types.TrainingRun;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tinker run list}. */
@Command(name = "list", description = "Lists training runs, the newest first.")
final class RunListCommand extends ServiceCommand {
  private static final int PAGE = 100;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "The most runs to show; 0 shows all. Default: 20.")
  private int limit = 20;

  @Option(
      names = {"-c", "--columns"},
      paramLabel = "NAME,...",
      split = ",",
      defaultValue = "id,model,lora,updated,status",
      description =
          "The columns of the table, of id, model, owner, lora, updated, status, checkpoint,"
              + " checkpoint_time. Default: id,model,lora,updated,status.")
  private List<String> columns = List.of();

  RunListCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
  }

  @Override
  void check() {
    Limits.check(spec(), "--limit", limit);
    List<String> unknown =
        columns.stream().map(String::strip).filter(each -> RunColumn.of(each).isEmpty()).toList();
    if (!unknown.isEmpty()) {
      throw new CommandException(
          "Unexpected error occurred: Unknown column(s): %s. Available: %s"
              .formatted(
                  String.join(", ", unknown),
                  Arrays.stream(RunColumn.values())
                      .map(RunColumn::id)
                      .collect(Collectors.joining(", "))));
    }
  }

  @Override
  void run(ServiceClient service) {
    TrainingRunsClient runs = service.createRestClient().runs();
    Listing<TrainingRun> listing =
        Listing.fetch(
            limit,
            PAGE,
            (count, offset) -> {
              var page = runs.list(count, offset);
              return new Listing<>(page.trainingRuns(), page.cursor().totalCount());
            },
            text -> console().draw(spec(), text + " runs"));
    var entries = listing.entries().stream().map(Fields::of).toList();
    console().print(spec(), () -> table(listing), Map.of("runs", entries), entries);
  }

  private Table table(Listing<TrainingRun> listing) {
    Instant now = console().time().now();
    List<RunColumn> shown =
        columns.stream().map(String::strip).map(RunColumn::of).flatMap(Optional::stream).toList();
    return new Table(
        listing.title("training run", ""),
        shown.stream().map(RunColumn::header).toList(),
        listing.entries().stream()
            .map(run -> shown.stream().map(column -> column.cell(run, now)).toList())
            .toList());
  }
}

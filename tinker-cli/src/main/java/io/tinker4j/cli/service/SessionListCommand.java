package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.Table;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.SessionsClient;
import io.tinker4j.types.GetSessionResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tinker session list}. */
@Command(
    name = "list",
    description = {
      "Lists sessions and what was made in them.",
      "The server tells their ids alone; each one is asked for its training runs and samplers."
    })
final class SessionListCommand extends ServiceCommand {
  private static final int PAGE = 100;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "The most sessions to show; 0 shows all. Default: 20.")
  private int limit = 20;

  SessionListCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
  }

  @Override
  void check() {
    Limits.check(spec(), "--limit", limit);
  }

  @Override
  void run(ServiceClient service) {
    SessionsClient sessions = service.createRestClient().sessions();
    Listing<String> listing =
        Listing.fetch(
            limit,
            PAGE,
            (count, offset) -> new Listing<>(sessions.list(count, offset).sessions(), -1),
            text -> console().draw(spec(), text + " sessions"));
    List<Map<String, @Nullable Object>> entries = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    for (String id : listing.entries()) {
      GetSessionResponse session = sessions.get(id);
      Map<String, @Nullable Object> entry = new LinkedHashMap<>();
      entry.put("session_id", id);
      entry.put("training_run_ids", session.trainingRunIds());
      entry.put("sampler_ids", session.samplerIds());
      entries.add(entry);
      rows.add(
          List.of(
              id,
              String.join(", ", session.trainingRunIds()),
              String.valueOf(session.samplerIds().size())));
    }
    console()
        .print(
            spec(),
            () ->
                new Table(
                    listing.title("session", ""),
                    List.of("Session ID", "Training Runs", "Samplers"),
                    rows),
            Map.of("sessions", entries),
            entries);
  }
}

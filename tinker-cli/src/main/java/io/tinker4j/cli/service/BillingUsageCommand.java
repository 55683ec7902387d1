package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.FileProblem;
import io.tinker4j.cli.output.JsonLayout;
import io.tinker4j.cli.output.Table;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.BillingSession;
import io.tinker4j.types.BillingUsageResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tinker billing usage}. */
@Command(
    name = "usage",
    description = {
      "Shows usage by hour.",
      "With --csv or --sessions-csv it writes those instead of the table."
    })
final class BillingUsageCommand extends ServiceCommand {
  private static final String STDOUT = "-";

  @Parameters(
      index = "0",
      paramLabel = "STARTING_ON",
      description = "A full hour, such as 2026-07-13 or 2026-07-13T05:00:00Z; UTC by default.")
  private String start = "";

  @Parameters(
      index = "1",
      paramLabel = "ENDING_BEFORE",
      description = "A full hour, at most 14 days later.")
  private String end = "";

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Writes the usage as CSV, a line an hour; - is stdout.")
  private @Nullable String csv;

  @Option(
      names = "--sessions-csv",
      paramLabel = "FILE",
      description = "Writes the sessions and their metadata as CSV; - is stdout.")
  private @Nullable String sessionsCsv;

  BillingUsageCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
  }

  @Override
  void check() {
    if (!Dates.required(start).isBefore(Dates.required(end))) {
      throw new CommandException("%s is not before %s".formatted(start, end));
    }
  }

  @Override
  void run(ServiceClient service) throws IOException {
    Instant from = Dates.required(start);
    BillingUsageResponse usage =
        service.createRestClient().billing().usage(from, Dates.required(end));
    List<Map<String, @Nullable Object>> data = usage.data().stream().map(Fields::of).toList();
    FlatRows rows = FlatRows.of(data);
    if (csv != null || sessionsCsv != null) {
      write(csv, rows, "usage row(s)");
      write(sessionsCsv, sessionRows(usage), "session row(s)");
      return;
    }
    if (console().printsTables() && data.isEmpty()) {
      Console.out(spec()).println("No billing usage in this window");
      return;
    }
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("data", data);
    json.put("sessions", sessions(usage));
    console()
        .print(
            spec(),
            () -> new Table(data.size() + " hourly usage row(s)", rows.columns(), rows.cells()),
            json,
            data);
  }

  private static Map<String, @Nullable Object> sessions(BillingUsageResponse usage) {
    Map<String, @Nullable Object> sessions = new LinkedHashMap<>();
    usage
        .sessions()
        .forEach((id, session) -> {
          Map<String, @Nullable Object> fields = new LinkedHashMap<>();
          fields.put("user_metadata", metadata(session));
          sessions.put(id, fields);
        });
    return sessions;
  }

  private static @Nullable Object metadata(BillingSession session) {
    return session.userMetadata().isEmpty() ? null : session.userMetadata();
  }

  private static FlatRows sessionRows(BillingUsageResponse usage) {
    List<List<String>> cells = new ArrayList<>();
    usage
        .sessions()
        .forEach((id, session) -> {
          Object metadata = metadata(session);
          cells.add(List.of(id, metadata == null ? "" : JsonLayout.line(metadata)));
        });
    return new FlatRows(List.of("session_id", "user_metadata"), cells);
  }

  private void write(@Nullable String target, FlatRows rows, String noun) throws IOException {
    if (target == null) {
      return;
    }
    if (target.equals(STDOUT)) {
      Console.out(spec()).print(rows.csv());
      Console.out(spec()).flush();
      return;
    }
    Path file = Path.of(target);
    try {
      Files.writeString(file, rows.csv(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CommandException(FileProblem.of(file, e), e);
    }
    Console.err(spec()).println("Wrote %d %s to %s".formatted(rows.cells().size(), noun, file));
  }
}

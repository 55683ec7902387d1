package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.DisplayText;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.download.CheckpointDownload;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.types.CheckpointArchiveUrlResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tinker session export-trace}. */
@Command(
    name = "export-trace",
    description = {
      "Exports what happened in a session as a Perfetto trace.",
      "The server makes it first, which takes minutes."
    })
final class ExportTraceCommand extends ServiceCommand {
  /** How long the server says that an address is good for. */
  private static final Duration GOOD = Duration.ofHours(1);

  @Parameters(paramLabel = "SESSION_ID", description = "The session.")
  private String session = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The file, which is replaced. Default: ./SESSION_ID.pftrace.")
  private @Nullable Path output;

  @Option(
      names = "--url-only",
      description = "Prints the address to download it from instead; it needs no key.")
  private boolean urlOnly;

  ExportTraceCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
  }

  @Override
  void run(ServiceClient service) {
    console()
        .progress(
            spec(), "Exporting trace for session %s (this may take a while)...".formatted(session));
    String url = service.createRestClient().sessions().exportTrace(session);
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("session_id", session);
    if (urlOnly) {
      json.put("url", url);
      printed(url, json);
      return;
    }
    CheckpointDownload.Result result = download(service, url);
    json.put("destination", result.path().toString());
    json.put("file_size_bytes", result.bytes());
    printed(
        "Downloaded trace to %s (%s)"
            .formatted(result.path(), DisplayText.size((double) result.bytes())),
        json);
  }

  private void printed(String text, Map<String, @Nullable Object> json) {
    if (console().printsTables()) {
      Console.out(spec()).println(text);
    } else {
      console().printJson(spec(), json);
    }
  }

  /** A new address is asked for when this one has expired. */
  private CheckpointDownload.Result download(ServiceClient service, String first) {
    Path file = output == null ? Path.of(session + ".pftrace") : output;
    String[] next = {first};
    try (ApiClient api = client().api()) {
      CheckpointDownload download =
          CheckpointDownload.of(
                  api,
                  "the trace of " + session,
                  () -> {
                    String url = next[0];
                    next[0] = "";
                    return CheckpointArchiveUrlResponse.builder()
                        .url(
                            url.isEmpty()
                                ? service.createRestClient().sessions().exportTrace(session)
                                : url)
                        .expires(api.time().now().plus(GOOD))
                        .build();
                  })
              .overwrite(true)
              .progress(Downloads.progress(console(), spec()));
      return Downloads.run(spec(), console(), () -> download.saveTo(file));
    }
  }
}

package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.DisplayText;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.SessionOutcome;
import io.tinker4j.types.wire.FinishSessionRequest;
import io.tinker4j.types.wire.FinishSessionResponse;
import io.tinker4j.types.wire.SessionFinishReason;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tinker session finish}. */
@Command(
    name = "finish",
    description = {
      "Finishes a session that a dead process has left open.",
      "Its models are unloaded, which a server else does when heartbeats have been missing for a"
          + " while. Checkpoints stay. A session that is in use ends, too. The first outcome that"
          + " a server is told counts."
    })
final class SessionFinishCommand extends ServiceCommand {
  /** How a session ended. */
  enum Outcome {
    SUCCESS,
    ERRORED,
    INTERRUPTED
  }

  @Parameters(paramLabel = "SESSION_ID", description = "The session.")
  private String session = "";

  @Option(
      names = "--outcome",
      paramLabel = "success|errored|interrupted",
      defaultValue = "interrupted",
      description = "How it ended. Default: interrupted.")
  private Outcome outcome = Outcome.INTERRUPTED;

  @Option(
      names = "--detail",
      paramLabel = "TEXT",
      description = "What else there is to say, for its owner. Default: nothing.")
  private @Nullable String detail;

  SessionFinishCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
  }

  @Override
  void run(ServiceClient service) {
    SessionOutcome told = SessionOutcome.of(outcome.name().toLowerCase(Locale.ROOT));
    FinishSessionRequest.Builder request =
        FinishSessionRequest.builder()
            .sessionId(session)
            .reason(SessionFinishReason.builder().type(told).build());
    if (detail != null) {
      request.detail(detail);
    }
    FinishSessionResponse answer;
    try (ApiClient api = client().api()) {
      answer = api.call(Operations.FINISH_SESSION, request.build());
    }
    String reason = answer.reason().map(SessionFinishReason::type).orElse(told).value();
    if (console().printsTables()) {
      Console.out(spec()).println("Finished session %s (%s)".formatted(session, reason));
      return;
    }
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("session_id", session);
    json.put("reason", reason);
    json.put("detail", answer.detail().orElse(null));
    json.put("finished_at", answer.finishedAt().map(DisplayText::zulu).orElse(null));
    console().printJson(spec(), json);
  }
}

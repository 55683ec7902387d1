package io.tinker4j.examples;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.observe.RecordedRequest;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What the SDK reports to the service: the session's begin and end, and failures. */
public final class TelemetryBasics {
  private static final Pattern EVENT =
      Pattern.compile("\"event(?:_name)?\":\"(SESSION_\\w+|user_error|UNHANDLED\\w+)\"");

  private TelemetryBasics() {}

  /** Runs on an embedded server, without a network. */
  public static void main(String[] args) {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      System.out.println(run(server, true));
    }
  }

  static List<String> run(EmbeddedTinkerServer server, boolean telemetry) {
    ServiceClient service =
        ServiceClient.builder()
            .baseUrl(server.baseUrl().toString())
            .apiKey("tml-example")
            .transport(server.transport())
            .telemetry(telemetry) // default: TINKER_TELEMETRY, else on
            .build();
    try (service) {
      TrainingClient training = service.createLoraTrainingClient("tinker4j/nano-bytes");
      List<Datum> notBytes = List.of(Datum.supervised(70_000, 70_001));
      training.forwardBackward(notBytes, LossFunction.CROSS_ENTROPY).join();
    } catch (CompletionException e) {
      System.out.println("reported: " + e.getCause());
    } // closing waits until the events are accepted
    return server.requests().stream()
        .filter(request -> request.operation().equals("telemetry"))
        .map(RecordedRequest::text)
        .flatMap(body -> EVENT.matcher(body).results())
        .map((MatchResult event) -> event.group(1))
        .toList();
  }
}

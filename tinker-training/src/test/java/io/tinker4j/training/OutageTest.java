package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.training.internal.ByteBudget;
import io.tinker4j.training.internal.ResultType;
import io.tinker4j.training.telemetry.Telemetry;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.OptimStepResponse;
import io.tinker4j.types.wire.OptimStepRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The server is away for a quarter of an hour while a result is waited for. */
// readiness: M0
class OutageTest {
  private static final Duration OUTAGE = Duration.ofMinutes(15);

  private final RecordingTime time = new RecordingTime();
  private final Instant end = time.now().plus(OUTAGE);
  private final List<String> sent = new ArrayList<>();
  private final Transport server =
      new Transport() {
        @Override
        public synchronized TransportResponse send(TransportRequest request) throws IOException {
          String path = request.uri().getPath();
          if (path.endsWith("optim_step")) {
            sent.add("optim_step");
            return answer("{\"request_id\":\"r1\"}");
          }
          if (time.now().isBefore(end)) {
            sent.add("lost poll");
            throw new ConnectException("away");
          }
          sent.add("poll");
          return answer("{\"metrics\":{\"grad_norm\":1.5}}");
        }

        @Override
        public void close() {}
      };

  private static TransportResponse answer(String json) {
    return TransportResponse.of(
        200,
        Headers.builder().set("content-type", "application/json").build(),
        new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void pendingResult_afterAnOutage_arrivesOnceAndNothingWasSentTwice() throws Exception {
    OptimStepResponse result;
    try (ApiClient api =
        ApiClient.builder()
            .apiKey("tml-test")
            .baseUrl("http://tinker.test")
            .transport(server)
            .time(time)
            .build()) {
      OptimStepRequest step =
          OptimStepRequest.builder()
              .modelId("m")
              .seqId(1)
              .adamParams(AdamParams.builder().build())
              .build();
      String promise = api.call(Operations.OPTIM_STEP, step).requestId();
      result =
          new PromiseAwaiter(api, time, () -> 0, new ByteBudget(100), new Telemetry(time))
              .await(
                  promise,
                  ResultType.OPTIM_STEP,
                  Duration.ZERO,
                  new PendingCall<>(
                      "OptimStep",
                      Runners.on(time),
                      new ProgressTracker(time, change -> {}, ProgressTracker.Kind.TRAINING, "m"),
                      ResultTimeouts.builder().build()));
    }

    assertThat(result.metrics().orElseThrow().get("grad_norm")).hasValue(1.5);
    assertThat(sent).startsWith("optim_step").endsWith("poll");
    assertThat(sent).containsOnlyOnce("optim_step").containsOnlyOnce("poll");
    assertThat(sent.stream().filter("lost poll"::equals).count()).isBetween(5L, 100L);
    assertThat(Duration.between(end, time.now())).isBetween(Duration.ZERO, Duration.ofSeconds(31));
  }
}

package io.tinker4j.transport.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.CircuitOpenException;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.wire.UntypedFuture;
import io.tinker4j.types.wire.WeightsInfoRequest;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which failures prove that the server took nothing in. */
class MayHaveActedTest {
  private static final Operation<WeightsInfoRequest, UntypedFuture> POST =
      Operation.post(
          "some_call",
          "/api/v1/some_call",
          CallKind.TRAIN,
          JsonCodec.of(WeightsInfoRequest.class, UntypedFuture.class));
  private static final WeightsInfoRequest INPUT =
      WeightsInfoRequest.builder().tinkerPath("tinker://r/weights/x").build();

  private final FakeTransport server = new FakeTransport();

  private TinkerException failure() {
    try (ApiClient client =
        ApiClient.builder()
            .apiKey("tml-test")
            .baseUrl("http://tinker.test")
            .transport(server)
            .time(new RecordingTime())
            .random(RandomGenerator.getDefault())
            .build()) {
      return catchThrowableOfType(TinkerException.class, () -> client.call(POST, INPUT));
    }
  }

  /** Attempts are statuses, {@code lost} and {@code refused} connections; the last one stays. */
  @ParameterizedTest
  @CsvSource({
    "400, false",
    "401, false",
    "403, false",
    "404, false",
    "405, false",
    "409, false",
    "413, false",
    "422, false",
    "429, false",
    "408, true",
    "499, true",
    "500, true",
    "503, true",
    "302, true",
    "200, true",
    "429 409 429 422, false",
    "refused, false",
    "refused 400, false",
    "lost, true",
    "lost 400, true",
    "503 409, true",
    "refused lost 422, true",
    "400empty 400, false",
  })
  void failure_afterTheseAttempts_tellsWhetherTheServerMayHaveActed(
      String attempts, boolean mayHaveActed) {
    for (String attempt : attempts.split(" ", -1)) {
      switch (attempt) {
        case "lost" ->
            server.then(request -> {
              throw new IOException("connection reset");
            });
        case "refused" ->
            server.then(request -> {
              throw new ConnectException("connection refused");
            });
        case "400empty" -> server.answer(400, "");
        default -> server.answer(Integer.parseInt(attempt), "{\"detail\":\"no\"}");
      }
    }

    assertThat(failure().mayHaveActed()).isEqualTo(mayHaveActed);
  }

  @Test
  void failure_whileTheCircuitIsOpen_provesThatNothingWasSent() {
    server.answer(503, "{}");
    try (ApiClient client =
        ApiClient.builder()
            .apiKey("tml-test")
            .baseUrl("http://tinker.test")
            .transport(server)
            .time(new RecordingTime())
            .circuitBreaker(1, Duration.ofHours(1))
            .build()) {
      TinkerException failure =
          catchThrowableOfType(TinkerException.class, () -> client.call(POST, INPUT));
      for (int i = 0; i < 10 && !(failure instanceof CircuitOpenException); i++) {
        assertThat(failure.mayHaveActed()).isTrue();
        failure = catchThrowableOfType(TinkerException.class, () -> client.call(POST, INPUT));
      }

      assertThat(failure).isInstanceOf(CircuitOpenException.class);
      assertThat(failure.mayHaveActed()).isFalse();
    }
  }
}

package io.tinker4j.transport.client;

import static io.tinker4j.transport.client.TestClient.INPUT;
import static io.tinker4j.transport.client.TestClient.OK;
import static io.tinker4j.transport.client.TestClient.ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.wire.CreateModelRequest;
import io.tinker4j.types.wire.CreateSessionRequest;
import io.tinker4j.types.wire.FutureRetrieveRequest;
import io.tinker4j.types.wire.SampleRequest;
import io.tinker4j.types.wire.SaveWeightsForSamplerRequest;
import io.tinker4j.types.wire.SaveWeightsRequest;
import io.tinker4j.types.wire.SessionHeartbeatRequest;
import io.tinker4j.types.wire.UntypedFuture;
import io.tinker4j.types.wire.WeightsInfoRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What calls do while the account is blocked for billing. */
// readiness: D2
class BillingPauseTest {
  private static final Operation<WeightsInfoRequest, UntypedFuture> TRAIN =
      TestClient.post(CallKind.TRAIN);

  private final RecordingTime time = new RecordingTime();
  private final FakeTransport server = new FakeTransport();
  private final ApiClient client = TestClient.of(server, time).build();

  private UntypedFuture call(Operation<WeightsInfoRequest, UntypedFuture> operation) {
    return client.call(operation, INPUT, ONCE);
  }

  @ParameterizedTest
  @MethodSource("sentThroughABlock")
  void call_402_isWaitedOutWhetherRetriedOrNot(Consumer<ApiClient> call) {
    server.answer(402, "{\"detail\":\"unpaid\"}").answer(402, "{}").answer(200, OK);

    call.accept(client);

    assertThat(time.sleeps).containsExactly(Duration.ofSeconds(5), Duration.ofSeconds(5));
    assertThat(server.requests)
        .extracting(request -> request.headers().first("X-Idempotency-Key"))
        .hasSize(3)
        .containsOnly(server.requests.getFirst().headers().first("X-Idempotency-Key"));
  }

  static List<Named<Consumer<ApiClient>>> sentThroughABlock() {
    SampleRequest sample =
        SampleRequest.builder()
            .prompt(ModelInput.ofInts(1))
            .samplingParams(SamplingParams.builder().build())
            .build();
    return List.of(
        Named.of("asample", client -> client.call(Operations.SAMPLE, sample)),
        Named.of(
            "save_weights",
            client ->
                client.call(
                    Operations.SAVE_WEIGHTS, SaveWeightsRequest.builder().modelId("m").build())),
        Named.of(
            "save_weights_for_sampler",
            client ->
                client.call(
                    Operations.SAVE_WEIGHTS_FOR_SAMPLER,
                    SaveWeightsForSamplerRequest.builder().modelId("m").build())));
  }

  @ParameterizedTest
  @MethodSource("endedByABlock")
  void call_402_endsWhatOpensOrIsRepeatedAnyway(Consumer<ApiClient> call) {
    server.answer(402, "{\"detail\":\"unpaid\"}");

    assertThatThrownBy(() -> call.accept(client)).hasMessageContaining("402 unpaid");

    assertThat(time.sleeps).isEmpty();
    assertThat(server.requests).hasSize(1);
  }

  static List<Named<Consumer<ApiClient>>> endedByABlock() {
    return List.of(
        Named.of(
            "create_session",
            client ->
                client.call(
                    Operations.CREATE_SESSION,
                    CreateSessionRequest.builder().userMetadata(Map.of()).sdkVersion("v").build())),
        Named.of(
            "session_heartbeat",
            client ->
                client.call(
                    Operations.SESSION_HEARTBEAT,
                    SessionHeartbeatRequest.builder().sessionId("s").build())),
        Named.of(
            "create_model",
            client ->
                client.call(
                    Operations.CREATE_MODEL,
                    CreateModelRequest.builder()
                        .sessionId("s")
                        .modelSeqId(0)
                        .baseModel("b")
                        .build())),
        Named.of(
            "retrieve_future",
            client ->
                client.call(
                    Operations.RETRIEVE_OPTIM_STEP,
                    FutureRetrieveRequest.builder().requestId("f").build())));
  }

  @Test
  void mayWaitForBilling_saysYesWithinTheWindowOfAllCalls() {
    server.answer(402, "{\"detail\":\"unpaid\"}");
    ApiStatusException refusal = catchThrowableOfType(ApiStatusException.class, () -> call(TRAIN));
    client.configure(
        ClientConfigResponse.builder().billingExceptionMaxPauseDurationSec(60).build());

    assertThat(client.mayWaitForBilling(refusal)).isTrue();
    time.sleep(Duration.ofSeconds(61));
    assertThat(client.mayWaitForBilling(refusal)).isFalse();
    server.answer(409, "{}");
    ApiStatusException other = catchThrowableOfType(ApiStatusException.class, () -> call(TRAIN));
    assertThat(client.mayWaitForBilling(other)).isFalse();
  }

  @Test
  void call_402_waitsFiveSecondsWithoutCountingAsRetryOrTime() {
    for (int i = 0; i < 300; i++) {
      server.answer(402, "{\"detail\":\"unpaid\"}");
    }
    server.answer(200, OK);

    client.call(TRAIN, INPUT);

    assertThat(time.sleeps).hasSize(300).containsOnly(Duration.ofSeconds(5));
    assertThat(server.requests)
        .extracting(request -> request.headers().first("x-stainless-retry-count"))
        .containsOnly(Optional.of("0"));
  }

  @Test
  void call_402ForLongerThanTheWindow_fails() {
    server.answer(402, "{\"detail\":\"unpaid\"}");

    assertThatThrownBy(() -> client.call(TRAIN, INPUT))
        .isInstanceOfSatisfying(
            ApiStatusException.class, e -> assertThat(e.status()).isEqualTo(402))
        .hasMessageContaining("blocked for billing");
    assertThat(Duration.ofNanos(time.nanoTime()))
        .isBetween(Duration.ofMinutes(60), Duration.ofMinutes(61));

    assertThatThrownBy(() -> client.call(TRAIN, INPUT)).isInstanceOf(ApiStatusException.class);
    assertThat(Duration.ofNanos(time.nanoTime())).isLessThan(Duration.ofMinutes(61));
  }

  @Test
  void mayWait_newIncidentAfterFiveQuietMinutes_waitsAgain() {
    BillingPause pause = new BillingPause(time);
    pause.limit(Duration.ofMinutes(2));
    assertThat(pause.mayWait("x")).isTrue();
    time.sleep(Duration.ofMinutes(3));
    assertThat(pause.mayWait("x")).isFalse();
    time.sleep(Duration.ofMinutes(3));

    assertThat(pause.mayWait("x")).isTrue();
  }

  @Test
  void mayWait_answersThatKeepComing_areOneIncident() {
    BillingPause pause = new BillingPause(time);
    pause.limit(Duration.ofMinutes(10));
    for (int i = 0; i <= 10; i++) {
      assertThat(pause.mayWait("x")).isTrue();
      time.sleep(Duration.ofMinutes(1));
    }

    assertThat(pause.mayWait("x")).isFalse();
  }

  @Test
  void call_thatAskedForNoRetries_doesNotWait() {
    server.answer(402, "{\"detail\":\"unpaid\"}");

    assertThatThrownBy(() -> call(TRAIN)).isInstanceOf(ApiStatusException.class);

    assertThat(time.sleeps).isEmpty();
  }
}

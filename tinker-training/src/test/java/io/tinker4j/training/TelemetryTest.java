package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.example.ScoringException;
import io.tinker4j.training.RequestFailedException.Category;
import io.tinker4j.training.telemetry.Telemetry;
import io.tinker4j.training.telemetry.TelemetryListener;
import io.tinker4j.training.telemetry.TelemetryQueue;
import io.tinker4j.training.telemetry.TelemetrySender;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.wire.TelemetrySeverity;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is reported to the service, and what becomes of it when the service does not listen. */
// readiness: A5, I7
@Timeout(60)
class TelemetryTest {
  private static final String KEY = "tml-very-secret-key";

  private final FakeService server = new FakeService();

  private ServiceClient.Builder client() {
    return server.client().apiKey(KEY);
  }

  private List<Map<String, @Nullable Object>> events() {
    List<Map<String, @Nullable Object>> events = new ArrayList<>();
    for (FakeService.Call call : server.callsTo("telemetry")) {
      events.addAll(Golden.list(call.json().get("events")));
    }
    return events;
  }

  private Map<String, @Nullable Object> event(String name) {
    return events().stream()
        .filter(each -> name.equals(each.getOrDefault("event_name", each.get("event"))))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " in " + events()));
  }

  private static Map<String, @Nullable Object> data(Map<String, @Nullable Object> event) {
    return Golden.map(event.get("event_data"));
  }

  @Test
  void session_openedAndClosed_reportsItsStartAndOneEnd() {
    ServiceClient service = client().build();
    service.createSamplingClient("base");
    service.close();
    service.close();

    assertThat(events())
        .extracting(each -> each.get("event"))
        .containsExactly("SESSION_START", "SESSION_END");
    assertThat(events()).extracting(each -> each.get("event_session_index")).containsExactly(0, 1);
    assertThat(events()).extracting(each -> each.get("event_id")).doesNotHaveDuplicates();
    assertThat(Golden.text(event("SESSION_END"), "duration")).matches("0:00:\\d\\d(\\.\\d{6})?");
    Map<String, @Nullable Object> request = server.callsTo("telemetry").get(0).json();
    assertThat(request).containsEntry("session_id", "s");
    assertThat(request.get("platform")).isEqualTo(TelemetrySender.platform("Linux"));
    assertThat(Golden.text(request, "process_uuid")).hasSize(36);
  }

  @Test
  void session_lost_reportsItsEndOnce() throws Exception {
    Telemetry telemetry = new Telemetry(new RecordingTime());
    try (ServiceClient service = client().telemetry(false).build()) {
      assertThat(service.health().component("telemetry").orElseThrow().detail()).isEqualTo("off");
    }
    try (var api = FakeService.api(server)) {
      telemetry.start(api, api.threads(), () -> 0);
      SessionListener listener = ServiceClient.reported(telemetry, change -> {});
      listener.sessionChanged(new SessionListener.Change("s", SessionListener.State.ALIVE, ""));
      listener.sessionChanged(new SessionListener.Change("s", SessionListener.State.SUSPECT, "x"));
      listener.sessionChanged(new SessionListener.Change("s", SessionListener.State.ALIVE, ""));
      listener.sessionChanged(new SessionListener.Change("s", SessionListener.State.LOST, "x"));
      telemetry.sessionEnded();
      telemetry.close(Duration.ofSeconds(30));
    }

    assertThat(events())
        .extracting(each -> each.get("event"))
        .containsExactly("SESSION_START", "SESSION_END");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PT0S | 0:00:00",
        "PT9.5S | 0:00:09.500000",
        "P1DT2H3M4.000005S | 1 day, 2:03:04.000005",
        "P12DT1S | 12 days, 0:00:01"
      })
  void inWords_duration_isWrittenAsTheProtocolDoes(Duration duration, String text) {
    assertThat(Telemetry.inWords(duration)).isEqualTo(text);
  }

  @Test
  @Tag("readiness:E1")
  void operation_refused_isReportedAsAUserError() {
    server.on(
        "optim_step", call -> FakeService.json(422, Map.of("detail", "no optimizer for " + KEY)));
    try (ServiceClient service = client().build()) {
      TrainingClient training = service.createLoraTrainingClient("base");
      assertThatThrownBy(() -> training.optimStep(AdamParams.builder().build()).join())
          .hasMessageContaining("no optimizer");
    }

    Map<String, @Nullable Object> event = event("user_error");
    assertThat(event).containsEntry("severity", "WARNING");
    assertThat(data(event))
        .containsEntry("error_type", "ApiStatusException")
        .containsEntry("status_code", 422)
        .hasEntrySatisfying("message", text -> assertThat(text.toString()).contains("422"))
        .containsEntry("body", Map.of("detail", "no optimizer for ***"));
    assertThat(data(event("InternalClientHolder.execute_with_retries.exception")))
        .containsEntry("func", "optim_step")
        .containsEntry("is_retryable", false)
        .containsEntry("is_user_error", true);
  }

  @Test
  @Tag("readiness:E1")
  void operation_failedByTheServer_isReportedWithItsTrace() {
    server.on(
        "retrieve_future",
        call ->
            call.headers().first("X-Tinker-Request-Type").orElse("").equals("CreateModel")
                ? FakeService.json(200, Map.of("model_id", "m"))
                : FakeService.json(200, Map.of("error", "out of memory", "category", "server")));
    try (ServiceClient service = client().build()) {
      TrainingClient training = service.createLoraTrainingClient("base");
      assertThatThrownBy(() -> training.optimStep(AdamParams.builder().build()).join())
          .hasMessageContaining("out of memory");
    }

    assertThat(event("UNHANDLED_EXCEPTION"))
        .containsEntry("severity", "ERROR")
        .containsEntry("error_type", "RequestFailedException")
        .hasEntrySatisfying(
            "traceback",
            trace ->
                assertThat(trace.toString()).contains("out of memory", "at ", "PromiseAwaiter"));
    assertThat(data(event("APIFuture.result_async.application_error")))
        .containsEntry("error_category", "Server")
        .containsEntry("request_type", "OptimStep")
        .containsEntry("is_user_error", false)
        .containsKeys("request_id", "iteration", "error", "elapsed_time");
  }

  @Test
  @Tag("readiness:E1")
  void result_thatCannotBeRead_isReportedWithItsTrace() {
    server.on(
        "retrieve_future",
        call ->
            call.headers().first("X-Tinker-Request-Type").orElse("").equals("CreateModel")
                ? FakeService.json(200, Map.of("model_id", "m"))
                : FakeService.json(200, Map.of("metrics", "none")));
    try (ServiceClient service = client().build()) {
      TrainingClient training = service.createLoraTrainingClient("base");
      assertThatThrownBy(() -> training.optimStep(AdamParams.builder().build()).join())
          .hasCauseInstanceOf(DecodeException.class);
    }

    assertThat(event("APIFuture.result_async.validation_error")).containsEntry("severity", "ERROR");
    assertThat(data(event("APIFuture.result_async.validation_error")))
        .containsEntry("exception_type", "DecodeException")
        .containsEntry("request_type", "OptimStep")
        .containsKeys("exception", "exception_stack", "iteration", "elapsed_time");
  }

  @Test
  @Tag("readiness:E1")
  void questionForAResult_refusedAndLost_isReportedWithoutRequestHeaders() {
    CountDownLatch asked = new CountDownLatch(3);
    server.on(
        "retrieve_future",
        call -> {
          if (call.headers().first("X-Tinker-Request-Type").orElse("").equals("CreateModel")) {
            return FakeService.json(200, Map.of("model_id", "m"));
          }
          asked.countDown();
          if (asked.getCount() == 2) {
            return FakeService.json(503, Map.of("detail", "busy"));
          }
          if (asked.getCount() == 1) {
            throw new IOException("cut");
          }
          return FakeService.json(404, Map.of("detail", "key " + KEY));
        });
    try (ServiceClient service = client().time(new RecordingTime()).build()) {
      TrainingClient training = service.createLoraTrainingClient("base");
      assertThatThrownBy(() -> training.optimStep(AdamParams.builder().build()).join())
          .hasMessageContaining("404");
    }

    List<Map<String, @Nullable Object>> refused =
        events().stream()
            .filter(
                each -> "APIFuture.result_async.api_status_error".equals(each.get("event_name")))
            .toList();
    assertThat(refused)
        .extracting(each -> each.get("severity"))
        .containsExactly("WARNING", "ERROR");
    assertThat(data(refused.get(0)))
        .containsEntry("status_code", 503)
        .containsEntry("should_retry", true)
        .doesNotContainKey("response_body");
    assertThat(data(refused.get(1)))
        .containsEntry("kind", "fatal")
        .containsKeys("response_headers", "response_body")
        .doesNotContainKey("request_headers");
    assertThat(data(event("APIFuture.result_async.connection_error")))
        .containsEntry("exception_type", "ConnectionException")
        .containsEntry("status_code", null);
  }

  @Test
  @Tag("readiness:E1")
  void sample_refusedForOverload_isReportedAsRetried() {
    CountDownLatch refusals = new CountDownLatch(1);
    server.on(
        "asample",
        call -> {
          boolean isFirst = refusals.getCount() > 0;
          refusals.countDown();
          return isFirst
              ? FakeService.json(429, Map.of("detail", "slowly"))
              : FakeService.json(200, Map.of("request_id", "r"));
        });
    try (ServiceClient service = client().time(new RecordingTime()).build()) {
      service
          .createSamplingClient("base")
          .sample(ModelInput.ofInts(1), 1, SamplingParams.builder().maxTokens(1).build())
          .join();
    }

    assertThat(data(event("RetryHandler.execute.exception")))
        .containsEntry("func", "asample")
        .containsEntry("status_code", 429)
        .containsEntry("should_retry", true);
  }

  @Test
  void restCall_failedWithoutASession_isReportedAsSessionless() {
    server.on("training_runs/none", call -> FakeService.json(404, Map.of("detail", "none")));
    try (ServiceClient service = client().build()) {
      assertThatThrownBy(() -> service.createRestClient().runs().get("none"))
          .hasMessageContaining("404");
    }

    assertThat(server.callsTo("telemetry")).hasSize(1);
    assertThat(Golden.text(server.callsTo("telemetry").get(0).json(), "session_id"))
        .matches("sessionless-[0-9a-f-]{36}");
    assertThat(events()).extracting(each -> each.get("event_name")).containsExactly("user_error");
  }

  @Test
  void restCall_thatSucceeds_reportsNothing() {
    try (ServiceClient service = client().build()) {
      service.createRestClient();
    }

    assertThat(server.callsTo("telemetry")).isEmpty();
  }

  @Test
  void cancelledOperation_isNoFailure() {
    CountDownLatch never = new CountDownLatch(1);
    server.on(
        "optim_step",
        call -> {
          never.await();
          return FakeService.json(200, Map.of("request_id", "r"));
        });
    try (ServiceClient service = client().build()) {
      var pending =
          service.createLoraTrainingClient("base").optimStep(AdamParams.builder().build());
      pending.cancel(true);
      never.countDown();
    }

    assertThat(events())
        .extracting(each -> each.get("event"))
        .containsExactly("SESSION_START", "SESSION_END");
  }

  @Test
  @Tag("readiness:D5")
  void events_neverCarryCredentials() throws Exception {
    String jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";
    String secrets =
        "key %s and Bearer abc.def, X-API-Key: hidden1, {\"access_token\": \"hidden2\"}, %s,"
                .formatted(KEY, jwt)
            + " https://files.test/a?X-Signature=hidden3 http://user:hidden4@proxy.test"
            + " CF-Access-Client-Secret=hidden5";
    server.on("training_runs/none", call -> FakeService.json(404, Map.of("detail", "key " + KEY)));
    try (ServiceClient service = client().build()) {
      assertThatThrownBy(() -> service.createRestClient().runs().get("none"))
          .hasMessageContaining("404");
    }
    // Not through a server: the transport's own log masks no secrets but the client's key.
    try (var api = FakeService.api(server)) {
      Telemetry telemetry = new Telemetry(new RecordingTime());
      telemetry.start(api, api.threads(), () -> 0);
      telemetry.failed(new RequestFailedException("optim_step", "r", secrets, Category.SERVER));
      telemetry.close(Duration.ofSeconds(30));
    }

    assertThat(events()).extracting(each -> each.get("event")).contains("UNHANDLED_EXCEPTION");
    assertThat(server.callsTo("telemetry"))
        .extracting(call -> call.body().toStringUtf8())
        .anySatisfy(body -> assertThat(body).contains("***"))
        .allSatisfy(
            body -> assertThat(body).doesNotContain("very-secret", "abc.def", "hidden", jwt));
  }

  /** A user's exception, whose text may say anything. */
  private static <T extends Throwable> T confidential(T failure) {
    failure.setStackTrace(
        new StackTraceElement[] {
          new StackTraceElement("com.example.patients.Scorer", "score", "Scorer.java", 7),
          new StackTraceElement(
              "io.tinker4j.training.CustomLossCall", "run", "CustomLossCall.java", 8)
        });
    return failure;
  }

  private static final String CONFIDENTIAL = "could not score: patient Jane";

  static Stream<Throwable> failuresOfUsers() {
    IllegalStateException theirs = confidential(new IllegalStateException(CONFIDENTIAL));
    return Stream.of(
        theirs,
        new CompletionException(CONFIDENTIAL, theirs),
        TrainingHaltedException.once("m", theirs),
        confidential(new CredentialSource.UnavailableException(CONFIDENTIAL)),
        confidential(new ScoringException(CONFIDENTIAL)));
  }

  @ParameterizedTest
  @MethodSource("failuresOfUsers")
  @Tag("readiness:D5")
  void failed_exceptionOfAUser_reportsItsTypeWithoutItsText(Throwable failure) throws Exception {
    try (var api = FakeService.api(server)) {
      Telemetry telemetry = new Telemetry(new RecordingTime());
      telemetry.start(api, api.threads(), () -> 0);
      telemetry.failed(failure);
      new TelemetryListener(telemetry, new TinkerListener() {})
          .callFailed(
              new TinkerListener.TracedCall(1, "optim_step", CallKind.TRAIN),
              Duration.ZERO,
              failure);
      telemetry.close(Duration.ofSeconds(30));
    }

    assertThat(server.callsTo("telemetry"))
        .isNotEmpty()
        .extracting(call -> call.body().toStringUtf8())
        .allSatisfy(body -> assertThat(body).doesNotContain("patient", "Jane"));
    String type =
        (failure instanceof CompletionException ? IllegalStateException.class : failure.getClass())
            .getName();
    assertThat(event("UNHANDLED_EXCEPTION"))
        .containsEntry("error_message", "")
        .hasEntrySatisfying(
            "traceback", trace -> assertThat(trace.toString()).contains(type, "\tat io.tinker4j."));
  }

  @Test
  @Tag("readiness:D5")
  void call_userTransportFails_reportsNoneOfItsText() {
    server.on(
        "optim_step",
        call -> {
          throw new IOException(CONFIDENTIAL);
        });
    try (ServiceClient service = client().time(new RecordingTime()).maxRetries(1).build()) {
      TrainingClient training = service.createLoraTrainingClient("base");
      assertThatThrownBy(() -> training.optimStep(AdamParams.builder().build()).join())
          .hasMessageContaining("Jane");
    }

    assertThat(data(event("InternalClientHolder.execute_with_retries.exception")))
        .containsEntry("exception_type", "ConnectionException")
        .containsEntry("exception", "");
    assertThat(server.callsTo("telemetry"))
        .extracting(call -> call.body().toStringUtf8())
        .allSatisfy(body -> assertThat(body).doesNotContain("Jane"));
  }

  @Test
  void userListener_hearsWhatItHeardWithoutReports() {
    List<String> heard = new ArrayList<>();
    server.on("training_runs/none", call -> FakeService.json(404, Map.of("detail", "none")));
    ServiceClient.Builder builder =
        client()
            .listener(
                new io.tinker4j.transport.TinkerListener() {
                  @Override
                  public synchronized void callFailed(
                      TracedCall call, Duration took, Throwable failure) {
                    heard.add(call.operation());
                    throw new IllegalStateException("a bad listener");
                  }
                });
    try (ServiceClient service = builder.build()) {
      assertThatThrownBy(() -> service.createRestClient().runs().get("none"))
          .hasMessageContaining("404");
    }

    assertThat(heard).contains("get_training_run");
    assertThat(events()).hasSize(1);
  }

  @Test
  void switchedOff_sendsNothing() {
    try (ServiceClient service = client().telemetry(false).build()) {
      service.createSamplingClient("base");
    }

    assertThat(server.callsTo("telemetry")).isEmpty();
  }

  @Test
  void close_serverWithoutTelemetry_doesNotWaitForIt() {
    server.on("telemetry", call -> FakeService.json(404, Map.of("detail", "what is that")));
    ServiceClient service = client().build();
    service.createSamplingClient("base");

    long start = System.nanoTime();
    service.close(Duration.ofMinutes(5));

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  @Tag("readiness:K4")
  void close_telemetryAnswersOnlyTheThirdTime_reportsTheEnd() {
    CountDownLatch refusals = new CountDownLatch(3);
    server.on(
        "telemetry",
        call -> {
          refusals.countDown();
          return refusals.getCount() > 0
              ? FakeService.json(503, Map.of("detail", "later"))
              : FakeService.json(200, Map.of("status", "accepted"));
        });
    ServiceClient service = client().build();
    service.createSamplingClient("base");

    service.close(Duration.ofSeconds(20));

    assertThat(server.callsTo("telemetry")).hasSizeGreaterThanOrEqualTo(3);
    assertThat(server.callsTo("telemetry").getLast().body().toStringUtf8()).contains("SESSION_END");
  }

  @Test
  void event_thatTheServerCannotRead_keepsNoOtherBack() throws Exception {
    server.on("telemetry", TelemetryTest::refuseBad);
    try (var api = FakeService.api(server)) {
      Telemetry telemetry = new Telemetry(new RecordingTime());
      telemetry.start(api, api.threads(), () -> 0);
      for (int i = 0; i < 10; i++) {
        telemetry.generic(i == 3 ? "bad" : "good" + i, TelemetrySeverity.INFO, Map.of());
      }
      telemetry.close(Duration.ofSeconds(30));

      assertThat(telemetry.counts().sent()).isEqualTo(9);
      assertThat(telemetry.counts().dropped()).isEqualTo(1);
    }
  }

  private static TransportResponse refuseBad(FakeService.Call call) {
    return call.body().toStringUtf8().contains("\"bad\"")
        ? FakeService.json(422, Map.of("detail", "bad event"))
        : FakeService.json(200, Map.of("status", "accepted"));
  }

  @Test
  @Tag("readiness:Q4")
  void report_serverThatHangs_takesTheCallerNoTime() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    server.on(
        "telemetry",
        call -> {
          gate.await();
          return FakeService.json(200, Map.of("status", "accepted"));
        });
    try (var api = FakeService.api(server)) {
      Telemetry telemetry = new Telemetry(new RecordingTime());
      telemetry.start(api, api.threads(), () -> 0);
      Map<String, @Nullable Object> data = Map.of("func", "optim_step", "status_code", 503);

      // The best of five rounds: what other programs do to the machine is not this one's fault.
      double best =
          IntStream.range(0, 5).mapToDouble(round -> p99(telemetry, data)).min().orElse(0);

      assertThat(best).as("99th percentile in microseconds").isLessThan(50);
      assertThat(telemetry.counts().waiting()).isEqualTo(TelemetryQueue.CAPACITY);
      assertThat(telemetry.counts().dropped()).isEqualTo(50_000 - TelemetryQueue.CAPACITY);
      gate.countDown();
      telemetry.close(Duration.ofSeconds(30));
    }
  }

  private static double p99(Telemetry telemetry, Map<String, @Nullable Object> data) {
    long[] nanos = new long[10_000];
    for (int i = 0; i < nanos.length; i++) {
      long start = System.nanoTime();
      telemetry.generic("event", TelemetrySeverity.INFO, data);
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    return nanos[nanos.length * 99 / 100] / 1e3;
  }
}

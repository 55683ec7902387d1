package io.tinker4j.examples;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.tinker4j.health.HealthEndpoint;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.observe.ServerAssertions;
import io.tinker4j.training.QueueStateListener;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.SessionListener;
import io.tinker4j.training.cost.Cost;
import io.tinker4j.types.QueueState;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.LogRecord;
import java.util.logging.StreamHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OperationsExamplesTest {
  private final ExampleServer example = ExampleServer.start();

  @AfterEach
  void stop() {
    example.close();
  }

  @Test
  void metricsSnapshot_countsAndMeasures() {
    MetricsSnapshot metrics = MetricsSnapshot.run(example.connecting(), 5);

    assertThat(metrics.count("asample", "success")).isEqualTo(5);
    assertThat(metrics.count("asample", "failure")).isZero();
    assertThat(metrics.percentile(0.5)).isPositive().isLessThanOrEqualTo(metrics.percentile(0.99));
  }

  @Test
  void trainWithinBudget_stopsBeforeItIsExceeded() {
    Cost cost = TrainWithinBudget.run(example.connecting(), new BigDecimal("0.001"));

    // 40 tokens a step, of 500 that the budget pays for.
    assertThat(cost.amount("USD")).isEqualByComparingTo("0.00096");
    assertThat(cost.isComplete()).isFalse();
    assertThat(cost).asString().startsWith("at least 0.0010 USD (no price of prefill of ");
  }

  @Test
  void telemetryBasics_reportsBeginFailureAndEnd() {
    assertThat(TelemetryBasics.run(example.server, true))
        .startsWith("SESSION_START")
        .contains("user_error")
        .endsWith("SESSION_END");
  }

  @Test
  void telemetryBasics_switchedOff_reportsNothing() {
    assertThat(TelemetryBasics.run(example.server, false)).isEmpty();
  }

  @Test
  void retryAndCapture_retriesTwiceAndCapturesTheRefusal() {
    RetryAndCapture.Outcome outcome = RetryAndCapture.run(example.server);

    assertThat(outcome.retried()).containsExactly("list_training_runs 0", "list_training_runs 1");
    assertThat(outcome.captured().status()).isEqualTo(404);
    assertThat(outcome.captured().isRetryable()).isFalse();
  }

  @Test
  void queueStateObserver_hearsThePauseAndItsEnd() {
    List<QueueStateListener.Change> changes = QueueStateObserver.run(example.server);

    assertThat(changes)
        .extracting(QueueStateListener.Change::state)
        .containsExactly(QueueState.PAUSED_CAPACITY, QueueState.ACTIVE);
    assertThat(changes.get(0).reason()).contains("no room for another model");
  }

  @Test
  void throttling_losesNoSample() {
    QueueReasonsAndThrottling.Outcome outcome = QueueReasonsAndThrottling.run(example.server);

    assertThat(outcome.finished()).isEqualTo(20);
    assertThat(outcome.overloads()).isEqualTo(2);
  }

  @Test
  void timeoutsAndCancellation_takeNothingBack() {
    TimeoutsAndCancellation.Outcome outcome = TimeoutsAndCancellation.run(example.server);

    assertThat(outcome.late()).hasMessageContaining("0.3");
    assertThat(outcome.cancelled()).isTrue();
    ServerAssertions.assertThatLedger(example.server.ledger(outcome.modelId()))
        .hasCount("optim_step", 3);
  }

  @Test
  void gracefulShutdown_drainsAndFinishesTheSession() {
    GracefulShutdown.Outcome outcome = GracefulShutdown.run(example.connecting());

    assertThat(outcome.session())
        .startsWith(SessionListener.State.ALIVE)
        .endsWith(SessionListener.State.FINISHED);
    assertThat(outcome.lastStep()).isCompleted();
    assertThat(example.server.openSessions()).isEmpty();
    assertThat(example.server.requests())
        .filteredOn(each -> each.operation().endsWith("/finish"))
        .singleElement()
        .satisfies(finish -> assertThat(finish.text()).contains("interrupted", "enough for today"));
  }

  @Test
  void healthProbe_answersTheThreeProbes() throws Exception {
    try (ServiceClient service = example.connect();
        HealthEndpoint endpoint = HealthProbe.run(service);
        HttpClient http = HttpClient.newHttpClient()) {
      String base = "http://127.0.0.1:" + endpoint.address().getPort();

      assertThat(get(http, base + "/healthz").statusCode()).isEqualTo(200);
      assertThat(get(http, base + "/readyz").statusCode()).isEqualTo(200);
      assertThat(get(http, base + "/metrics").body()).contains("tinker_status 0");
    }
  }

  private static HttpResponse<String> get(HttpClient http, String url) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void openCircuit_sparesTheServerUntilAProbeSucceeds() throws Exception {
    OpenCircuit.Outcome outcome = OpenCircuit.run();

    assertThat(outcome.reached()).isEqualTo(3); // in ten seconds
    assertThat(outcome.retryAfter()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(75));
    assertThat(outcome.status()).isEqualTo("ok");
  }

  @Test
  void tenantTransport_addsItsHeader() {
    assertThat(TenantTransport.run(example.connecting(), example.server.transport())).isEqualTo(1);

    assertThat(example.server.requests())
        .isNotEmpty()
        .allSatisfy(each -> assertThat(each.headers().first("X-Tenant")).contains("blue"));
  }

  @Test
  void loggingSetup_showsARetry() {
    example.server.setFaults(
        FaultScript.of(Fault.on(operation("get_server_capabilities")).nth(1).answer(503)));
    List<String> messages = new CopyOnWriteArrayList<>();

    LoggingSetup.run(
        example.connecting(),
        new StreamHandler() {
          @Override
          public void publish(LogRecord entry) {
            messages.add(entry.getLevel() + " " + entry.getMessage());
          }
        });

    assertThat(messages)
        .anySatisfy(message ->
            assertThat(message)
                .startsWith("FINE trying again: call=get_server_capabilities retry=0"));
  }

  @Test
  void throughProxy_requestsCarryThePassword() throws Exception {
    List<String> passwords = new CopyOnWriteArrayList<>();
    HttpServer proxy = proxy(passwords);
    try {
      int models =
          ThroughProxy.run(
              ServiceClient.builder()
                  .baseUrl("http://tinker.invalid")
                  .apiKey("tml-example")
                  .telemetry(false),
              "http://user:secret@127.0.0.1:" + proxy.getAddress().getPort());

      assertThat(models).isEqualTo(1);
      assertThat(passwords).isNotEmpty().containsOnly("Basic dXNlcjpzZWNyZXQ=");
    } finally {
      proxy.stop(0);
    }
  }

  /** A proxy that answers for every server. */
  private static HttpServer proxy(List<String> passwords) throws IOException {
    HttpServer proxy =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    proxy.createContext(
        "/",
        exchange -> {
          passwords.add(exchange.getRequestHeaders().getFirst("Proxy-Authorization"));
          byte[] body =
              "{\"supported_models\":[{\"model_name\":\"m\"}]}".getBytes(StandardCharsets.UTF_8);
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    proxy.start();
    return proxy;
  }

  @Test
  void traceParent_isSentWithEachAttempt() {
    assertThat(TraceParent.run(example.connecting(), "4bf92f3577b34da6a3ce929d0e0e4736"))
        .isEqualTo(1);

    assertThat(example.server.requests())
        .filteredOn(each -> each.operation().equals("get_server_capabilities"))
        .singleElement()
        .satisfies(request ->
            assertThat(request.headers().first("traceparent").orElseThrow())
                .matches("00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01"));
  }
}

package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.forwardBackward;
import static io.tinker4j.testkit.WireClient.list;
import static io.tinker4j.testkit.WireClient.ok;
import static io.tinker4j.testkit.WireClient.optimStep;
import static io.tinker4j.testkit.fault.RequestMatcher.any;
import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.observe.ExecutedOperation;
import io.tinker4j.testkit.time.ManualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every fault, seen by a client at the other end of a socket. */
// readiness: S14
@Timeout(60)
class FaultsOverHttpTest {
  private static final System.Logger log = System.getLogger(FaultsOverHttpTest.class.getName());

  @TempDir Path data;

  private final ManualTime time = ManualTime.autoAdvancing();
  private @Nullable EmbeddedTinkerServer started;

  @AfterEach
  void stop() {
    if (started != null) {
      started.close();
    }
    time.close();
  }

  private EmbeddedTinkerServer server(Fault... faults) {
    EmbeddedTinkerServer server =
        EmbeddedTinkerServer.builder()
            .dataDirectory(data)
            .time(time)
            .faults(FaultScript.of(faults))
            .start();
    started = server;
    return server;
  }

  private static List<String> kinds(EmbeddedTinkerServer server, String model) {
    return server.ledger(model).stream().map(ExecutedOperation::kind).toList();
  }

  @Test
  void delay_takesTheServersTime() {
    EmbeddedTinkerServer server =
        server(Fault.on(operation("healthz")).nth(2).delay(Duration.ofMinutes(3)));
    try (WireClient client = new WireClient(server)) {
      client.get("healthz");
      long before = time.nanoTime();
      client.get("healthz");

      assertThat(Duration.ofNanos(time.nanoTime() - before)).isEqualTo(Duration.ofMinutes(3));
    }
  }

  @Test
  void dropBeforeExecution_breaksTheConnectionAndDoesNothing() {
    EmbeddedTinkerServer server =
        server(Fault.on(operation("optim_step")).nth(1).dropBeforeExecution());
    try (WireClient client = new WireClient(server)) {
      String model = client.createModel();

      assertThatThrownBy(() -> client.submit("optim_step", optimStep(model, 1)))
          .isInstanceOf(UncheckedIOException.class);
      assertThat(server.submissions(model)).isEmpty();
      client.run("optim_step", optimStep(model, 1));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP_1_1", "HTTP_2"})
  void executeThenDropAnswer_theOperationIsThereForTheSecondAttempt(String version) {
    EmbeddedTinkerServer server =
        server(Fault.on(operation("optim_step")).nth(2).executeThenDropAnswer());
    try (WireClient client =
        new WireClient(server, "tml-test", HttpClient.Version.valueOf(version))) {
      String model = client.createModel();
      client.run("optim_step", optimStep(model, 1));

      assertThatThrownBy(() -> client.submit("optim_step", optimStep(model, 2)))
          .isInstanceOf(UncheckedIOException.class);
      assertThat(server.submissions(model)).containsExactly(1L, 2L);
      client.run("optim_step", optimStep(model, 2));
      assertThat(kinds(server, model)).containsExactly("optim_step", "optim_step");
      assertThat(server.faultCounts()).containsExactly(1);
    }
  }

  @Test
  void duplicate_carriesOutTwice() {
    EmbeddedTinkerServer server = server(Fault.on(operation("create_session")).nth(1).duplicate());
    try (WireClient client = new WireClient(server)) {
      String session = client.createSession();

      assertThat(server.openSessions()).hasSize(2).contains(session);
    }
  }

  @Test
  void resetMidBody_theAnswerBreaksOff() {
    EmbeddedTinkerServer server =
        server(Fault.on(operation("get_server_capabilities")).nth(1).resetMidBody());
    try (WireClient client = new WireClient(server)) {
      assertThatThrownBy(() -> client.get("get_server_capabilities"))
          .isInstanceOf(UncheckedIOException.class);
      assertThat(client.get("get_server_capabilities")).containsKey("supported_models");
    }
  }

  @Test
  void answer_hasItsStatusBodyAndHeaders() {
    EmbeddedTinkerServer server =
        server(
            Fault.on(operation("healthz"))
                .nth(1)
                .answer(
                    503, "come back", Map.of("Retry-After", "7", "Content-Type", "text/plain")));
    try (WireClient client = new WireClient(server)) {
      HttpResponse<byte[]> response = client.send(client.request("healthz").GET());

      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.body()).asString().isEqualTo("come back");
      assertThat(response.headers().firstValue("retry-after")).hasValue("7");
      assertThat(response.headers().firstValue("content-type")).hasValue("text/plain");
    }
  }

  @Test
  void storm_endsAfterItsTimes() {
    EmbeddedTinkerServer server =
        server(Fault.on(operation("healthz")).from(2).times(3).answer(429));
    try (WireClient client = new WireClient(server)) {
      List<Integer> statuses =
          IntStream.range(0, 6)
              .map(i -> client.send(client.request("healthz").GET()).statusCode())
              .boxed()
              .toList();

      assertThat(statuses).containsExactly(200, 429, 429, 429, 200, 200);
    }
  }

  @Test
  void pauseQueue_isHeldThenSaysSoUntilItsTimeIsOver() {
    EmbeddedTinkerServer server =
        server(
            Fault.on(operation("retrieve_future").withBodyContaining("-1\""))
                .during(Duration.ofMinutes(10))
                .pauseQueue("paused_capacity", "no room"));
    try (WireClient client = new WireClient(server)) {
      String model = client.createModel();
      String step = client.submit("optim_step", optimStep(model, 1));
      String question = "{\"request_id\":\"%s\"}".formatted(step);
      long before = time.nanoTime();

      Map<String, @Nullable Object> first = client.post("retrieve_future", question);
      Map<String, @Nullable Object> last = client.await(step);

      assertThat(first)
          .containsEntry("type", "try_again")
          .containsEntry("request_id", step)
          .containsEntry("queue_state", "paused_capacity")
          .containsEntry("queue_state_reason", "no room");
      assertThat(last).containsKey("metrics");
      assertThat(Duration.ofNanos(time.nanoTime() - before)).isEqualTo(Duration.ofMinutes(10));
    }
  }

  @Test
  void expirePromise_isGoneFromThenOn() {
    EmbeddedTinkerServer server =
        server(Fault.on(operation("retrieve_future")).nth(2).expirePromise());
    try (WireClient client = new WireClient(server)) {
      String model = client.createModel();
      String step = client.submit("optim_step", optimStep(model, 1));
      String question = "{\"request_id\":\"%s\"}".formatted(step);

      assertThat(client.tryPost("retrieve_future", question).statusCode()).isEqualTo(410);
      assertThat(client.tryPost("retrieve_future", question).statusCode()).isEqualTo(410);
      assertThat(server.submissions(model)).containsExactly(1L);
    }
  }

  @Test
  void killSession_endsItWithItsModelsAndSamplers() {
    EmbeddedTinkerServer server = server(Fault.on(operation("optim_step")).nth(2).killSession());
    try (WireClient client = new WireClient(server)) {
      String session = client.createSession();
      String model = client.createModel(session, 0);
      client.post(
          "create_sampling_session",
          "{\"session_id\":\"%s\",\"sampling_session_seq_id\":0,\"base_model\":\"tinker4j/tiny-bytes\"}"
              .formatted(session));
      client.run("optim_step", optimStep(model, 1));

      assertThat(client.tryPost("optim_step", optimStep(model, 2)).statusCode()).isEqualTo(410);
      assertThat(
              client
                  .tryPost("session_heartbeat", "{\"session_id\":\"%s\"}".formatted(session))
                  .statusCode())
          .isEqualTo(410);
      assertThat(
              client.send(client.request("samplers/" + session + ":sample:0").GET()).statusCode())
          .isEqualTo(410);
    }
  }

  @Test
  void poisonRun_isCorruptedAndItsOperationsFail() {
    EmbeddedTinkerServer server =
        server(Fault.on(operation("forward_backward")).nth(2).poisonRun());
    try (WireClient client = new WireClient(server)) {
      String model = client.createModel();
      client.train(model, 1);
      Object before = client.get("training_runs/" + model).get("corrupted");

      Map<String, @Nullable Object> pass =
          client.await(client.submit("forward_backward", forwardBackward(model, 3)));
      Map<String, @Nullable Object> step =
          client.await(client.submit("optim_step", optimStep(model, 4)));

      assertThat(before).isEqualTo(false);
      assertThat(pass).containsEntry("category", "server");
      assertThat(step.get("error")).asString().contains("corrupted");
      assertThat(client.get("training_runs/" + model)).containsEntry("corrupted", true);
    }
  }

  @Test
  void loseOptimizer_showsInTheWeightsOnly() {
    EmbeddedTinkerServer server = server();
    try (WireClient client = new WireClient(server)) {
      String trained = client.createModel();
      client.train(trained, 1);
      String path =
          String.valueOf(
              client
                  .run(
                      "save_weights",
                      "{\"model_id\":\"%s\",\"seq_id\":3,\"path\":\"a\"}".formatted(trained))
                  .get("path"));

      String good = resume(server, client, path);
      server.setFaults(FaultScript.of(Fault.on(operation("load_weights")).nth(1).loseOptimizer()));
      String bad = resume(server, client, path);
      String goodAgain = resume(server, client, path);

      assertThat(bad).isNotEqualTo(good);
      assertThat(goodAgain).isEqualTo(good);
    }
  }

  /** Loads into a new model, trains a step and returns the hash of its weights. */
  private static String resume(EmbeddedTinkerServer server, WireClient client, String path) {
    String model = client.createModel();
    client.run(
        "load_weights",
        "{\"model_id\":\"%s\",\"seq_id\":1,\"path\":\"%s\",\"optimizer\":true}"
            .formatted(model, path));
    client.train(model, 2);
    return server.weightsHash(model);
  }

  @Test
  void truncateBody_andFlipBit_changeTheBytesAlone() {
    EmbeddedTinkerServer server =
        server(
            Fault.on(operation("get_server_capabilities")).nth(2).truncateBody(),
            Fault.on(operation("get_server_capabilities")).nth(3).flipBit());
    try (WireClient client = new WireClient(server)) {
      byte[] whole = client.send(client.request("get_server_capabilities").GET()).body();
      HttpResponse<byte[]> half = client.send(client.request("get_server_capabilities").GET());
      byte[] flipped = client.send(client.request("get_server_capabilities").GET()).body();

      assertThat(half.statusCode()).isEqualTo(200);
      assertThat(half.body()).hasSize(whole.length / 2);
      assertThat(
              IntStream.range(0, whole.length)
                  .map(i -> Integer.bitCount((whole[i] ^ flipped[i]) & 0xFF))
                  .sum())
          .isEqualTo(1);
    }
  }

  @Test
  void truncateBody_andFlipBit_breakAnArchive() {
    EmbeddedTinkerServer server =
        server(
            Fault.on(operation("downloads/*")).nth(1).truncateBody(),
            Fault.on(operation("downloads/*")).nth(2).flipBit());
    try (WireClient client = new WireClient(server)) {
      String model = client.createModel();
      client.save("save_weights", model, 1, "a");
      URI archive =
          URI.create(
              client
                  .send(
                      client
                          .request("training_runs/" + model + "/checkpoints/weights/a/archive")
                          .GET())
                  .headers()
                  .firstValue("location")
                  .orElseThrow());

      byte[] half = client.send(HttpRequest.newBuilder(archive).GET()).body();
      byte[] flipped = client.send(HttpRequest.newBuilder(archive).GET()).body();
      byte[] whole = client.send(HttpRequest.newBuilder(archive).GET()).body();

      assertThat(half).isEqualTo(Arrays.copyOf(whole, whole.length / 2));
      assertThat(flipped).hasSameSizeAs(whole).isNotEqualTo(whole);
    }
  }

  @Test
  void restartServer_isBackOnTheSamePortWithItsCheckpoints() throws Exception {
    EmbeddedTinkerServer server =
        server(Fault.on(operation("optim_step")).nth(1).restartServer(Duration.ofMinutes(1)));
    try (WireClient client = new WireClient(server)) {
      String model = client.createModel();
      client.run(
          "save_weights", "{\"model_id\":\"%s\",\"seq_id\":1,\"path\":\"a\"}".formatted(model));

      assertThatThrownBy(() -> client.submit("optim_step", optimStep(model, 2)))
          .isInstanceOf(UncheckedIOException.class);

      assertThat(list(awaitServer(client).get("training_runs"))).hasSize(1);
      assertThat(time.nanoTime()).isGreaterThanOrEqualTo(Duration.ofMinutes(1).toNanos());
      assertThat(list(client.get("training_runs/" + model + "/checkpoints").get("checkpoints")))
          .hasSize(1);
    }
  }

  /** Asks now and then until the server is back. */
  private Map<String, @Nullable Object> awaitServer(WireClient client) throws InterruptedException {
    while (true) {
      // At first, too: the server that goes away may still answer for a moment.
      time.sleep(Duration.ofSeconds(10));
      try {
        // A connection may fall between the two servers, and nobody answers it.
        return ok(
            client.send(client.request("training_runs").timeout(Duration.ofSeconds(2)).GET()));
      } catch (UncheckedIOException e) {
        log.log(System.Logger.Level.DEBUG, "not back yet", e);
      }
    }
  }

  @Test
  void restart_byHand_isOverWhenItReturns() {
    EmbeddedTinkerServer server = server();
    try (WireClient client = new WireClient(server)) {
      client.createModel();

      server.restart();

      assertThat(list(client.get("training_runs").get("training_runs"))).hasSize(1);
    }
    server.close();
    assertThatThrownBy(server::restart).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void jumpClock_expiresWhatHasATimeToLive() {
    EmbeddedTinkerServer server =
        server(Fault.on(operation("healthz")).nth(1).jumpClock(Duration.ofHours(2)));
    try (WireClient client = new WireClient(server)) {
      String model = client.createModel();
      client.run(
          "save_weights",
          "{\"model_id\":\"%s\",\"seq_id\":1,\"path\":\"a\",\"ttl_seconds\":3600}"
              .formatted(model));
      String checkpoints = "training_runs/" + model + "/checkpoints";
      int before = list(client.get(checkpoints).get("checkpoints")).size();
      long nanos = time.nanoTime();
      client.get("healthz");

      assertThat(before).isEqualTo(1);
      assertThat(list(client.get(checkpoints).get("checkpoints"))).isEmpty();
      assertThat(time.nanoTime()).isEqualTo(nanos);
    }
  }

  @Test
  void probability_sameSeed_breaksTheSameRequests() {
    FaultScript script =
        FaultScript.of(Fault.on(any()).withProbability(0.3).answer(500)).withSeed(42);
    EmbeddedTinkerServer server = server();
    try (WireClient client = new WireClient(server)) {
      server.setFaults(script);
      List<Integer> first = statuses(client);
      server.setFaults(script);
      List<Integer> second = statuses(client);

      assertThat(second).isEqualTo(first);
      assertThat(first).contains(200, 500);
    }
  }

  private static List<Integer> statuses(WireClient client) {
    return IntStream.range(0, 50)
        .map(i -> client.send(client.request("healthz").GET()).statusCode())
        .boxed()
        .toList();
  }

  @Test
  void control_notAskedFor_isNotThere() {
    try (WireClient client = new WireClient(server())) {
      assertThat(client.send(client.control("faults").GET()).statusCode()).isEqualTo(404);
    }
  }

  @Test
  void control_setsShowsAndClearsFaults() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.builder().faultControl(true).start();
        WireClient client = new WireClient(server)) {
      Map<String, @Nullable Object> set =
          ok(
              client.send(
                  client
                      .request("../../control/faults")
                      .PUT(
                          BodyPublishers.ofString(
                              "{\"faults\":[{\"on\":{\"operation\":\"healthz\"},\"nth\":1,\"do\":\"answer\",\"status\":502}]}"))));
      int faulty = client.send(client.request("healthz").GET()).statusCode();
      Map<String, @Nullable Object> shown = ok(client.send(client.control("faults").GET()));
      int refused =
          client
              .send(client.control("faults").PUT(BodyPublishers.ofString("{\"x\":1}")))
              .statusCode();
      ok(client.send(client.control("faults").DELETE()));

      assertThat(set).containsEntry("fired", List.of(0));
      assertThat(faulty).isEqualTo(502);
      assertThat(shown).containsEntry("fired", List.of(1)).containsEntry("seen", List.of(1));
      assertThat(refused).isEqualTo(400);
      assertThat(list(ok(client.send(client.control("faults").GET())).get("faults"))).isEmpty();
      assertThat(list(ok(client.send(client.control("requests").GET())).get("requests")))
          .hasSize(1);
    }
  }

  @Test
  void control_restartAndClock_actAtOnce() throws Exception {
    try (EmbeddedTinkerServer server =
            EmbeddedTinkerServer.builder().time(time).faultControl(true).start();
        WireClient client = new WireClient(server)) {
      HttpResponse<byte[]> clock =
          client.send(
              client
                  .request("../../control/clock")
                  .POST(BodyPublishers.ofString("{\"shift_seconds\":-60}")));
      String session = client.createSession();
      restart(client);

      assertThat(ok(clock)).containsEntry("now", "2025-12-31T23:59:00Z");
      while (server.openSessions().contains(session)) {
        Thread.onSpinWait();
      }
      awaitServer(client);
    }
  }

  /** Its answer may or may not make it before the restart. */
  private static void restart(WireClient client) {
    try {
      client.send(client.control("restart").POST(BodyPublishers.noBody()));
    } catch (UncheckedIOException e) {
      assertThat(e).hasCauseInstanceOf(IOException.class);
    }
  }
}

package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.forwardBackward;
import static io.tinker4j.testkit.WireClient.list;
import static io.tinker4j.testkit.WireClient.optimStep;
import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static io.tinker4j.testkit.observe.ServerAssertions.assertThatLedger;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.time.ManualTime;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a restart keeps, with a journal and without, also of what faults have done. */
// readiness: S14
@Timeout(60)
class RestartTest {
  private static final String LOAD =
      "{\"model_id\":\"%s\",\"seq_id\":%d,\"path\":\"%s\",\"optimizer\":true}";

  @TempDir Path data;

  private EmbeddedTinkerServer durable() {
    return EmbeddedTinkerServer.builder().dataDirectory(data).start();
  }

  @Test
  void withAJournal_goesOnWhereItWas() {
    goesOnWhereItWas(EmbeddedTinkerServer.builder().dataDirectory(data));
  }

  @Test
  void withAJournalInMemory_goesOnWhereItWas() {
    goesOnWhereItWas(EmbeddedTinkerServer.builder().keepsStateInMemory(true));
  }

  private static void goesOnWhereItWas(EmbeddedTinkerServer.Builder settings) {
    try (EmbeddedTinkerServer server = settings.start();
        WireClient client = new WireClient(server)) {
      URI url = server.baseUrl();
      String model = client.createModel();
      client.train(model, 1);
      String weights = server.weightsHash(model);
      String waiting = client.submit("optim_step", optimStep(model, 4));

      server.restart();
      String afterwards = server.weightsHash(model);
      client.run("forward_backward", forwardBackward(model, 3));

      assertThat(server.baseUrl()).isEqualTo(url);
      assertThat(afterwards).isEqualTo(weights);
      assertThat(client.await(waiting)).containsKey("metrics");
      assertThatLedger(server.ledger(model))
          .hasEachStepOnce()
          .hasKinds("forward_backward", "optim_step", "forward_backward", "optim_step")
          .endsWithWeights(server.weightsHash(model));
      assertThat(server.submissions(model)).containsExactly(1L, 2L, 4L, 3L);
    }
  }

  @Test
  void withoutOne_keepsCheckpointsOnly() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      String promise =
          client.submit(
              "save_weights", "{\"model_id\":\"%s\",\"seq_id\":1,\"path\":\"a\"}".formatted(model));
      Object path = client.await(promise).get("path");

      server.restart();

      assertThat(server.openSessions()).isEmpty();
      assertThat(client.tryPost("optim_step", optimStep(model, 2)).statusCode()).isEqualTo(404);
      assertThat(
              client
                  .tryPost("retrieve_future", "{\"request_id\":\"%s\"}".formatted(promise))
                  .statusCode())
          .isEqualTo(404);
      String successor = client.createModel();
      assertThat(client.run("load_weights", LOAD.formatted(successor, 1, path)))
          .containsEntry("path", path);
    }
  }

  @Test
  void fault_restartServer_losesNothingThatWasPromised() throws Exception {
    try (ManualTime time = ManualTime.autoAdvancing();
        EmbeddedTinkerServer server =
            EmbeddedTinkerServer.builder()
                .dataDirectory(data)
                .time(time)
                .faults(
                    FaultScript.of(
                        Fault.on(operation("healthz")).nth(1).restartServer(Duration.ofHours(1))))
                .start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      client.train(model, 1);
      String promise = client.submit("forward_backward", forwardBackward(model, 3));

      boolean back = false;
      while (!back) {
        back = isBack(client, time);
      }

      assertThat(client.await(promise)).containsKey("metrics");
      client.run("optim_step", optimStep(model, 4));
      assertThatLedger(server.ledger(model)).hasEachStepOnce().hasCount("optim_step", 2);
    }
  }

  private static boolean isBack(WireClient client, ManualTime time) throws InterruptedException {
    try {
      return client
              .send(client.request("healthz").timeout(Duration.ofSeconds(2)).GET())
              .statusCode()
          == 200;
    } catch (UncheckedIOException e) {
      time.sleep(Duration.ofMinutes(1));
      return false;
    }
  }

  /** The load waits for a gap while the server restarts, and is faulty all the same. */
  @Test
  void loseOptimizer_beforeTheLoadIsCarriedOut_isNotForgotten() {
    try (EmbeddedTinkerServer server = durable();
        WireClient client = new WireClient(server)) {
      String source = client.createModel();
      client.train(source, 1);
      String path = client.save("save_weights", source, 3, "a");

      String good = resumed(server, client, path);
      server.setFaults(FaultScript.of(Fault.on(operation("load_weights")).nth(1).loseOptimizer()));
      String bad = resumed(server, client, path);

      assertThat(bad).isNotEqualTo(good);
      assertThat(resumed(server, client, path)).isEqualTo(good);
    }
  }

  private static String resumed(EmbeddedTinkerServer server, WireClient client, String path) {
    String model = client.createModel();
    String load = client.submit("load_weights", LOAD.formatted(model, 2, path));
    server.restart();
    client.run("optim_step", optimStep(model, 1));
    assertThat(client.await(load)).containsKey("path");
    client.train(model, 3);
    return server.weightsHash(model);
  }

  @Test
  void poisonedRun_staysPoisoned() {
    try (EmbeddedTinkerServer server = durable();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      client.train(model, 1);
      String weights = server.weightsHash(model);
      server.setFaults(FaultScript.of(Fault.on(operation("optim_step")).nth(1).poisonRun()));
      Map<String, @Nullable Object> before =
          client.await(client.submit("optim_step", optimStep(model, 3)));

      server.restart();
      Map<String, @Nullable Object> afterwards =
          client.await(client.submit("optim_step", optimStep(model, 4)));

      assertThat(before.get("error")).asString().contains("corrupted");
      assertThat(afterwards.get("error")).asString().contains("corrupted");
      assertThat(client.get("training_runs/" + model)).containsEntry("corrupted", true);
      assertThat(server.weightsHash(model)).isEqualTo(weights);
    }
  }

  @Test
  void killedSession_staysDead() {
    try (EmbeddedTinkerServer server = durable();
        WireClient client = new WireClient(server)) {
      String session = client.createSession();
      String model = client.createModel(session, 0);
      server.setFaults(FaultScript.of(Fault.on(operation("optim_step")).nth(1).killSession()));
      int killed = client.tryPost("optim_step", optimStep(model, 1)).statusCode();

      server.restart();

      assertThat(killed).isEqualTo(410);
      assertThat(client.tryPost("optim_step", optimStep(model, 1)).statusCode()).isEqualTo(410);
      assertThat(server.openSessions()).isEmpty();
      assertThat(list(client.get("training_runs").get("training_runs"))).hasSize(1);
    }
  }
}

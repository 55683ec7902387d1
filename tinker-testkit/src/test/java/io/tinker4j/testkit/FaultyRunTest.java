package io.tinker4j.testkit;

import static io.tinker4j.testkit.fault.RequestMatcher.any;
import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static io.tinker4j.testkit.observe.ServerAssertions.assertThatLedger;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.observe.ExecutedOperation;
import io.tinker4j.testkit.time.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each kind of fault does to a whole run, as the ledger has it. */
// readiness: S14
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultyRunTest {
  private static final int STEPS = 20;

  private final ManualTime time = ManualTime.autoAdvancing();
  private String clean = "";

  @BeforeAll
  void trainWithoutFaults() {
    clean = weightsOfCleanRun(STEPS);
  }

  @AfterAll
  void stopTime() {
    time.close();
  }

  private static String weightsOfCleanRun(int steps) {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      assertThat(new StubbornClient(client).train(model, 1, steps)).isEqualTo(200);
      return server.weightsHash(model);
    }
  }

  private EmbeddedTinkerServer.Builder settings() {
    return EmbeddedTinkerServer.builder().time(time).keepsStateInMemory(true);
  }

  private static Arguments harmless(
      String name, Fault fault, int times, ToIntFunction<StubbornClient> met) {
    return Arguments.of(name, fault, times, met);
  }

  static List<Arguments> harmlessKinds() {
    return List.of(
        harmless(
            "delay",
            Fault.on(operation("optim_step")).nth(3).delay(Duration.ofMinutes(2)),
            0,
            StubbornClient::broken),
        harmless(
            "drop before execution",
            Fault.on(operation("forward_backward")).from(3).times(2).dropBeforeExecution(),
            2,
            StubbornClient::broken),
        harmless(
            "execute, then drop the answer",
            Fault.on(operation("optim_step")).from(3).times(2).executeThenDropAnswer(),
            2,
            StubbornClient::broken),
        harmless(
            "duplicate",
            Fault.on(operation("optim_step")).from(3).times(5).duplicate(),
            0,
            StubbornClient::broken),
        harmless(
            "reset in the middle of a body",
            Fault.on(operation("retrieve_future")).from(3).times(2).resetMidBody(),
            2,
            StubbornClient::broken),
        harmless(
            "storm of 429",
            Fault.on(operation("optim_step")).from(3).times(4).answer(429),
            4,
            StubbornClient::busy),
        harmless(
            "storm of 503", Fault.on(any()).from(30).times(4).answer(503), 4, StubbornClient::busy),
        harmless(
            "paused queue",
            Fault.on(operation("retrieve_future")).from(3).times(4).pauseQueue("paused", "full"),
            4,
            StubbornClient::paused),
        harmless(
            "expired promise",
            Fault.on(operation("retrieve_future")).from(3).times(1).expirePromise(),
            1,
            StubbornClient::expired),
        harmless(
            "restart",
            Fault.on(operation("optim_step")).nth(7).restartServer(),
            1,
            client -> Math.min(1, client.broken())),
        harmless(
            "clock jump",
            Fault.on(operation("optim_step")).nth(3).jumpClock(Duration.ofMinutes(-90)),
            0,
            StubbornClient::broken));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("harmlessKinds")
  void fault_thatAClientMayOutlast_leavesEachStepOnce(
      String name, Fault fault, int times, ToIntFunction<StubbornClient> met) {
    try (EmbeddedTinkerServer server = settings().start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      server.setFaults(FaultScript.of(fault));
      StubbornClient stubborn = new StubbornClient(client);

      int status = stubborn.train(model, 1, STEPS);

      assertThat(status).isEqualTo(200);
      assertThat(met.applyAsInt(stubborn)).as(name).isEqualTo(times);
      assertThat(server.faultCounts().get(0)).isPositive();
      assertThatLedger(server.ledger(model))
          .hasEachStepOnce()
          .hasCount("optim_step", STEPS)
          .endsWithWeights(clean);
    }
  }

  @Test
  void killedSession_endsTheRunWhereItWas() {
    try (EmbeddedTinkerServer server = settings().start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      server.setFaults(FaultScript.of(Fault.on(operation("optim_step")).nth(8).killSession()));

      assertThat(new StubbornClient(client).train(model, 1, STEPS)).isEqualTo(410);
      assertThatLedger(server.ledger(model)).hasCount("optim_step", 7);
    }
  }

  @Test
  void jumpForward_pastTheSessionsTimeout_endsTheRun() {
    try (EmbeddedTinkerServer server = settings().start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      server.setFaults(
          FaultScript.of(
              Fault.on(operation("optim_step")).nth(8).jumpClock(Duration.ofMinutes(30))));

      assertThat(new StubbornClient(client).train(model, 1, STEPS)).isEqualTo(410);
      assertThatLedger(server.ledger(model)).hasCount("optim_step", 7);
    }
  }

  @Test
  void poisonedRun_failsEverythingAndMovesNoWeights() {
    try (EmbeddedTinkerServer server = settings().start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      StubbornClient stubborn = new StubbornClient(client);
      stubborn.train(model, 1, 7);
      String before = server.weightsHash(model);
      server.setFaults(FaultScript.of(Fault.on(operation("optim_step")).nth(1).poisonRun()));

      stubborn.train(model, 15, STEPS - 7);

      assertThat(stubborn.failed()).isEqualTo(2 * (STEPS - 7) - 1);
      assertThatLedger(server.ledger(model)).hasEachStepOnce().endsWithWeights(before);
      assertThat(client.get("training_runs/" + model)).containsEntry("corrupted", true);
    }
  }

  @Test
  void lostOptimizer_changesTheRestOfTheRun() {
    try (EmbeddedTinkerServer server = settings().start();
        WireClient client = new WireClient(server)) {
      String first = client.createModel();
      new StubbornClient(client).train(first, 1, STEPS / 2);
      String path = client.save("save_weights", first, STEPS + 1, "half");

      String good = resume(server, client, path);
      server.setFaults(FaultScript.of(Fault.on(operation("load_weights")).nth(1).loseOptimizer()));
      String bad = resume(server, client, path);

      assertThat(good).isEqualTo(clean);
      assertThat(bad).isNotEqualTo(clean);
    }
  }

  private static String resume(EmbeddedTinkerServer server, WireClient client, String path) {
    String model = client.createModel();
    client.run(
        "load_weights",
        "{\"model_id\":\"%s\",\"seq_id\":1,\"path\":\"%s\",\"optimizer\":true}"
            .formatted(model, path));
    new StubbornClient(client).train(model, 2, STEPS / 2);
    return server.weightsHash(model);
  }

  /** What a proof that no step is applied twice must notice. */
  @Test
  void carelessServer_appliesAStepTwice() {
    try (EmbeddedTinkerServer server = settings().deduplicates(false).start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      server.setFaults(
          FaultScript.of(
              Fault.on(operation("forward_backward")).nth(3).executeThenDropAnswer(),
              Fault.on(operation("optim_step")).nth(5).duplicate()));

      new StubbornClient(client).train(model, 1, STEPS);

      List<ExecutedOperation> ledger = server.ledger(model);
      assertThat(ledger).hasSize(2 * STEPS + 2);
      assertThatThrownBy(() -> assertThatLedger(ledger).hasEachStepOnce())
          .isInstanceOf(AssertionError.class);
      assertThat(server.weightsHash(model)).isNotEqualTo(clean);
    }
  }

  /** Seeded faults of all kinds that a stubborn client outlasts, restarts among them. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void faultsOfManyKinds_atRandom_leaveEachStepOnce(long seed) {
    int steps = 120;
    SplittableRandom random = new SplittableRandom(seed);
    FaultScript script =
        FaultScript.of(
                Fault.on(any()).withProbability(0.03).delay(Duration.ofSeconds(30)),
                Fault.on(any()).withProbability(0.03).dropBeforeExecution(),
                Fault.on(any()).withProbability(0.03).executeThenDropAnswer(),
                Fault.on(any()).withProbability(0.03).duplicate(),
                Fault.on(any()).withProbability(0.03).resetMidBody(),
                Fault.on(any()).withProbability(0.03).answer(429),
                Fault.on(any()).withProbability(0.03).answer(502),
                Fault.on(operation("retrieve_future"))
                    .withProbability(0.03)
                    .pauseQueue("paused_capacity", "full"),
                Fault.on(operation("retrieve_future")).withProbability(0.03).expirePromise(),
                Fault.on(any()).withProbability(0.03).jumpClock(Duration.ofMinutes(-1)),
                Fault.on(any()).nth(1 + random.nextInt(240)).restartServer(),
                Fault.on(any()).nth(241 + random.nextInt(180)).restartServer())
            .withSeed(seed);
    try (EmbeddedTinkerServer server = settings().start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      server.setFaults(script);

      int status = new StubbornClient(client).train(model, 1, steps);

      assertThat(status).as("seed " + seed).isEqualTo(200);
      assertThat(server.faultCounts()).as("seed " + seed).allMatch(count -> count > 0);
      assertThatLedger(server.ledger(model))
          .hasEachStepOnce()
          .hasCount("optim_step", steps)
          .endsWithWeights(weightsOfCleanRun(steps));
    }
  }
}

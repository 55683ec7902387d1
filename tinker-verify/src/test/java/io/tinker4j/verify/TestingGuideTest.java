package io.tinker4j.verify;

import static io.tinker4j.testkit.fault.RequestMatcher.any;
import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static io.tinker4j.testkit.observe.ServerAssertions.assertThatLedger;
import static io.tinker4j.testkit.observe.ServerAssertions.assertThatRequests;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultAction;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.junit.TinkerServer;
import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The snippets of {@code docs/testing.md}. */
class TestingGuideTest {
  private static final Path GUIDE = Path.of("../docs/testing.md");

  @Test
  void training_survivesALostAnswer(
      @TinkerServer(
              faults =
                  """
                  {"faults": [{"on": {"operation": "optim_step"}, "nth": 2,
                               "do": "execute_then_drop_answer"}]}
                  """)
          EmbeddedTinkerServer server) {
    try (ServiceClient service =
        ServiceClient.builder().baseUrl(server.baseUrl().toString()).apiKey("tml-test").build()) {
      TrainingClient training = service.createLoraTrainingClient("tinker4j/tiny-bytes");
      for (int step = 0; step < 3; step++) {
        training.optimStep(AdamParams.builder().build()).join();
      }

      assertThatLedger(server.ledger(training.modelId()))
          .hasEachStepOnce()
          .hasCount("optim_step", 3);
      assertThatRequests(server.requests()).of("optim_step").hasCount(4);
    }
  }

  @Test
  void hoursInMoments() {
    try (ManualTime time = ManualTime.autoAdvancing();
        EmbeddedTinkerServer server = EmbeddedTinkerServer.builder().time(time).start();
        ServiceClient service =
            ServiceClient.builder()
                .baseUrl(server.baseUrl().toString())
                .apiKey("tml-test")
                .time(time)
                .build()) {
      TrainingClient training = service.createLoraTrainingClient("tinker4j/tiny-bytes");
      server.setFaults(
          FaultScript.of(
              Fault.on(operation("retrieve_future"))
                  .during(Duration.ofMinutes(30))
                  .pauseQueue("paused_capacity", "no room")));

      training.optimStep(AdamParams.builder().build()).join();

      assertThat(time.nanoTime()).isGreaterThanOrEqualTo(Duration.ofMinutes(30).toNanos());
    }
  }

  @Test
  void faults() {
    FaultScript flaky =
        FaultScript.of(
                Fault.on(any()).withProbability(0.01).dropBeforeExecution(),
                Fault.on(operation("asample")).times(20).answer(429),
                Fault.on(operation("optim_step")).nth(3).executeThenDropAnswer())
            .withSeed(42);

    assertThat(FaultScript.fromJson(flaky.toJson()).toJson()).isEqualTo(flaky.toJson());
  }

  @Test
  void guide_listsEveryFault() throws Exception {
    String guide = Files.readString(GUIDE);

    assertThat(FaultAction.class.getPermittedSubclasses())
        .extracting(action -> action.getSimpleName().replace("AnswerWith", "Answer"))
        .allSatisfy(name -> {
          String method = name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
          assertThat(guide).contains("`" + method + "(");
          assertThat(guide)
              .contains("`" + method.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT) + "`");
        });
  }
}

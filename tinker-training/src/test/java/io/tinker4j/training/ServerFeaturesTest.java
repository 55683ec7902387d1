package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.training.loss.CustomLoss;
import io.tinker4j.types.Datum;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What is warned of on a server that shares memory between trainer and sampler. */
@Isolated("listens to the log")
class ServerFeaturesTest {
  private static final Logger LOGGER = Logger.getLogger(ServerFeatures.class.getName());

  private final List<String> warnings = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          warnings.add(record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private final FakeService server = new FakeService();

  @BeforeEach
  void listen() {
    LOGGER.addHandler(handler);
  }

  @AfterEach
  void stop() {
    LOGGER.removeHandler(handler);
  }

  private void sampleWhileTraining(String sessionId) {
    server.on("create_session", call -> FakeService.json(200, Map.of("session_id", sessionId)));
    try (ServiceClient service = server.client().build()) {
      service.createLoraTrainingClient("base");
      service.createSamplingClientFromPath("tinker://m/older");
      service.createSamplingClientFromPath("tinker://another/older");
    }
  }

  @Test
  void createSamplingClientFromPath_ofAModelInTrainingOnSkyrl_isWarnedOf() {
    sampleWhileTraining("session_0123abcd");

    assertThat(warnings).singleElement().asString().contains("tinker://m/older");
  }

  @Test
  void createSamplingClientFromPath_elsewhere_isNot() {
    sampleWhileTraining("0123abcd-4567");

    assertThat(warnings).isEmpty();
  }

  @Test
  void forwardBackwardCustom_weightsThatAddUpToNothingOnSkyrl_areWarnedOf() {
    server.on(
        "create_session", call -> FakeService.json(200, Map.of("session_id", "session_0123abcd")));
    FakeService.Handler usual = server.handler("retrieve_future");
    server.on(
        "retrieve_future",
        call ->
            call.headers().first("X-Tinker-Request-Type").orElse("").equals("Forward")
                ? FakeService.json(
                    200,
                    Map.of(
                        "loss_fn_outputs",
                        List.of(
                            Map.of(
                                "logprobs",
                                Map.of(
                                    "data",
                                    List.of(-1, -2),
                                    "dtype",
                                    "float32",
                                    "shape",
                                    List.of(2)))),
                        "metrics",
                        Map.of()))
                : usual.answer(call));
    try (ServiceClient service = server.client().build()) {
      service
          .createLoraTrainingClient("base")
          .forwardBackwardCustom(
              List.of(Datum.supervised(1, 2, 3)),
              (data, logprobs) -> CustomLoss.Result.of(0, List.of(new float[] {1, 2})))
          .join();
    }

    assertThat(warnings).singleElement().asString().contains("-3.0");
  }
}

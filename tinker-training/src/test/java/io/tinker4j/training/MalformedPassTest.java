package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.training.loss.CustomLoss;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Results of passes that do not fit the data that was sent. */
@Timeout(60)
class MalformedPassTest {
  private static final List<Datum> DATA =
      List.of(Datum.supervised(97, 98, 99, 100), Datum.supervised(97, 98, 99, 100));
  private static final String SOUND =
      "{\"logprobs\":{\"data\":[-1,-2,-3],\"dtype\":\"float32\",\"shape\":[3]}}";
  private static final String SHORT =
      "{\"logprobs\":{\"data\":[-1],\"dtype\":\"float32\",\"shape\":[1]}}";
  private static final String LONG =
      "{\"logprobs\":{\"data\":[-1,-2,-3,-4],\"dtype\":\"float32\",\"shape\":[4]}}";
  private static final String INTEGERS =
      "{\"logprobs\":{\"data\":[-1,-2,-3],\"dtype\":\"int64\",\"shape\":[3]}}";
  private static final AdamParams ADAM = AdamParams.builder().build();

  private final FakeService server = new FakeService();
  private final ServiceClient service = server.client().telemetry(false).build();
  private final TrainingClient training = service.createLoraTrainingClient("base");
  private final AtomicInteger lossCalls = new AtomicInteger();

  @AfterEach
  void close() {
    service.close(Duration.ZERO);
  }

  private void answer(String... outputs) {
    byte[] body =
        ("{\"loss_fn_output_type\":\"ArrayRecord\",\"metrics\":{},\"loss_fn_outputs\":["
                + String.join(",", outputs)
                + "]}")
            .getBytes(StandardCharsets.UTF_8);
    FakeService.Handler others = server.handler("retrieve_future");
    server.on(
        "retrieve_future",
        call ->
            call.headers().first("X-Tinker-Request-Type").orElse("").startsWith("Forward")
                ? TransportResponse.of(
                    200,
                    Headers.builder().set("content-type", "application/json").build(),
                    new ByteArrayInputStream(body))
                : others.answer(call));
  }

  private static String output(String kind) {
    return switch (kind) {
      case "short" -> SHORT;
      case "long" -> LONG;
      case "none" -> "{}";
      case "integers" -> INTEGERS;
      default -> SOUND;
    };
  }

  private void answerKinds(String kinds) {
    answer(
        List.of(kinds.split(" ")).stream().map(MalformedPassTest::output).toArray(String[]::new));
  }

  private static void failsSaying(CompletableFuture<?> pass, String text) {
    assertThatThrownBy(pass::join)
        .cause()
        .isInstanceOfSatisfying(
            RequestFailedException.class,
            e -> assertThat(e.category()).isEqualTo(RequestFailedException.Category.SERVER))
        .hasMessageContaining(text);
  }

  private CompletableFuture<?> custom() {
    CustomLoss loss =
        (data, logprobs) -> {
          lossCalls.incrementAndGet();
          return CustomLoss.Result.of(0, logprobs);
        };
    return training.forwardBackwardCustom(DATA, loss);
  }

  @ParameterizedTest
  @CsvSource({
    "sound, the answer has 1 outputs for 2 examples",
    "sound sound sound, the answer has 3 outputs for 2 examples",
    "sound short, data[1]: the answer has 1 log-probabilities for 3 target tokens",
    "long sound, data[0]: the answer has 4 log-probabilities for 3 target tokens",
  })
  void pass_outputsThatDoNotFitTheData_areAFailureOfTheServer(String kinds, String text) {
    answerKinds(kinds);

    failsSaying(training.forwardBackward(DATA, LossFunction.CROSS_ENTROPY), text);
    failsSaying(training.forward(DATA, LossFunction.CROSS_ENTROPY), text);
    failsSaying(custom(), text);
    assertThat(lossCalls).hasValue(0);
  }

  @Test
  void pass_outputsWithoutLogprobs_areAResultButNotForACustomLoss() {
    answerKinds("sound none");

    assertThat(training.forward(DATA, LossFunction.CROSS_ENTROPY).join().lossFnOutputs())
        .hasSize(2);
    failsSaying(custom(), "data[1]: the answer has no logprobs");
    assertThat(lossCalls).hasValue(0);
  }

  @Test
  void forwardBackwardCustom_logprobsThatAreNoFloats_areAFailureOfTheServer() {
    answerKinds("sound integers");

    failsSaying(custom(), "data[1]: the answer's logprobs are int64");
    assertThat(lossCalls).hasValue(0);
  }

  @Test
  void forwardBackward_answerThatDoesNotFit_saysThatTheGradientIsInAndHoldsTheStepBack()
      throws Exception {
    answerKinds("sound");
    CompletableFuture<?> pass = training.forwardBackward(DATA, LossFunction.CROSS_ENTROPY);
    assertThat(service.awaitIdle(Duration.ofSeconds(30))).isTrue();

    assertThatThrownBy(() -> training.optimStep(ADAM).join())
        .cause()
        .isInstanceOf(TrainingHaltedException.class)
        .hasCauseInstanceOf(RequestFailedException.class);

    assertThat(server.callsTo("optim_step")).isEmpty();
    failsSaying(pass, "its gradient is in the model");
    training.optimStep(ADAM).join();
  }

  @Test
  void forwardBackward_oneOfTwoAnswersDoesNotFit_isNoPartOfTheDataThatIsMissing() {
    server.on(
        "client/config",
        call -> FakeService.json(200, ClientConfigResponse.builder().fwdbwdMaxChunkLen(1).build()));
    answerKinds("short");
    try (ServiceClient chunked = server.client().telemetry(false).build()) {
      TrainingClient client = chunked.createLoraTrainingClient("base");

      failsSaying(client.forwardBackward(DATA, LossFunction.CROSS_ENTROPY), "data[0]");
    }
    assertThat(server.callsTo("forward_backward")).hasSize(2);
  }
}

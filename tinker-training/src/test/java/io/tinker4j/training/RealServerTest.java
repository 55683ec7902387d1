package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.training.ServerProfile.Feature;
import io.tinker4j.training.ServerProfile.Support;
import io.tinker4j.training.internal.LossWarnings;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.StopCondition;
import io.tinker4j.types.TensorData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What was seen on a server that is not the hosted one, and how clients get along with it. */
@Timeout(60)
@Isolated("listens to the log")
class RealServerTest {
  private static final String SKYRL = "session_0123abcd";

  private final FakeService server = new FakeService();

  private void isSkyrl() {
    server.on("create_session", call -> FakeService.json(200, Map.of("session_id", SKYRL)));
  }

  private void answers(String type, Object result) {
    FakeService.Handler usual = server.handler("retrieve_future");
    server.on(
        "retrieve_future",
        call ->
            call.headers().first("X-Tinker-Request-Type").orElse("").equals(type)
                ? FakeService.json(200, result)
                : usual.answer(call));
  }

  private static FakeService.Handler refusing(int status) {
    return call -> FakeService.json(status, Map.of("detail", "Method Not Allowed"));
  }

  private static SamplingParams params() {
    return SamplingParams.builder().maxTokens(1).build();
  }

  private static Map<String, Object> scored(@Nullable Double... logprobs) {
    Map<String, Object> sequence =
        Map.of("stop_reason", "length", "tokens", List.of(1), "logprobs", List.of(-1.0));
    return Map.of("sequences", List.of(sequence), "prompt_logprobs", Arrays.asList(logprobs));
  }

  private static void isNotSupported(ThrowingCallable call, Feature feature) {
    assertThatThrownBy(call)
        .satisfies(thrown -> {
          Throwable cause = thrown instanceof NotSupportedException ? thrown : thrown.getCause();
          assertThat(cause)
              .isInstanceOfSatisfying(
                  NotSupportedException.class,
                  missing -> assertThat(missing.feature()).isEqualTo(feature));
        });
  }

  @ParameterizedTest
  @MethodSource("qualifiedPaths")
  void archiveUrl_serverThatKnowsBareNames_isAskedForTheBareName(String path) {
    String archive = "training_runs/m/checkpoints/%s/archive";
    server.on(archive.formatted("weights/x"), refusing(405));
    server.on(archive.formatted("sampler_weights/x"), refusing(405));
    server.on(
        archive.formatted("x"),
        call ->
            FakeService.json(
                200, Map.of("url", "http://files.test/x", "expires", "2099-01-01T00:00:00Z")));
    try (ServiceClient service = server.client().build()) {
      RestClient rest = service.createRestClient();

      assertThat(rest.checkpoints().archiveUrl(path).url()).isEqualTo("http://files.test/x");
    }
  }

  static Stream<String> qualifiedPaths() {
    return Stream.of("tinker://m/weights/x", "tinker://m/sampler_weights/x", "tinker://m/x");
  }

  @Test
  void pathWithoutAKind_isTakenByEveryCallThatNamesACheckpoint() {
    String path = "tinker://m/x";
    String checkpoint = "training_runs/m/checkpoints/x";
    server.on(checkpoint, call -> FakeService.json(200, Map.of()));
    server.on(checkpoint + "/publish", call -> FakeService.json(200, Map.of()));
    server.on(checkpoint + "/ttl", call -> FakeService.json(200, Map.of()));
    server.on(
        "weights_info", call -> FakeService.json(200, Map.of("base_model", "b", "is_lora", true)));
    try (ServiceClient service = server.client().build()) {
      RestClient rest = service.createRestClient();

      rest.checkpoints().delete(path, true);
      rest.checkpoints().publish(path);
      rest.checkpoints().unpublish(path);
      rest.checkpoints().clearTtl(path);
      assertThat(rest.checkpoints().weightsInfo(path).baseModel()).isEqualTo("b");
      assertThat(service.createSamplingClientFromPath(path)).isNotNull();
    }

    assertThat(server.callsTo(checkpoint)).hasSize(1);
    assertThat(server.callsTo(checkpoint + "/publish")).hasSize(2);
    assertThat(server.callsTo(checkpoint + "/ttl")).hasSize(1);
    assertThat(server.callsTo("weights_info").getFirst().json()).containsEntry("tinker_path", path);
  }

  @Test
  void callThatTheServerDoesNotHave_isNotSupportedAndNotSentAgain() {
    String checkpoint = "training_runs/m/checkpoints/weights/x";
    server.on(checkpoint, refusing(405));
    server.on(checkpoint + "/archive", refusing(405));
    server.on("training_runs/m/checkpoints/x/archive", refusing(405));
    server.on("weights_info", refusing(405));
    server.on("training_runs", refusing(501));
    String path = "tinker://m/weights/x";
    try (ServiceClient service = server.client().time(new RecordingTime()).maxRetries(0).build()) {
      RestClient rest = service.createRestClient();
      for (int i = 0; i < 2; i++) {
        isNotSupported(() -> rest.checkpoints().delete(path, true), Feature.CHECKPOINT_DELETION);
        isNotSupported(() -> rest.checkpoints().archiveUrl(path), Feature.CHECKPOINT_DOWNLOAD);
        isNotSupported(() -> rest.checkpoints().weightsInfo(path), Feature.WEIGHTS_INFO);
        isNotSupported(() -> rest.runs().list(1, 0), Feature.TRAINING_RUNS);
      }
    }

    assertThat(server.callsTo(checkpoint)).hasSize(1);
    assertThat(server.callsTo(checkpoint + "/archive")).hasSize(1);
    assertThat(server.callsTo("weights_info")).hasSize(1);
    assertThat(server.callsTo("training_runs")).hasSize(1);
  }

  @Test
  void saveWeightsExternal_serverWithoutIt_isNotSupportedAndTrainingGoesOn() {
    server.on("save_weights_external", refusing(405));
    try (ServiceClient service = server.client().build()) {
      TrainingClient training = service.createLoraTrainingClient("base");
      SaveOptions options = SaveOptions.builder().build();
      for (int i = 0; i < 2; i++) {
        isNotSupported(
            () -> training.saveWeightsExternal("x", options, List.of()).join(),
            Feature.EXTERNAL_WEIGHTS);
      }

      assertThat(training.saveState("x").join().path()).isEqualTo("tinker://m/weights/w");
    }

    assertThat(server.callsTo("save_weights_external")).hasSize(1);
    assertThat(server.callsTo("save_weights").getFirst().json()).containsEntry("seq_id", 1);
  }

  @Test
  void sample_serverThatLeavesTheFirstLogprobOut_isAlignedToThePrompt() {
    answers("Sample", scored(-0.25, -0.5));
    try (ServiceClient service = server.client().build()) {
      SampleResponse response =
          service
              .createSamplingClient("base")
              .sample(
                  ModelInput.ofInts(1, 2, 3),
                  1,
                  params(),
                  SampleOptions.builder().promptLogprobs(true).build())
              .join();

      float[] logprobs = new float[3];
      response.promptLogprobs().orElseThrow().get(logprobs);
      assertThat(logprobs).containsExactly(Float.NaN, -0.25f, -0.5f);
    }
  }

  @Test
  void computeLogprobs_ofOneTokenOrNone_isNanOrRefused() {
    answers("Sample", Map.of("sequences", Objects.requireNonNull(scored().get("sequences"))));
    try (ServiceClient service = server.client().build()) {
      SamplingClient sampler = service.createSamplingClient("base");

      assertThat(sampler.computeLogprobs(ModelInput.ofInts(1)).join()).containsExactly(Float.NaN);
      assertThatThrownBy(() -> sampler.computeLogprobs(ModelInput.ofInts(1, 2)).join())
          .hasCauseInstanceOf(RequestFailedException.class);
      CompletableFuture<float[]> none = sampler.computeLogprobs(ModelInput.of(List.of()));
      assertThatThrownBy(none::join).hasCauseInstanceOf(IllegalArgumentException.class);
    }

    assertThat(server.callsTo("asample")).hasSize(2);
  }

  @Test
  void stopAtOneText_isSentAsAList() {
    try (ServiceClient service = server.client().build()) {
      SamplingParams params =
          SamplingParams.builder().maxTokens(1).stop(StopCondition.text("end")).build();
      service.createSamplingClient("base").sample(ModelInput.ofInts(1), 1, params).join();
    }

    assertThat(server.callsTo("asample").getFirst().json().get("sampling_params"))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
        .containsEntry("stop", List.of("end"));
  }

  @Test
  void forward_datumWithoutTargetTokens_isRefusedHere() {
    Datum datum = Datum.of(ModelInput.ofInts(1), Map.of());
    try (ServiceClient service = server.client().build()) {
      TrainingClient training = service.createLoraTrainingClient("base");

      assertThatThrownBy(() ->
              training
                  .forward(List.of(Datum.supervised(1, 2), datum), LossFunction.CROSS_ENTROPY)
                  .join())
          .hasCauseInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("data[1] has no target_tokens");
      training.forward(List.of(datum), LossFunction.unchecked("own")).join();
    }

    assertThat(server.calls).filteredOn(call -> call.path().startsWith("forward")).hasSize(1);
  }

  @Test
  void forwardBackward_lossIsNan_isWarnedOfOnceForAModel() {
    answers("ForwardBackward", output(new float[] {Float.NaN, -1}));
    List<String> warnings = new ArrayList<>();
    Logger logger = Logger.getLogger(LossWarnings.class.getName());
    Handler handler =
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
    logger.addHandler(handler);
    try (ServiceClient service = server.client().build()) {
      TrainingClient training = service.createLoraTrainingClient("base");
      for (int i = 0; i < 2; i++) {
        training
            .forwardBackward(List.of(Datum.supervised(1, 2, 3)), LossFunction.CROSS_ENTROPY)
            .join();
      }
    } finally {
      logger.removeHandler(handler);
    }

    assertThat(warnings).singleElement().asString().contains("NaN", "model=m");
  }

  private static Map<String, Object> output(float[] logprobs) {
    List<Object> data = new ArrayList<>();
    for (float each : logprobs) {
      data.add(Float.isNaN(each) ? "NaN" : (Object) each);
    }
    return Map.of(
        "loss_fn_outputs",
        List.of(
            Map.of(
                "logprobs",
                Map.of("data", data, "dtype", "float32", "shape", List.of(logprobs.length)))),
        "metrics",
        Map.of());
  }

  /** The values of the page on losses, section 2.5. */
  static Stream<Arguments> losses() {
    return Stream.of(
        Arguments.of(LossFunction.CROSS_ENTROPY, 2.5),
        Arguments.of(LossFunction.IMPORTANCE_SAMPLING, -0.405342479),
        Arguments.of(LossFunction.PPO, -0.383939721),
        Arguments.of(LossFunction.ppo(0.9, 1.1), -0.283939721),
        Arguments.of(LossFunction.CISPO, 1.5),
        Arguments.of(LossFunction.cispo(0, 4), 1.089282199),
        Arguments.of(LossFunction.dro(0.05), 1.526),
        Arguments.of(LossFunction.DRO, null),
        Arguments.of(LossFunction.of("gspo"), null));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void forwardBackward_serverWithoutMetrics_hasTheSumOfEveryLossThatIsKnown(
      LossFunction loss, @Nullable Double sum) {
    answers("ForwardBackward", output(new float[] {-1, -0.5f, -2}));
    Map<String, TensorData> inputs = new LinkedHashMap<>();
    inputs.put(Datum.TARGET_TOKENS, TensorData.of(new long[] {2, 3, 4}));
    if (loss.equals(LossFunction.CROSS_ENTROPY)) {
      inputs.put(Datum.WEIGHTS, TensorData.of(new float[] {0, 1, 1}));
    } else {
      inputs.put(Datum.LOGPROBS, TensorData.of(new float[] {-1.2f, -0.5f, -1}));
      inputs.put(Datum.ADVANTAGES, TensorData.of(new float[] {1, -1, 0.5f}));
    }
    ForwardBackwardOutput output;
    try (ServiceClient service = server.client().build()) {
      output =
          service
              .createLoraTrainingClient("base")
              .forwardBackward(List.of(Datum.of(ModelInput.ofInts(1, 2, 3), inputs)), loss)
              .join();
    }

    if (sum == null) {
      assertThat(output.metrics().lossSum()).isEmpty();
    } else {
      assertThat(output.metrics().lossSum().orElseThrow()).isCloseTo(sum, within(1e-7));
    }
  }

  @Test
  void sample_seedBeyond32BitsOrNoMaxTokensOnSkyrl_isRefusedHere() {
    isSkyrl();
    try (ServiceClient service = server.client().build()) {
      SamplingClient sampler = service.createSamplingClient("base");
      ModelInput prompt = ModelInput.ofInts(1);
      SamplingParams big = SamplingParams.builder().maxTokens(1).seed(1L << 31).build();

      assertThatThrownBy(() -> sampler.sample(prompt, 1, big).join())
          .hasCauseInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("32 bits");
      assertThatThrownBy(() -> sampler.sample(prompt, 1, SamplingParams.builder().build()).join())
          .hasCauseInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("maxTokens");
      server.on("checkpoints", refusing(405)).on("sessions", refusing(405));
      assertThat(service.serverProfile().support(Feature.LONG_SEEDS))
          .isEqualTo(Support.NOT_SUPPORTED);
      assertThat(service.serverProfile().support(Feature.SAMPLING_DETAILS))
          .isEqualTo(Support.NOT_SUPPORTED);
    }

    assertThat(server.callsTo("asample")).isEmpty();
  }
}

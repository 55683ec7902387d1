package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.Personality;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.StopCondition;
import io.tinker4j.types.StopReason;
import io.tinker4j.types.SupportedModel;
import io.tinker4j.types.TensorData;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The embedded server's models of as many tokens as their names say. */
@Timeout(60)
class VocabularyOverHttpTest {
  private static final String MODEL = "tinker4j/nano-1000";
  private static final int[] TEXT = {7, 999, 256, 512, 300, 7, 0, 901};
  private static final AdamParams ADAM = AdamParams.builder().learningRate(0.02).build();
  private static final LoraOptions RANK = LoraOptions.builder().rank(8).seed(3).build();

  private static ServiceClient connect(EmbeddedTinkerServer server) {
    return ServiceClient.builder().baseUrl(server.baseUrl().toString()).apiKey("tml-test").build();
  }

  private static double train(TrainingClient training, int steps) {
    double loss = Double.NaN;
    for (int i = 0; i < steps; i++) {
      ForwardBackwardOutput output =
          training
              .forwardBackward(List.of(Datum.supervised(TEXT)), LossFunction.CROSS_ENTROPY)
              .join();
      training.optimStep(ADAM).join();
      loss = output.metrics().lossSum().orElseThrow() / (TEXT.length - 1);
    }
    return loss;
  }

  private static void assertRefused(ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .hasStackTraceContaining(parts[0])
        .satisfies(thrown -> {
          for (String part : parts) {
            assertThat(thrown).hasStackTraceContaining(part);
          }
        });
  }

  @Test
  void training_savedAndRestored_goesOnBitForBit() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ServiceClient service = connect(server)) {
      TrainingClient training = service.createLoraTrainingClient(MODEL, RANK);
      double before = train(training, 1);
      double after = train(training, 30);
      String path = training.saveState("half").join().path();
      TrainingClient restored = service.createTrainingClientFromStateWithOptimizer(path);
      train(training, 3);
      train(restored, 3);

      assertThat(before).isCloseTo(Math.log(1000), within(0.1));
      assertThat(after).isLessThan(before / 2);
      assertThat(server.weightsHash(restored.modelId()))
          .isEqualTo(server.weightsHash(training.modelId()));
    }
  }

  @Test
  void samples_ofATrainedModel_repeatItAndStopAtTokensOnly() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ServiceClient service = connect(server)) {
      TrainingClient training = service.createLoraTrainingClient(MODEL, RANK);
      train(training, 120);
      SamplingClient sampler = training.saveWeightsAndGetSamplingClient();
      SamplingParams.Builder params = SamplingParams.builder().maxTokens(7).temperature(0);
      ModelInput prompt = ModelInput.ofInts(TEXT[0]);

      SampledSequence whole = first(sampler.sample(prompt, 1, params.build()).join());
      StopCondition stop = StopCondition.tokens(300);
      SampledSequence stopped = first(sampler.sample(prompt, 1, params.stop(stop).build()).join());

      assertThat(whole.toInts()).containsExactly(999, 256, 512, 300, 7, 0, 901);
      assertThat(whole.stopReason()).isEqualTo(StopReason.LENGTH);
      assertThat(stopped.toInts()).containsExactly(999, 256, 512, 300);
      assertThat(stopped.stopReason()).isEqualTo(StopReason.STOP);
    }
  }

  private static SampledSequence first(SampleResponse response) {
    return response.sequences().get(0);
  }

  @Test
  void promptScores_allKinds_agree() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ServiceClient service = connect(server)) {
      SamplingClient sampler = service.createSamplingClient(MODEL);
      SampleOptions options =
          SampleOptions.builder()
              .promptLogprobs(true)
              .topkPromptLogprobs(1000)
              .targetPromptLogprobs(TensorData.ofLongs(new long[] {999, -1, 5, 0}, 2, 2))
              .promptAltTokensK(2)
              .build();

      SampleResponse response =
          sampler
              .sample(
                  ModelInput.ofInts(7, 999, 5),
                  1,
                  SamplingParams.builder().maxTokens(1).build(),
                  options)
              .join();

      FloatBuffer own = response.promptLogprobs().orElseThrow();
      FloatBuffer targets = response.targetPromptLogprobs().orElseThrow().floats();
      assertThat(targets.get(0)).isEqualTo(own.get(1)).isCloseTo(-6.9f, within(0.3f));
      assertThat(targets.get(1)).isZero();
      assertThat(targets.get(2)).isEqualTo(own.get(2));
      assertThat(response.topkPromptLogprobs().orElseThrow().k()).isEqualTo(1000);
      assertThat(response.promptAltTokens()).isPresent();
    }
  }

  @Test
  void getInfo_namesTheModelAndNoTokenizer() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ServiceClient service = connect(server)) {
      TrainingClient training = service.createLoraTrainingClient(MODEL, RANK);

      assertThat(training.getInfo().modelData().modelName()).contains(MODEL);
      assertThat(training.getInfo().modelData().tokenizerId()).isEmpty();
      assertThat(training.getInfo().loraRank()).hasValue(8);
    }
  }

  @Test
  void tokens_outsideTheVocabulary_areRefusedWithItsSize() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ServiceClient service = connect(server)) {
      TrainingClient training = service.createLoraTrainingClient(MODEL, RANK);
      SamplingClient sampler = service.createSamplingClient(MODEL);
      SamplingParams.Builder params = SamplingParams.builder().maxTokens(1);
      SampleOptions top = SampleOptions.builder().topkPromptLogprobs(1001).build();
      ModelInput prompt = ModelInput.ofInts(1, 2);

      assertRefused(
          () ->
              training
                  .forwardBackward(
                      List.of(Datum.supervised(1, 2, 1000)), LossFunction.CROSS_ENTROPY)
                  .join(),
          "target_tokens[1] is 1000, outside the vocabulary of ids 0 to 999");
      assertRefused(
          () -> sampler.sample(ModelInput.ofInts(3, 1000), 1, params.build()).join(),
          "prompt[1] is 1000, outside the vocabulary of ids 0 to 999");
      assertRefused(
          () -> sampler.sample(prompt, 1, params.build(), top).join(),
          "topk_prompt_logprobs is 1001; it must be from 0 to 1000");
      assertRefused(
          () -> sampler.sample(prompt, 1, params.stop(StopCondition.tokens(1000)).build()).join(),
          "stop[0] is 1000, outside the vocabulary of ids 0 to 999");
      assertRefused(
          () -> sampler.sample(prompt, 1, params.stop(StopCondition.texts("\n")).build()).join(),
          "stop has texts, which a model of 1000 tokens cannot find in them; stop at tokens");
    }
  }

  @Test
  void rank_tooLargeForTheVocabulary_isRefused() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ServiceClient service = connect(server)) {
      LoraOptions rank = LoraOptions.builder().rank(256).build();

      assertRefused(
          () -> service.createLoraTrainingClient("tinker4j/nano-1000000", rank),
          "rank is 256; a model of 1000000 tokens takes up to 128");
    }
  }

  @Test
  void offer_byDefault_hasAnyNumberAndDoesNotListIt() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ServiceClient service = connect(server)) {
      assertThat(service.getServerCapabilities().supportedModels())
          .extracting(SupportedModel::modelName)
          .noneMatch(name -> name.orElse("").matches(".*[0-9]{3}"));
      assertThat(service.createSamplingClient("tinker4j/tiny-258").baseModel())
          .isEqualTo("tinker4j/tiny-258");
      assertRefused(
          () -> service.createLoraTrainingClient("tinker4j/nano-257"),
          "base_model is \"tinker4j/nano-257\"",
          "tinker4j/tiny-N and tinker4j/nano-N with N tokens from 258 to 1000000");
    }
  }

  @Test
  void offer_thatIsNamed_hasWhatItNames() {
    EmbeddedTinkerServer.Builder settings =
        EmbeddedTinkerServer.builder().baseModels("tinker4j/nano-bytes", MODEL);
    try (EmbeddedTinkerServer server = settings.start();
        ServiceClient service = connect(server)) {
      assertThat(service.getServerCapabilities().supportedModels())
          .extracting(model -> model.modelName().orElse(""))
          .containsExactly("tinker4j/nano-bytes", MODEL);
      assertThat(train(service.createLoraTrainingClient(MODEL, RANK), 1)).isGreaterThan(6);
      assertRefused(
          () -> service.createLoraTrainingClient("tinker4j/nano-1001"),
          "this server offers [tinker4j/nano-bytes, tinker4j/nano-1000]");
    }
  }

  @Test
  void restart_ofADurableServer_goesOnWhereItWas(@TempDir Path data) {
    EmbeddedTinkerServer.Builder settings = EmbeddedTinkerServer.builder().dataDirectory(data);
    try (EmbeddedTinkerServer server = settings.start();
        ServiceClient service = connect(server)) {
      TrainingClient training = service.createLoraTrainingClient(MODEL, RANK);
      train(training, 2);
      SamplingClient sampler = training.saveWeightsAndGetSamplingClient();
      ModelInput prompt = ModelInput.ofInts(TEXT);
      float[] logprobs = sampler.computeLogprobs(prompt).join();
      String weights = server.weightsHash(training.modelId());

      server.restart();
      double loss = train(training, 1);

      assertThat(sampler.computeLogprobs(prompt).join()).isEqualTo(logprobs);
      assertThat(loss).isLessThan(Math.log(1000));
      assertThat(server.weightsHash(training.modelId())).isNotEqualTo(weights);
      assertThat(server.ledger(training.modelId()))
          .extracting(operation -> operation.kind())
          .endsWith("forward_backward", "optim_step");
    }
  }

  /** More operations than between two snapshots, and a model that is loaded, by a new server. */
  @ParameterizedTest
  @ValueSource(ints = {3, 35})
  void start_onADirectoryOfAFormerServer_hasTheSameModel(int steps, @TempDir Path data) {
    EmbeddedTinkerServer.Builder settings = EmbeddedTinkerServer.builder().dataDirectory(data);
    String id;
    String weights;
    try (EmbeddedTinkerServer server = settings.start();
        ServiceClient service = connect(server)) {
      TrainingClient training = service.createLoraTrainingClient(MODEL, RANK);
      train(training, steps);
      id = training.modelId();
      weights = server.weightsHash(id);
    }
    try (EmbeddedTinkerServer server = settings.start()) {
      assertThat(server.weightsHash(id)).isEqualTo(weights);
    }
  }

  @Test
  void skyrl_unknownToken_isNaNAndNoFailure() {
    EmbeddedTinkerServer.Builder settings =
        EmbeddedTinkerServer.builder().personality(Personality.SKYRL);
    try (EmbeddedTinkerServer server = settings.start();
        ServiceClient service = connect(server)) {
      TrainingClient training = service.createLoraTrainingClient(MODEL, RANK);

      ForwardBackwardOutput output =
          training
              .forward(List.of(Datum.supervised(1, 1000, 3)), LossFunction.CROSS_ENTROPY)
              .join();

      Map<String, TensorData> outputs = output.lossFnOutputs().get(0);
      assertThat(outputs.get("logprobs").toFloats()).containsExactly(Float.NaN, Float.NaN);
    }
  }
}

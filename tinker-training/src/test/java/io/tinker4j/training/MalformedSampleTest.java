package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.Headers;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.ImageAssetPointerChunk;
import io.tinker4j.types.ImageFormat;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.OptimStepResponse;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SamplingParams;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Samples that are not what was asked for, and numbers that JSON has no word for. */
@Timeout(60)
class MalformedSampleTest {
  private static final ModelInput PROMPT = ModelInput.ofInts(1, 2, 3);
  private static final SamplingParams PARAMS = SamplingParams.builder().maxTokens(4).build();

  private final FakeService server = new FakeService();
  private final ServiceClient service = server.client().telemetry(false).build();
  private final SamplingClient sampler = service.createSamplingClient("base");

  @AfterEach
  void close() {
    service.close();
  }

  private void answer(String json) {
    answer("application/json", json.getBytes(StandardCharsets.UTF_8));
  }

  private void answer(io.tinker4j.types.proto.SampleResponse.Builder message) {
    answer("application/x-protobuf", message.build().toByteArray());
  }

  private void answer(String type, byte[] body) {
    server.on(
        "retrieve_future",
        call ->
            TransportResponse.of(
                200,
                Headers.builder().set("content-type", type).build(),
                new ByteArrayInputStream(body)));
  }

  private static io.tinker4j.types.proto.SampleResponse.Builder binary() {
    return io.tinker4j.types.proto.SampleResponse.newBuilder();
  }

  private void sampleFailsSaying(String text) {
    assertThatThrownBy(() -> sampler.sample(PROMPT, 2, PARAMS).join())
        .cause()
        .isInstanceOfSatisfying(
            RequestFailedException.class,
            e -> assertThat(e.category()).isEqualTo(RequestFailedException.Category.SERVER))
        .hasMessageContaining(text);
  }

  @Test
  void sample_fewerSequencesThanAskedFor_isAFailureOfTheServer() {
    answer("{\"sequences\":[{\"stop_reason\":\"stop\",\"tokens\":[1]}]}");
    sampleFailsSaying("1 sequences where 2 were asked for");

    answer(binary());
    sampleFailsSaying("0 sequences where 2 were asked for");
  }

  @Test
  void sampleStream_noSequences_isAFailureOfTheServer() {
    answer("{\"sequences\":[]}");

    assertThatThrownBy(() -> sampler.sampleStream(PROMPT, 2, PARAMS).toList())
        .isInstanceOf(RequestFailedException.class)
        .hasMessageContaining("0 sequences where 1 were asked for");
  }

  @Test
  void sample_logprobsThatAreNotOnePerToken_areAFailureOfTheServer() {
    String sound = "{\"stop_reason\":\"stop\",\"tokens\":[1,2],\"logprobs\":[-1,-2]}";
    answer(
        "{\"sequences\":["
            + sound
            + ",{\"stop_reason\":\"stop\",\"tokens\":[1,2],"
            + "\"logprobs\":[-1]}]}");
    sampleFailsSaying("sequence 1 of the answer has 1 log-probabilities for 2 tokens");

    answer("{\"sequences\":[" + sound + "," + sound + "]}");
    assertThat(sampler.sample(PROMPT, 2, PARAMS).join().sequences()).hasSize(2);
  }

  @Test
  void promptLogprobs_neitherOnePerTokenNorOneLess_areAFailureOfTheServer() {
    SampleOptions options = SampleOptions.builder().promptLogprobs(true).build();
    for (String values : List.of("[null]", "[null,-1,-1,-1]", "[]")) {
      answer(
          "{\"sequences\":[{\"stop_reason\":\"stop\",\"tokens\":[1]}],\"prompt_logprobs\":"
              + values
              + "}");

      for (CompletableFuture<?> asked :
          List.of(sampler.computeLogprobs(PROMPT), sampler.sample(PROMPT, 1, PARAMS, options))) {
        assertThatThrownBy(asked::join)
            .cause()
            .isInstanceOf(RequestFailedException.class)
            .hasMessageContaining("prompt log-probabilities for 3 tokens");
      }
    }
    answer(
        "{\"sequences\":[{\"stop_reason\":\"stop\",\"tokens\":[1]}],\"prompt_logprobs\":[-1,-2]}");
    assertThat(sampler.computeLogprobs(PROMPT).join()).containsExactly(Float.NaN, -1, -2);
  }

  @Test
  void promptLogprobs_ofTheLastTokensOnly_areAsFewAsWereAskedFor() {
    SampleOptions last =
        SampleOptions.builder().promptLogprobs(true).promptLogprobsLastN(1).build();
    answer("{\"sequences\":[{\"stop_reason\":\"stop\",\"tokens\":[1]}],\"prompt_logprobs\":[-1]}");

    assertThat(sampler.computeLogprobs(PROMPT, last).join())
        .containsExactly(Float.NaN, Float.NaN, -1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NaN",
        "Infinity",
        "-Infinity",
        "\"nan\"",
        "\"NaN\"",
        "\"inf\"",
        "\"-inf\"",
        "\"Infinity\"",
        "\"-Infinity\""
      })
  void sample_numbersThatAreNotFinite_areReadAsFloats(String number) {
    answer(
        ("{\"sequences\":[{\"stop_reason\":\"stop\",\"tokens\":[1],\"logprobs\":[%s]}],"
                + "\"prompt_logprobs\":[null,%s,-1.5]}")
            .formatted(number, number));

    SampleResponse response = sampler.sample(PROMPT, 1, PARAMS).join();

    Float expected = expected(number);
    assertThat(response.sequences().get(0).logprobs().orElseThrow().get(0)).isEqualTo(expected);
    assertThat(response.promptLogprobs().orElseThrow().get(1)).isEqualTo(expected);
  }

  private static Float expected(String number) {
    if (number.toLowerCase(Locale.ROOT).contains("nan")) {
      return Float.NaN;
    }
    return number.contains("-") ? Float.NEGATIVE_INFINITY : Float.POSITIVE_INFINITY;
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "-Infinity", "\"-inf\"", "\"nan\"", "\"inf\""})
  void optimStep_metricThatIsNotFinite_isAResultAndNoFailure(String number) {
    TrainingClient training = service.createLoraTrainingClient("base");
    answer("{\"metrics\":{\"grad_norm\":" + number + "}}");

    OptimStepResponse step = training.optimStep(AdamParams.builder().build()).join();

    double read = step.metrics().orElseThrow().get("grad_norm").orElseThrow();
    assertThat((float) read).isEqualTo(expected(number));
  }

  @Test
  void computeLogprobs_imageOfUnknownLength_isRefusedBeforeItIsSent() {
    ModelInput prompt =
        ModelInput.of(
            List.of(
                ImageAssetPointerChunk.builder()
                    .format(ImageFormat.PNG)
                    .location("asset://1")
                    .build()));

    assertThatThrownBy(() -> sampler.computeLogprobs(prompt).join())
        .cause()
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expectedTokens");
    assertThat(server.callsTo("asample")).isEmpty();
  }
}

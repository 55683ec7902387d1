package io.tinker4j.recipes.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.recipes.rl.SequenceLogprobs;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.text.tokenizer.Tokenizers;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ModelInput;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NllEvaluationTest {
  private static final String MODEL = "tinker4j/nano-bytes";

  @Test
  void trainerAndSampler_haveTheSameLoss() {
    List<Datum> data =
        List.of(
            Datum.supervised("hello".chars().toArray()),
            Datum.supervised("tinker".chars().toArray()));
    NllEvaluation evaluation = NllEvaluation.of(data, Tokenizers.bytes());
    try (EmbeddedTinkerServer server =
            EmbeddedTinkerServer.builder()
                .baseModels(MODEL)
                .keepsStateInMemory(true)
                .holdTime(Duration.ofMillis(50))
                .start();
        ServiceClient service =
            ServiceClient.builder()
                .baseUrl(server.baseUrl().toString())
                .apiKey("tml-test")
                .transport(server.transport())
                .build()) {
      Map<String, Double> trained = evaluation.evaluate(service.createLoraTrainingClient(MODEL), 1);
      Map<String, Double> sampled =
          evaluation.evaluate(SequenceLogprobs.of(service.createSamplingClient(MODEL)));

      assertThat(trained.get("nll"))
          .isBetween(4.0, 7.0)
          .isCloseTo(sampled.get("nll"), within(1e-5));
      assertThat(trained.get("bits_per_byte"))
          .isCloseTo(trained.get("nll") / Math.log(2), within(1e-5));
    }
  }

  @Test
  void dataWithoutWeights_isRefused() {
    Datum datum =
        Datum.policy(ModelInput.ofInts(1), new int[] {2}, new float[] {-1}, new float[] {1});
    assertThatThrownBy(() -> NllEvaluation.of(List.of(datum))).hasMessageContaining("weights");
  }
}

package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.SupportedModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a new user does first. */
@Timeout(60)
class TrainingLoopTest {
  private static final int STEPS = 100;

  @Tag("readiness:R8")
  @Test
  void getServerCapabilities_tellsEachModelsContextLength() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ServiceClient service = service(server)) {
      List<SupportedModel> models = service.getServerCapabilities().supportedModels();

      assertThat(models)
          .isNotEmpty()
          .allSatisfy(model -> {
            assertThat(model.modelName()).isPresent();
            assertThat(model.maxContextLength().orElseThrow()).isPositive();
          });
    }
  }

  @Tag("readiness:I1")
  @Test
  void hundredSteps_pipelined_lowerTheLoss() {
    Datum datum = Datum.supervised("to be or not to be".chars().toArray());
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ServiceClient service = service(server)) {
      TrainingClient training =
          service.createLoraTrainingClient(
              "tinker4j/nano-bytes", LoraOptions.builder().rank(4).build());
      List<CompletableFuture<ForwardBackwardOutput>> passes = new ArrayList<>();
      CompletableFuture<?> last = CompletableFuture.completedFuture(null);
      for (int step = 0; step < STEPS; step++) {
        passes.add(training.forwardBackward(List.of(datum), LossFunction.CROSS_ENTROPY));
        last = training.optimStep(AdamParams.builder().learningRate(0.01).build());
      }
      assertThat(last).succeedsWithin(Duration.ofSeconds(50));
      List<Double> losses =
          passes.stream().map(pass -> pass.join().metrics().lossSum().orElseThrow()).toList();

      assertThat(losses).hasSize(STEPS);
      assertThat(losses.getLast()).isLessThan(losses.getFirst() / 2);
    }
  }

  private static ServiceClient service(EmbeddedTinkerServer server) {
    return ServiceClient.builder().baseUrl(server.baseUrl().toString()).apiKey("tml-test").build();
  }
}

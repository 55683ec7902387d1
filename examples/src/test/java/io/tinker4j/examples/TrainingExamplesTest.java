package io.tinker4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.LossFunction;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TrainingExamplesTest {
  private final ExampleServer example = ExampleServer.start();
  private final ServiceClient service = example.connect();

  @AfterEach
  void stop() {
    service.close();
    example.close();
  }

  private TrainingClient training() {
    return service.createLoraTrainingClient(ExampleServer.MODEL);
  }

  @Test
  void trainingLoop_learnsAndSamplesWhatItHasLearned() {
    try (ExampleServer tiny =
            ExampleServer.start(settings -> settings.baseModels("tinker4j/tiny-bytes"));
        ServiceClient client = tiny.connect()) {
      TrainingLoop.Report report = TrainingLoop.run(client, "do re mi fa sol la si do", 40);

      assertThat(report.losses()).hasSize(40);
      assertThat(report.losses().get(39)).isLessThan(report.losses().get(0) / 4);
      assertThat(report.checkpoint()).endsWith("/sampler_weights/loop");
      assertThat(report.sample()).startsWith("fa");
    }
  }

  @Test
  void pipelinedTraining_learnsInOrder() {
    TrainingClient training = training();

    List<Double> losses = PipelinedTraining.run(training, 12);

    assertThat(losses).hasSize(12);
    assertThat(losses.get(11)).isLessThan(losses.get(0));
    assertThat(example.server.ledger(training.modelId()))
        .filteredOn(each -> each.kind().equals("optim_step"))
        .hasSize(12);
  }

  @Test
  void customLossTraining_lowersItsLoss() {
    List<Double> losses = CustomLossTraining.run(training(), 10);

    assertThat(losses.get(9)).isLessThan(losses.get(0));
  }

  @Test
  void structuredRegularizers_addUp() {
    var result = StructuredRegularizers.run();

    double sum =
        result.metrics().entrySet().stream()
            .filter(each -> each.getKey().endsWith("/weighted"))
            .mapToDouble(each -> each.getValue())
            .sum();
    assertThat(result.loss()).isCloseTo(sum, within(1e-9));
    assertThat(result.metrics()).containsEntry("nll/value", 3.75).containsEntry("mine/value", 2.0);
    assertThat(result.metrics().keySet()).filteredOn(each -> each.endsWith("/value")).hasSize(10);
    assertThat(result.gradients().get(1)[0]).isLessThan(result.gradients().get(1)[1]);
  }

  @Test
  void structuredRegularizersTraining_heavierTerm_staysNearer() {
    double near =
        StructuredRegularizersTraining.run(training(), 5, 8).get("kl/value").orElseThrow();
    double far = StructuredRegularizersTraining.run(training(), 0, 8).get("kl/value").orElseThrow();

    assertThat(near).isPositive().isLessThan(far);
  }

  @Test
  void forwardInference_ranksTexts_andChangesNothing() {
    TrainingClient training = training();
    String before = example.server.weightsHash(training.modelId());

    double[] perplexities = ForwardInference.run(training, List.of("aa", "abcdefgh"));

    assertThat(perplexities).hasSize(2);
    assertThat(perplexities[0]).isGreaterThan(1).isNotEqualTo(perplexities[1]);
    assertThat(example.server.weightsHash(training.modelId())).isEqualTo(before);
  }

  @Test
  void adamAndChunking_1025Examples_areTwoRequestsAndOneResult() {
    AdamAndChunking.Result result = AdamAndChunking.run(training(), 1025);

    assertThat(result.outputs()).isEqualTo(1025);
    assertThat(result.loss()).isPositive();
    assertThat(example.requests("forward_backward")).isEqualTo(2);
    assertThat(example.requests("optim_step")).isEqualTo(1);
  }

  @Test
  void partialFailure_callsOnlyTheMissingPartAgain() {
    TrainingClient training = training();

    assertThat(PartialFailure.run(training))
        .singleElement()
        .satisfies(range -> assertThat(range.from()).isEqualTo(1024))
        .satisfies(range -> assertThat(range.to()).isEqualTo(1025));
    assertThat(example.requests("forward_backward")).isEqualTo(3);
    assertThat(example.requests("optim_step")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"importance_sampling", "ppo", "cispo"})
  void reinforcementLoop_raisesTheReward(String loss) {
    List<Double> rewards = ReinforcementLoop.run(training(), LossFunction.of(loss), 12);

    assertThat(rewards.subList(9, 12).stream().mapToDouble(each -> each).average().orElseThrow())
        .isGreaterThan(rewards.get(0));
  }
}

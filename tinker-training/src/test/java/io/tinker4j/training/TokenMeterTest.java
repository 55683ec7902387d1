package io.tinker4j.training;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.training.cost.TokenKind;
import io.tinker4j.training.cost.TokenMeter;
import io.tinker4j.training.cost.TokenUsage;
import io.tinker4j.training.loss.CustomLoss;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.BillingUsageEvent;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.SamplingPrefillBillingEvent;
import io.tinker4j.types.SamplingSampleBillingEvent;
import io.tinker4j.types.TrainingBillingEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The meter of a service client, beside what the embedded server bills. */
@Timeout(60)
class TokenMeterTest {
  private static final String MODEL = "tinker4j/tiny-bytes";
  private static final ModelInput PROMPT = ModelInput.ofInts(5, 6, 7, 8, 9);
  private static final SamplingParams FOUR = SamplingParams.builder().maxTokens(4).build();

  private final ManualTime time = ManualTime.autoAdvancing();
  private final TokenMeter meter = TokenMeter.create();
  private EmbeddedTinkerServer server;
  private ServiceClient service;

  private void start(Fault... faults) {
    server = EmbeddedTinkerServer.builder().time(time).faults(FaultScript.of(faults)).start();
    service =
        ServiceClient.builder()
            .baseUrl(server.baseUrl().toString())
            .apiKey("tml-test")
            .time(time)
            .tokenMeter(meter)
            .build();
  }

  @AfterEach
  void close() {
    service.close();
    server.close();
    time.close();
  }

  private TrainingClient training() {
    return service.createLoraTrainingClient(MODEL, LoraOptions.builder().rank(4).build());
  }

  /** Model inputs of 3 and 4 tokens: the last token of each text is a target only. */
  private static List<Datum> batch() {
    return List.of(
        Datum.supervised(new int[] {1, 2, 3, 4}), Datum.supervised(new int[] {1, 2, 3, 4, 5}));
  }

  private long billed(Class<?> kind) {
    Instant hour = time.now().truncatedTo(ChronoUnit.HOURS);
    List<BillingUsageEvent> events =
        service
            .createRestClient()
            .billing()
            .usage(hour.minus(2, ChronoUnit.HOURS), hour.plus(1, ChronoUnit.HOURS))
            .data();
    return events.stream()
        .map(BillingUsageEvent::eventInfo)
        .filter(kind::isInstance)
        .mapToLong(event ->
            switch (event) {
              case TrainingBillingEvent training -> training.tokenCount();
              case SamplingPrefillBillingEvent prefill -> prefill.tokenCount();
              case SamplingSampleBillingEvent sample -> sample.tokenCount();
              default -> 0;
            })
        .sum();
  }

  @Test
  void passes_countInputsAsTrainedOrRead() {
    start();
    TrainingClient training = training();

    training.forwardBackward(batch(), LossFunction.CROSS_ENTROPY).join();
    training.optimStep(AdamParams.builder().build()).join();
    training.forward(batch(), LossFunction.CROSS_ENTROPY).join();

    assertThat(meter.byRun())
        .isEqualTo(
            Map.of(
                training.modelId(),
                TokenUsage.of(TokenKind.TRAIN, 7).plus(TokenUsage.of(TokenKind.PREFILL, 7))));
    assertThat(meter.byModel().keySet()).containsExactly(MODEL);
    assertThat(billed(TrainingBillingEvent.class)).isEqualTo(meter.total().total());
  }

  @Test
  void customLoss_countsBothPasses() {
    start();
    TrainingClient training = training();

    training
        .forwardBackwardCustom(
            batch(),
            (data, logprobs) ->
                new CustomLoss.Result(
                    0, logprobs.stream().map(each -> new float[each.length]).toList(), Map.of()))
        .join();

    assertThat(meter.total().byKind())
        .isEqualTo(Map.of(TokenKind.TRAIN, 7L, TokenKind.PREFILL, 7L));
  }

  @Test
  void samples_countThePromptOncePerRequest() {
    start();
    SamplingClient sampler = service.createSamplingClient(MODEL);

    int generated =
        sampler.sample(PROMPT, 3, FOUR).join().sequences().stream()
            .mapToInt(sequence -> sequence.tokens().remaining())
            .sum();

    assertThat(meter.byRun().get(MODEL).byKind())
        .isEqualTo(Map.of(TokenKind.PREFILL, 5L, TokenKind.SAMPLE, (long) generated));
    assertThat(billed(SamplingPrefillBillingEvent.class)).isEqualTo(5);
    assertThat(billed(SamplingSampleBillingEvent.class)).isEqualTo(generated);
  }

  @Test
  void samplers_countForTheRunOfTheirWeights() {
    start();
    TrainingClient training = training();
    String path = training.saveWeightsForSampler("one").join().path();

    training.saveWeightsAndGetSamplingClient().computeLogprobs(PROMPT).join();
    service.createSamplingClientFromPath(path).sample(PROMPT, 1, FOUR).join();

    assertThat(meter.byRun().keySet()).containsExactly(training.modelId());
    assertThat(meter.byModel().get(MODEL).tokens(TokenKind.PREFILL)).isEqualTo(10);
  }

  @Test
  void requestsThatAreRepeated_countOnce() {
    start(
        Fault.on(operation("forward_backward")).nth(1).executeThenDropAnswer(),
        Fault.on(operation("forward_backward")).nth(2).answer(503),
        Fault.on(operation("asample")).nth(1).executeThenDropAnswer(),
        Fault.on(operation("asample")).nth(2).answer(429));
    TrainingClient training = training();

    training.forwardBackward(batch(), LossFunction.CROSS_ENTROPY).join();
    service.createSamplingClient(MODEL).sample(PROMPT, 1, FOUR).join();

    assertThat(meter.total().tokens(TokenKind.TRAIN)).isEqualTo(7);
    assertThat(meter.total().tokens(TokenKind.PREFILL)).isEqualTo(5);
    assertThat(billed(TrainingBillingEvent.class)).isEqualTo(7);
    assertThat(billed(SamplingPrefillBillingEvent.class)).isEqualTo(5);
  }

  @Test
  void refusedRequests_countNothing() {
    start(Fault.on(operation("forward_backward")).nth(2).answer(422));
    TrainingClient training = training();
    training.forward(batch(), LossFunction.CROSS_ENTROPY).join(); // which format it reads is known

    assertThat(training.forwardBackward(batch(), LossFunction.CROSS_ENTROPY))
        .failsWithin(Duration.ofSeconds(30));

    assertThat(meter.total()).isEqualTo(TokenUsage.of(TokenKind.PREFILL, 7));
  }
}

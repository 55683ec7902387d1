package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.observe.ExecutedOperation;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.NotFoundException;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.TensorData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the clients promise, over HTTP against the embedded server. */
// readiness: A1, A3, B1, B4, F3, F4, I2, I3, R6, S2
@Timeout(60)
class ClientsOverHttpTest {
  private static final String MODEL = "tinker4j/nano-bytes";
  private static final AdamParams ADAM = AdamParams.builder().learningRate(0.01).build();
  private static final int[] TEXT = "the quick brown fox".chars().toArray();

  private final TamperingTransport transport = new TamperingTransport();
  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder()
          .clientConfig(ClientConfigResponse.builder().fwdbwdMaxChunkLen(2).build())
          .start();
  private ServiceClient service;
  private TrainingClient training;

  @BeforeEach
  void open() {
    service =
        ServiceClient.builder()
            .baseUrl(server.baseUrl().toString())
            .apiKey("tml-test")
            .transport(transport)
            .build();
    training =
        service.createLoraTrainingClient(MODEL, LoraOptions.builder().rank(4).seed(3).build());
  }

  @AfterEach
  void close() {
    service.close();
    transport.close();
    server.close();
  }

  @Test
  void close_openSession_finishesItOnTheServer() {
    assertThat(server.openSessions()).hasSize(1);

    service.close();

    assertThat(server.openSessions()).isEmpty();
    assertThatThrownBy(() -> service.createSamplingClient(MODEL))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void close_waitingFuture_failsItInsteadOfLeavingItPending() throws Exception {
    CountDownLatch reached = transport.hold("/optim_step", new CountDownLatch(1));
    CompletableFuture<?> pending = training.optimStep(ADAM);
    CompletableFuture<?> behind = training.optimStep(ADAM);
    reached.await();

    service.close(Duration.ZERO);

    assertThatThrownBy(() -> pending.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(Exception.class);
    assertThatThrownBy(() -> behind.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(Exception.class);
  }

  @Test
  void forwardBackward_moreDataThanAChunk_sendsTheFirstChunkLastAndMergesInOrder() {
    List<Datum> data = new ArrayList<>();
    for (int length = 3; length < 10; length++) {
      data.add(Datum.supervised("the quick brown fox".substring(0, length).chars().toArray()));
    }

    ForwardBackwardOutput merged =
        training.forwardBackward(data, LossFunction.CROSS_ENTROPY).join();

    assertThat(server.submissions(training.modelId()))
        .containsExactlyInAnyOrder(1L, 2L, 3L, 4L)
        .last()
        .isEqualTo(1L);
    assertThat(merged.lossFnOutputs())
        .extracting(output -> size(output))
        .containsExactly(2, 3, 4, 5, 6, 7, 8);
    double expected = 0;
    for (Datum datum : data) {
      expected += lossOf(training.forward(List.of(datum), LossFunction.CROSS_ENTROPY).join());
    }
    assertThat(lossOf(merged)).isCloseTo(expected, within(1e-4));
  }

  private static int size(Map<String, TensorData> output) {
    return Objects.requireNonNull(output.get("logprobs")).size();
  }

  @Test
  void forward_data_leavesTheGradientsAlone() {
    String before = server.weightsHash(training.modelId());
    training.forward(List.of(Datum.supervised(TEXT)), LossFunction.CROSS_ENTROPY).join();
    training.optimStep(ADAM).join();
    assertThat(server.weightsHash(training.modelId())).isEqualTo(before);

    step();
    assertThat(server.weightsHash(training.modelId())).isNotEqualTo(before);
  }

  @Test
  void forwardBackward_noData_isRefusedWithoutTakingAPlace() {
    assertThatThrownBy(training.forwardBackward(List.of(), LossFunction.CROSS_ENTROPY)::join)
        .hasCauseInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("data is empty");

    training.optimStep(ADAM).join();
    assertThat(server.submissions(training.modelId())).containsExactly(1L);
  }

  @Test
  void optimStep_submissionRefused_failsWhatCountsOnItAndGoesOn() {
    transport.refuse("/optim_step", 400, "{\"detail\": \"no such optimizer\"}");
    CompletableFuture<?> refused = training.optimStep(ADAM);
    CompletableFuture<?> behind =
        training.forwardBackward(List.of(Datum.supervised(TEXT)), LossFunction.CROSS_ENTROPY);

    assertThatThrownBy(refused::join)
        .cause()
        .isInstanceOf(ApiStatusException.class)
        .hasMessageContaining("no such optimizer");
    assertThatThrownBy(behind::join)
        .cause()
        .isInstanceOf(TrainingHaltedException.class)
        .hasCauseInstanceOf(ApiStatusException.class);
    assertThat(training.saveState("later").join().path()).endsWith("/weights/later");
    assertThat(server.submissions(training.modelId())).containsExactly(1L);
  }

  @Test
  void forwardBackward_tokenOutsideTheVocabulary_failsAsTheUsersFaultAndTrainingGoesOn() {
    CompletableFuture<?> bad =
        training.forwardBackward(
            List.of(Datum.supervised(1, 2, 1_000_000)), LossFunction.CROSS_ENTROPY);
    CompletableFuture<?> good =
        training.forwardBackward(List.of(Datum.supervised(TEXT)), LossFunction.CROSS_ENTROPY);

    assertThatThrownBy(bad::join)
        .cause()
        .isInstanceOfSatisfying(
            RequestFailedException.class,
            failed -> {
              assertThat(failed.category()).isEqualTo(RequestFailedException.Category.USER);
              assertThat(failed.isRetryable()).isFalse();
              assertThat(failed.requestId()).isPresent();
            });
    assertThat(good.join()).isNotNull();
  }

  @Test
  void cancel_operationUnderWay_stopsTheWaitingAndNotTheOperation() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch reached = transport.hold("/forward_backward", gate);
    CompletableFuture<?> pass =
        training.forwardBackward(List.of(Datum.supervised(TEXT)), LossFunction.CROSS_ENTROPY);
    reached.await();
    pass.cancel(true);
    gate.countDown();
    training.optimStep(ADAM).join();

    assertThat(server.ledger(training.modelId()))
        .extracting(ExecutedOperation::kind)
        .containsExactly("forward_backward", "optim_step");
  }

  @Test
  void saveState_nameTaken_failsUnlessOverwritten() {
    String path = training.saveState("twice").join().path();

    assertThatThrownBy(() -> training.saveState("twice").join())
        .cause()
        .isInstanceOf(RequestFailedException.class)
        .hasMessageContaining("ResourceAlreadyExists");
    SaveOptions overwrite = SaveOptions.builder().overwrite(true).build();
    assertThat(training.saveState("twice", overwrite).join().path()).isEqualTo(path);
  }

  @Test
  void loadStateWithOptimizer_afterMoreSteps_goesBackToTheSavedState() {
    step();
    CompletableFuture<?> save = training.saveState("here");
    save.join();
    String saved = server.weightsHash(training.modelId());
    step();
    String after = server.weightsHash(training.modelId());
    String path = "tinker://" + training.modelId() + "/weights/here";

    training.loadStateWithOptimizer(path).join();
    assertThat(server.weightsHash(training.modelId())).isEqualTo(saved);
    step();
    assertThat(server.weightsHash(training.modelId())).isEqualTo(after);

    training.loadState(path).join();
    assertThat(server.weightsHash(training.modelId())).isEqualTo(saved);
    step();
    assertThat(server.weightsHash(training.modelId())).isNotEqualTo(after);
  }

  @Test
  void createTrainingClientFromState_checkpoint_takesOverItsRankAndFlags() {
    TrainingClient small =
        service.createLoraTrainingClient(
            MODEL, LoraOptions.builder().rank(2).trainUnembed(false).build());
    String path = small.saveState("small").join().path();

    TrainingClient restored = service.createTrainingClientFromState(path);

    var info =
        service
            .createRestClient()
            .checkpoints()
            .weightsInfo(restored.saveState("again").join().path());
    assertThat(info.loraRank()).hasValue(2);
    assertThat(info.trainUnembed()).hasValue(false);
    assertThat(info.trainMlp()).hasValue(true);
    assertThat(restored.getInfo().modelData().modelName()).contains(MODEL);
    assertThat(server.weightsHash(restored.modelId()))
        .isEqualTo(server.weightsHash(small.modelId()));
  }

  @Test
  void createLoraTrainingClient_unknownModel_throwsTheServersReason() {
    assertThatThrownBy(() -> service.createLoraTrainingClient("no/such-model"))
        .isInstanceOf(ApiStatusException.class)
        .hasMessageContaining("no/such-model");
  }

  @Test
  void saveWeightsAndGetSamplingClient_trainingGoesOn_theSamplerDoesNotMove() {
    ModelInput prompt = ModelInput.ofInts(TEXT);
    SamplingClient sampler = training.saveWeightsAndGetSamplingClient();
    float[] before = sampler.computeLogprobs(prompt).join();

    step();

    assertThat(sampler.computeLogprobs(prompt).join()).isEqualTo(before);
    assertThat(training.saveWeightsAndGetSamplingClient().computeLogprobs(prompt).join())
        .isNotEqualTo(before);
  }

  @Test
  void computeLogprobs_prompt_agreesWithTheCrossEntropyOfTheSameTokens() {
    float[] logprobs =
        training.saveWeightsAndGetSamplingClient().computeLogprobs(ModelInput.ofInts(TEXT)).join();

    assertThat(logprobs).hasSize(TEXT.length);
    assertThat(logprobs[0]).isNaN();
    double sum = 0;
    for (int i = 1; i < logprobs.length; i++) {
      sum -= logprobs[i];
    }
    double loss =
        lossOf(
            training.forward(List.of(Datum.supervised(TEXT)), LossFunction.CROSS_ENTROPY).join());
    assertThat(sum).isCloseTo(loss, within(1e-3));
  }

  @Test
  void sample_seedAndOptions_areRepeatableAndReturnWhatWasAsked() {
    SamplingClient sampler =
        service.createSamplingClientFromPath(training.saveWeightsForSampler("s").join().path());
    SamplingParams params = SamplingParams.builder().maxTokens(8).temperature(1).seed(5).build();
    SampleOptions options =
        SampleOptions.builder().promptLogprobs(true).topkPromptLogprobs(3).build();

    var first = sampler.sample(ModelInput.ofInts(TEXT), 2, params, options).join();
    var second = sampler.sample(ModelInput.ofInts(TEXT), 2, params, options).join();

    for (int i = 0; i < 2; i++) {
      SampledSequence one = first.sequences().get(i);
      SampledSequence other = second.sequences().get(i);
      assertThat(one.toInts()).isEqualTo(other.toInts());
      assertThat(one.logprobs()).isEqualTo(other.logprobs());
      assertThat(one.sequenceId().orElseThrow()).isNotEqualTo(other.sequenceId().orElseThrow());
    }
    assertThat(first.promptLogprobs()).isEqualTo(second.promptLogprobs());
    assertThat(first.topkPromptLogprobs()).isEqualTo(second.topkPromptLogprobs());
    assertThat(first.sequences()).hasSize(2);
    assertThat(first.sequences().get(0).toInts()).hasSize(8);
    assertThat(first.promptLogprobs().orElseThrow().remaining()).isEqualTo(TEXT.length);
    assertThat(first.topkPromptLogprobs().orElseThrow().k()).isEqualTo(3);
  }

  @Test
  void sample_wrongArguments_areRefusedBeforeAnythingIsSent() {
    SamplingClient sampler = service.createSamplingClient(MODEL);
    SamplingParams params = SamplingParams.builder().maxTokens(1).build();

    refusedByFuture("numSamples", sampler.sample(ModelInput.ofInts(TEXT), 0, params));
    refusedByFuture("prompt", sampler.sample(ModelInput.ofInts(-1), 1, params));
    refused("modelPath", () -> service.createSamplingClientFromPath("/weights/1"));
    refusedByFuture("name", training.saveState("a/b"));
    refused(
        "learning_rate",
        () -> training.optimStep(AdamParams.builder().learningRate(Double.NaN).build()));
    refused("rank", () -> LoraOptions.builder().rank(3).build());
    assertThat(server.submissions(training.modelId())).isEmpty();
  }

  private static void refusedByFuture(String named, CompletableFuture<?> call) {
    assertThatThrownBy(call::join)
        .hasCauseInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named);
  }

  private static void refused(String named, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named);
  }

  @Test
  void getTrainingRun_knownAndUnknown_describesOrThrowsNotFound() {
    training.saveState("one").join();
    RestClient rest = service.createRestClient();

    assertThat(rest.runs().get(training.modelId()).baseModel()).isEqualTo(MODEL);
    assertThat(rest.checkpoints().list(training.modelId()).checkpoints())
        .extracting(checkpoint -> checkpoint.tinkerPath())
        .containsExactly("tinker://" + training.modelId() + "/weights/one");
    assertThatThrownBy(() -> rest.runs().get("none")).isInstanceOf(NotFoundException.class);
  }

  @Test
  void build_withoutAnyApiKey_saysWhereToSetOne() {
    assertThatThrownBy(() -> ServiceClient.builder().apiKey("").build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("TINKER_API_KEY");
  }

  private void step() {
    var pass =
        training.forwardBackward(List.of(Datum.supervised(TEXT)), LossFunction.CROSS_ENTROPY);
    training.optimStep(ADAM).join();
    pass.join();
  }

  private static double lossOf(ForwardBackwardOutput output) {
    return output.metrics().lossSum().orElseThrow();
  }
}

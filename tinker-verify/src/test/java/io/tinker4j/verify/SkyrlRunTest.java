package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.Personality;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.NotSupportedException;
import io.tinker4j.training.RequestFailedException;
import io.tinker4j.training.RestClient;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServerProfile;
import io.tinker4j.training.ServerProfile.Feature;
import io.tinker4j.training.ServerProfile.Support;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SamplingParams;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The clients on a server that differs from the hosted one wherever SkyRL does. */
@Timeout(120)
class SkyrlRunTest {
  private static final int[] TEXT = "the quick brown fox".chars().toArray();
  private static final List<Datum> BATCH = List.of(Datum.supervised(TEXT));
  private static final AdamParams ADAM = AdamParams.builder().learningRate(0.01).build();

  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder().personality(Personality.SKYRL).start();
  private final AtomicInteger restAttempts = new AtomicInteger();
  private final ServiceClient service =
      ServiceClient.builder()
          .baseUrl(server.baseUrl().toString())
          .apiKey("tml-test")
          .listener(
              new TinkerListener() {
                @Override
                public void attemptStarted(TracedAttempt attempt) {
                  if (attempt.call().kind() == CallKind.REST) {
                    restAttempts.incrementAndGet();
                  }
                }
              })
          .build();
  private final TrainingClient training =
      service.createLoraTrainingClient(
          "tinker4j/nano-bytes", LoraOptions.builder().rank(4).seed(1).build());

  @AfterEach
  void close() {
    service.close();
    server.close();
  }

  private static double step(TrainingClient client) {
    CompletableFuture<ForwardBackwardOutput> pass =
        client.forwardBackward(BATCH, LossFunction.CROSS_ENTROPY);
    client.optimStep(ADAM).join();
    return pass.join().metrics().lossSum().orElseThrow();
  }

  @Test
  void training_withoutMetrics_hasTheLossOfItsOutputsAndItGoesDown() {
    double first = step(training);
    for (int i = 0; i < 8; i++) {
      step(training);
    }

    assertThat(step(training)).isLessThan(first);
  }

  @Test
  void droLoss_isNotSupported_andNotSentAgain() {
    Datum datum =
        Datum.policy(ModelInput.ofInts(TEXT), TEXT, new float[TEXT.length], new float[TEXT.length]);

    assertThatThrownBy(() -> training.forwardBackward(List.of(datum), LossFunction.DRO).join())
        .hasCauseInstanceOf(NotSupportedException.class)
        .hasMessageContaining("dro");
    long passes = passes();
    assertThatThrownBy(training.forwardBackward(List.of(datum), LossFunction.DRO)::join)
        .cause()
        .isInstanceOfSatisfying(
            NotSupportedException.class, e -> assertThat(e.feature()).isEqualTo(Feature.DRO_LOSS));
    assertThat(passes()).isEqualTo(passes);
  }

  private long passes() {
    return server.requests().stream()
        .filter(request -> request.path().endsWith("/forward_backward"))
        .count();
  }

  @Test
  void resume_withOptimizer_goesOnAsIfItHadNotStopped() {
    step(training);
    String path = training.saveState("here").join().path();
    double[] went = {step(training), step(training), step(training)};

    TrainingClient resumed = service.createTrainingClientFromStateWithOptimizer(path);

    for (double loss : went) {
      assertThat(step(resumed)).isCloseTo(loss, within(1e-6 * Math.abs(loss)));
    }
  }

  @Test
  void sampling_fromSavedWeights_returnsTokensAndLogProbabilitiesOfEachPosition() {
    SamplingClient sampler = training.saveWeightsAndGetSamplingClient();

    SampleResponse response =
        sampler
            .sample(
                ModelInput.ofInts(TEXT), 2, SamplingParams.builder().maxTokens(5).seed(1).build())
            .join();
    float[] logprobs = sampler.computeLogprobs(ModelInput.ofInts(TEXT)).join();

    assertThat(response.sequences())
        .hasSize(2)
        .allSatisfy(each -> assertThat(each.toInts()).hasSize(5));
    assertThat(logprobs).hasSize(TEXT.length);
    assertThat(logprobs[0]).isNaN();
    assertThat(logprobs[1]).isNegative();
  }

  @Test
  void namedSamplerCheckpoint_pathOfTwoParts_canBeSampledFrom() {
    String path = training.saveWeightsForSampler("s").join().path();

    assertThat(path).isEqualTo("tinker://" + training.modelId() + "/s");
    assertThat(
            service
                .createSamplingClientFromPath(path)
                .sample(ModelInput.ofInts(TEXT), 1, SamplingParams.builder().maxTokens(2).build())
                .join()
                .sequences())
        .hasSize(1);
  }

  @Test
  void missingFeatures_areTypedAndAskedForOnce() {
    RestClient rest = service.createRestClient();
    String path = training.saveState("w").join().path();

    notSupported(Feature.USER_CHECKPOINTS, () -> rest.checkpoints().list(1, 0));
    notSupported(Feature.SESSIONS, () -> rest.sessions().list(1, 0));
    notSupported(Feature.PUBLISHING, () -> rest.checkpoints().unpublish(path));
    notSupported(Feature.CHECKPOINT_TTL, () -> rest.checkpoints().setTtl(path, Duration.ofDays(1)));
    notSupported(Feature.AUDIT_LOG, rest::getAuditLog);

    ServerProfile profile = service.serverProfile();
    assertThat(profile.family()).isEqualTo(ServerProfile.Family.SKYRL);
    assertThat(profile.support(Feature.DYNAMIC_CONFIG)).isEqualTo(Support.NOT_SUPPORTED);
    assertThat(profile.support(Feature.USER_CHECKPOINTS)).isEqualTo(Support.NOT_SUPPORTED);
    assertThat(profile.toString()).contains("skyrl").contains("audit log: not supported");
  }

  private void notSupported(Feature feature, ThrowingCallable call) {
    for (int i = 0; i < 2; i++) {
      int before = restAttempts.get();
      assertThatThrownBy(call)
          .isInstanceOfSatisfying(
              NotSupportedException.class, e -> assertThat(e.feature()).isEqualTo(feature))
          .hasMessageContaining("not supported by this server");
      assertThat(restAttempts.get() - before).isEqualTo(i == 0 ? 1 : 0);
    }
  }

  @Test
  void failedOperation_badRequestWithDetail_isAFailureAtOnce() {
    assertThatThrownBy(() ->
            training
                .forwardBackward(List.of(Datum.supervised(1, 2, 3)), LossFunction.unchecked("gspo"))
                .join())
        .cause()
        .isInstanceOf(RequestFailedException.class);
    assertThat(step(training)).isPositive();
  }

  @Test
  void profile_ofTheHostedService_hasAll() {
    try (EmbeddedTinkerServer hosted = EmbeddedTinkerServer.start();
        ServiceClient client =
            ServiceClient.builder()
                .baseUrl(hosted.baseUrl().toString())
                .apiKey("tml-test")
                .build()) {
      client.createSamplingClient("tinker4j/nano-bytes");

      ServerProfile profile = client.serverProfile();

      assertThat(profile.family()).isEqualTo(ServerProfile.Family.TINKER);
      assertThat(profile.support(Feature.USER_CHECKPOINTS)).isEqualTo(Support.SUPPORTED);
      assertThat(profile.support(Feature.SESSIONS)).isEqualTo(Support.SUPPORTED);
      assertThat(profile.support(Feature.DYNAMIC_CONFIG)).isEqualTo(Support.SUPPORTED);
      assertThat(profile.support(Feature.PUBLISHING)).isEqualTo(Support.UNKNOWN);
    }
  }
}

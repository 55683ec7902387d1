package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.RefusedNumbers;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.fault.RequestMatcher;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A call that was sent as several requests, of which the server fails some. */
@Timeout(60)
class PartialPassTest {
  private static final LossFunction LOSS = LossFunction.CROSS_ENTROPY;
  private static final AdamParams ADAM = AdamParams.builder().learningRate(0.01).build();
  private static final Datum GOOD = Datum.supervised(104, 101, 108, 108, 111);

  /** Out of the embedded model's vocabulary of bytes, which shows only when it is carried out. */
  private static final Datum BAD = Datum.supervised(104, 100_000, 108);

  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder()
          .clientConfig(ClientConfigResponse.builder().fwdbwdMaxChunkLen(2).build())
          .start();

  private ServiceClient client() {
    return ServiceClient.builder().baseUrl(server.baseUrl().toString()).apiKey("tml-test").build();
  }

  private static double gradNorm(TrainingClient client) {
    return client.optimStep(ADAM).join().metrics().orElseThrow().get("grad_norm").orElseThrow();
  }

  private static PartialPassException failure(CompletableFuture<?> pass) {
    return (PartialPassException) Objects.requireNonNull(catchThrowable(pass::join).getCause());
  }

  @Test
  void forwardBackward_oneOfThreeRequestsFails_namesTheCallersDatumAndWhatIsIn() {
    List<Datum> data = new ArrayList<>(Collections.nCopies(6, GOOD));
    data.set(3, BAD);
    try (server;
        ServiceClient service = client()) {
      TrainingClient client = service.createLoraTrainingClient("tinker4j/nano-bytes");

      PartialPassException failure = failure(client.forwardBackward(data, LOSS));

      assertThat(failure.requests()).isEqualTo(3);
      assertThat(failure.completed()).isEqualTo(2);
      assertThat(failure.missing()).containsExactly(new PartialPassException.Range(2, 4));
      assertThat(failure.isUserError()).isTrue();
      assertThat(failure.isStepTakenIn()).isFalse();
      assertThat(failure).hasMessageContaining("data[3]").hasMessageContaining("data[2..3]");
    }
  }

  @Test
  void forwardBackward_calledAgainWithWhatIsMissing_givesTheGradientOfTheWholeOnce() {
    List<Datum> data = new ArrayList<>(Collections.nCopies(4, GOOD));
    data.set(3, BAD);
    try (server;
        ServiceClient service = client()) {
      TrainingClient whole = service.createLoraTrainingClient("tinker4j/nano-bytes");
      whole.forwardBackward(Collections.nCopies(3, GOOD), LOSS).join();
      double expected = gradNorm(whole);
      TrainingClient client = service.createLoraTrainingClient("tinker4j/nano-bytes");
      PartialPassException failure = failure(client.forwardBackward(data, LOSS));

      List<Datum> rest = new ArrayList<>();
      for (PartialPassException.Range range : failure.missing()) {
        rest.addAll(data.subList(range.from(), range.to()));
      }
      rest.remove(BAD);
      client.forwardBackward(rest, LOSS).join();

      assertThat(gradNorm(client)).isEqualTo(expected);
    }
  }

  @Test
  void optimStep_behindAPartialPass_isNotSentOrTheFailureSaysThatItWas() {
    List<Datum> data = List.of(GOOD, GOOD, BAD);
    try (server;
        ServiceClient service = client()) {
      TrainingClient client = service.createLoraTrainingClient("tinker4j/nano-bytes");
      CompletableFuture<?> pass = client.forwardBackward(data, LOSS);
      CompletableFuture<?> update = client.optimStep(ADAM);

      boolean isSent = catchThrowable(update::join) == null;

      assertThat(failure(pass).isStepTakenIn()).isEqualTo(isSent);
      assertThat(server.ledger(client.modelId())).hasSize(isSent ? 3 : 2);
    }
  }

  @Test
  void optimStep_calledBehindAPartialPassNotLookedAt_isNotApplied() throws Exception {
    try (server;
        ServiceClient service = client()) {
      TrainingClient client = service.createLoraTrainingClient("tinker4j/nano-bytes");
      CompletableFuture<?> pass = client.forwardBackward(List.of(GOOD, GOOD, BAD), LOSS);
      assertThat(service.awaitIdle(Duration.ofSeconds(30))).isTrue();

      assertThatThrownBy(() -> client.optimStep(ADAM).join())
          .cause()
          .isInstanceOf(TrainingHaltedException.class)
          .hasCauseInstanceOf(PartialPassException.class);

      assertThat(server.ledger(client.modelId())).hasSize(2);
      assertThat(pass).isCompletedExceptionally();
    }
  }

  @Test
  void forward_oneOfTwoRequestsFails_namesTheCallersDatum() {
    try (server;
        ServiceClient service = client()) {
      TrainingClient client = service.createLoraTrainingClient("tinker4j/nano-bytes");

      assertThatThrownBy(() -> client.forward(List.of(GOOD, GOOD, GOOD, BAD), LOSS).join())
          .cause()
          .isInstanceOf(RequestFailedException.class)
          .hasMessageContaining("data[3]");
    }
  }

  @Test
  void forwardBackwardCustom_usesItsOwnClient_failsInsteadOfHanging() {
    try (server;
        ServiceClient service = client()) {
      TrainingClient client = service.createLoraTrainingClient("tinker4j/nano-bytes");

      assertThatThrownBy(() ->
              client
                  .forwardBackwardCustom(
                      List.of(GOOD),
                      (data, logprobs) -> {
                        client.forward(data, LOSS).join();
                        throw new AssertionError("the forward pass came to an end");
                      })
                  .join())
          .hasMessageContaining("custom loss")
          .hasRootCauseInstanceOf(IllegalStateException.class);

      client.forwardBackward(List.of(GOOD), LOSS).join();
      assertThat(gradNorm(client)).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource(RefusedNumbers.class)
  void load_afterAPartialSubmission_leavesNothingOfItBehind(RefusedNumbers numbers) {
    List<Datum> data = Collections.nCopies(6, GOOD);
    AdamParams still = AdamParams.builder().learningRate(0).build();
    try (server;
        EmbeddedTinkerServer refusing =
            EmbeddedTinkerServer.builder()
                .refusedNumbers(numbers)
                .clientConfig(
                    ClientConfigResponse.builder()
                        .fwdbwdMaxChunkLen(2)
                        .parallelFwdbwdChunks(true)
                        .build())
                .start();
        ServiceClient service =
            ServiceClient.builder()
                .baseUrl(refusing.baseUrl().toString())
                .apiKey("tml-test")
                .build()) {
      TrainingClient client = service.createLoraTrainingClient("tinker4j/nano-bytes");
      client.forwardBackward(data, LOSS).join();
      double clean = gradNorm(client, still);
      String checkpoint = client.saveState("clean").join().path();

      for (int refused = 1; refused <= 3; refused++) {
        refusing.setFaults(
            FaultScript.of(
                Fault.on(RequestMatcher.operation("forward_backward"))
                    .nth(refused)
                    .answer(400, "{\"detail\":\"no\"}", Map.of())));
        PartialSubmissionException failure =
            (PartialSubmissionException)
                Objects.requireNonNull(
                    catchThrowable(client.forwardBackward(data, LOSS)::join).getCause());
        refusing.setFaults(FaultScript.none());
        assertThat(failure.missing()).isNotEmpty();

        client.loadStateWithOptimizer(checkpoint).join();
        client.forwardBackward(data, LOSS).join();
        assertThat(gradNorm(client, still)).as("chunk %d refused", refused).isEqualTo(clean);
      }
    }
  }

  @Test
  void forwardBackward_ofWhatWasNotAccepted_givesTheGradientOfTheWholeOnce() {
    List<Datum> data = Collections.nCopies(6, GOOD);
    AdamParams still = AdamParams.builder().learningRate(0).build();
    try (server;
        ServiceClient service = client()) {
      TrainingClient client = service.createLoraTrainingClient("tinker4j/nano-bytes");
      client.forwardBackward(data, LOSS).join();
      double clean = gradNorm(client, still);
      server.setFaults(
          FaultScript.of(
              Fault.on(RequestMatcher.operation("forward_backward"))
                  .nth(1)
                  .answer(400, "{\"detail\":\"no\"}", Map.of())));
      CompletableFuture<?> pass = client.forwardBackward(data, LOSS);
      CompletableFuture<?> step = client.optimStep(still);

      PartialSubmissionException failure =
          (PartialSubmissionException)
              Objects.requireNonNull(catchThrowable(pass::join).getCause());
      assertThatThrownBy(step::join)
          .cause()
          .isInstanceOf(TrainingHaltedException.class)
          .hasMessageContaining("load a checkpoint");
      server.setFaults(FaultScript.none());

      for (PartialPassException.Range range : failure.missing()) {
        client.forwardBackward(data.subList(range.from(), range.to()), LOSS).join();
      }
      assertThat(gradNorm(client, still)).isCloseTo(clean, withinPercentage(1e-4));
    }
  }

  private static double gradNorm(TrainingClient client, AdamParams adam) {
    return client.optimStep(adam).join().metrics().orElseThrow().get("grad_norm").orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"thenAccept", "orTimeout", "copy", "thenCombine"})
  void optimStep_behindAFailedPassThatOnlySuccessWasAwaitedOf_isNotApplied(String how)
      throws Exception {
    try (server;
        ServiceClient service = client()) {
      TrainingClient client = service.createLoraTrainingClient("tinker4j/nano-bytes");
      CompletableFuture<?> pass = client.forwardBackward(List.of(BAD), LOSS);
      CompletableFuture<?> unused =
          switch (how) {
            case "thenAccept" -> pass.thenAccept(output -> {});
            case "orTimeout" -> pass.orTimeout(1, TimeUnit.HOURS);
            case "copy" -> pass.copy();
            default -> pass.thenCombine(pass, (one, other) -> one);
          };
      while (!pass.isDone()) {
        Thread.onSpinWait();
      }

      assertThatThrownBy(client.optimStep(ADAM)::join)
          .cause()
          .isInstanceOf(TrainingHaltedException.class);
      assertThat(server.ledger(client.modelId()))
          .noneMatch(each -> each.kind().equals("optim_step"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"join", "thenApply join", "exceptionally", "handle"})
  void optimStep_behindAFailedPassWhoseFailureIsKnown_isApplied(String how) {
    try (server;
        ServiceClient service = client()) {
      TrainingClient client = service.createLoraTrainingClient("tinker4j/nano-bytes");
      client.forwardBackward(List.of(GOOD), LOSS).join();
      CompletableFuture<ForwardBackwardOutput> pass = client.forwardBackward(List.of(BAD), LOSS);
      switch (how) {
        case "join" -> assertThatThrownBy(pass::join).isNotNull();
        case "thenApply join" -> assertThatThrownBy(pass.thenApply(output -> 1)::join).isNotNull();
        case "exceptionally" -> assertThat(pass.exceptionally(e -> null).join()).isNull();
        default -> assertThat(pass.handle((output, e) -> e).join()).isNotNull();
      }

      client.optimStep(ADAM).join();
    }
  }
}

package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that wait for a server which does not answer: what ends them, and what they hold up. */
@Timeout(120)
class BlockingCallsTest {
  private static final AdamParams ADAM = AdamParams.builder().build();
  private static final Duration SOON = Duration.ofMillis(200);

  private final FakeService server = new FakeService();
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch gate = new CountDownLatch(1);

  @AfterEach
  void open() {
    gate.countDown();
  }

  /** Lets requests to that path hang. */
  private void hang(String path) {
    FakeService.Handler usual = server.handlerOr(path);
    server.on(
        path,
        call -> {
          asked.countDown();
          gate.await();
          return usual.answer(call);
        });
  }

  private Thread creating(ServiceClient service, CompletableFuture<Throwable> failure) {
    return Thread.ofPlatform()
        .start(
            () -> failure.complete(catchThrowable(() -> service.createLoraTrainingClient("base"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"client/config", "client/dynamic_config", "create_session", "create_model"})
  void close_whileAClientIsBeingCreated_returnsAndEndsTheCreation(String path) throws Exception {
    hang(path);
    ServiceClient service = server.client().build();
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Thread unused = creating(service, failure);
    asked.await();

    assertThat(service.sessionState()).isEqualTo(SessionListener.State.ALIVE);
    assertThat(service.samplingOverloads()).isZero();
    service.close(Duration.ZERO);

    assertThat(failure.get(60, TimeUnit.SECONDS)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"client/config", "create_session", "create_model", "retrieve_future"})
  void createLoraTrainingClient_interrupted_ends(String path) throws Exception {
    hang(path);
    try (ServiceClient service = server.client().build()) {
      CompletableFuture<Throwable> failure = new CompletableFuture<>();
      Thread thread = creating(service, failure);
      asked.await();

      thread.interrupt();

      assertThat(failure.get(60, TimeUnit.SECONDS)).isInstanceOf(CallInterruptedException.class);
      gate.countDown();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"client/config", "create_session", "create_model", "retrieve_future"})
  void createLoraTrainingClient_pastTheDeadline_fails(String path) {
    hang(path);
    try (ServiceClient service =
        server.client().resultTimeouts(ResultTimeouts.builder().deadline(SOON).build()).build()) {
      assertThatThrownBy(() -> service.createLoraTrainingClient("base"))
          .isInstanceOf(DeadlineExceededException.class);
      gate.countDown();
    }
  }

  @Test
  void createLoraTrainingClient_waitingForAnotherOnesSettings_goesOnWhenThatOneGivesUp()
      throws Exception {
    hang("client/config");
    try (ServiceClient service = server.client().build()) {
      CompletableFuture<Throwable> failure = new CompletableFuture<>();
      Thread first = creating(service, failure);
      asked.await();
      CompletableFuture<Throwable> second = new CompletableFuture<>();
      Thread unused = creating(service, second);

      first.interrupt();
      assertThat(failure.get(60, TimeUnit.SECONDS)).isInstanceOf(CallInterruptedException.class);
      gate.countDown();

      assertThat(second.get(60, TimeUnit.SECONDS)).isNull();
      assertThat(service.sessionState()).isEqualTo(SessionListener.State.ALIVE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"get_info", "save_weights_for_sampler"})
  void blockingCallOfATrainingClient_pastItsDeadline_fails(String path) {
    try (ServiceClient service = server.client().build()) {
      TrainingClient training =
          service
              .createLoraTrainingClient("base")
              .withTimeouts(ResultTimeouts.builder().deadline(SOON).build());
      hang(path);

      assertThatThrownBy(
              () -> {
                if (path.equals("get_info")) {
                  training.getInfo();
                } else {
                  training.saveWeightsAndGetSamplingClient();
                }
              })
          .isInstanceOf(DeadlineExceededException.class);
      gate.countDown();
    }
  }

  @Test
  void saveWeightsAndGetSamplingClient_interrupted_ends() throws Exception {
    try (ServiceClient service = server.client().build()) {
      TrainingClient training = service.createLoraTrainingClient("base");
      hang("save_weights_for_sampler");
      CompletableFuture<Throwable> failure = new CompletableFuture<>();
      Thread thread =
          Thread.ofPlatform()
              .start(() ->
                  failure.complete(catchThrowable(training::saveWeightsAndGetSamplingClient)));
      asked.await();

      thread.interrupt();

      assertThat(failure.get(60, TimeUnit.SECONDS)).isInstanceOf(CallInterruptedException.class);
      gate.countDown();
    }
  }

  @Test
  void deadline_whoseCallbackBlocks_holdsUpNoOtherDeadline() throws Exception {
    ResultTimeouts soon = ResultTimeouts.builder().deadline(SOON).build();
    try (ServiceClient service = server.client().build();
        ServiceClient other = server.client().build()) {
      TrainingClient blocked = service.createLoraTrainingClient("base").withTimeouts(soon);
      TrainingClient waiting = other.createLoraTrainingClient("base").withTimeouts(soon);
      hang("optim_step");
      CountDownLatch inCallback = new CountDownLatch(1);
      CountDownLatch done = new CountDownLatch(1);
      CompletableFuture<?> unused =
          blocked
              .optimStep(ADAM)
              .whenComplete((response, failure) -> {
                inCallback.countDown();
                try {
                  done.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      inCallback.await();

      assertThatThrownBy(() -> waiting.optimStep(ADAM).get(60, TimeUnit.SECONDS))
          .hasCauseInstanceOf(DeadlineExceededException.class);

      done.countDown();
      gate.countDown();
    }
  }

  @Test
  void deadline_withoutALimit_neitherFailsNorStrandsLaterCalls() throws Exception {
    ResultTimeouts forever =
        ResultTimeouts.builder()
            .deadline(ChronoUnit.FOREVER.getDuration())
            .progressTimeout(ChronoUnit.FOREVER.getDuration())
            .build();
    ServiceClient service = server.client().resultTimeouts(forever).build();
    TrainingClient training = service.createLoraTrainingClient("base");

    training
        .forwardBackward(List.of(Datum.supervised(1, 2)), LossFunction.CROSS_ENTROPY)
        .get(60, TimeUnit.SECONDS);
    training.optimStep(ADAM).get(60, TimeUnit.SECONDS);

    service.close(ChronoUnit.FOREVER.getDuration());
  }
}

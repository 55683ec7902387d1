package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.types.AdamParams;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** User's code that blocks and ignores interrupts holds neither close nor health up. */
@Timeout(120)
class StubbornCodeTest {
  private static final AdamParams ADAM = AdamParams.builder().build();

  private final FakeService server = new FakeService();
  private final AtomicBoolean isBlocking = new AtomicBoolean();
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch end = new CountDownLatch(1);

  @AfterEach
  void letGo() {
    end.countDown();
  }

  private void block() {
    reached.countDown();
    boolean isOver = false;
    while (!isOver) {
      try {
        end.await();
        isOver = true;
      } catch (InterruptedException e) {
        // That is what makes it stubborn.
      }
    }
  }

  private void blockIfSet() {
    if (isBlocking.get()) {
      block();
    }
  }

  private static <T> T inTime(Supplier<T> call) throws Exception {
    return CompletableFuture.supplyAsync(call, task -> Thread.ofVirtual().start(task))
        .get(25, TimeUnit.SECONDS);
  }

  private static void closeInTime(ServiceClient service) throws Exception {
    inTime(() -> {
      service.close(Duration.ZERO);
      return true;
    });
  }

  @Test
  void close_sessionListenerThatBlocksAtTheEnd_endsAndTheSessionIsFinished() throws Exception {
    ServiceClient service =
        server
            .client()
            .sessionListener(change -> {
              if (change.state() == SessionListener.State.FINISHED) {
                block();
              }
            })
            .build();
    service.createSamplingClient("base");

    closeInTime(service);

    assertThat(service.sessionState()).isEqualTo(SessionListener.State.FINISHED);
    assertThat(server.callsTo("sessions/s/finish")).hasSize(1);
  }

  @Test
  void close_listenerThatClosesWhileTheClientIsClosed_doesNotWaitForItself() throws Exception {
    CompletableFuture<ServiceClient> open = new CompletableFuture<>();
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    ServiceClient service =
        server
            .client()
            .sessionListener(change -> {
              if (change.state() == SessionListener.State.FINISHED) {
                open.join().close();
                closed.complete(end.getCount() == 1);
              }
            })
            .build();
    open.complete(service);
    service.createSamplingClient("base");

    closeInTime(service);

    assertThat(closed).isCompletedWithValue(true);
  }

  @Test
  void close_callListenerThatBlocks_endsAndFailsWhatIsPending() throws Exception {
    TinkerListener listener =
        new TinkerListener() {
          @Override
          public void callStarted(TracedCall call) {
            blockIfSet();
          }
        };
    ServiceClient service = server.client().listener(listener).build();
    TrainingClient training = service.createLoraTrainingClient("base");
    isBlocking.set(true);
    CompletableFuture<?> step = training.optimStep(ADAM);
    reached.await();

    closeInTime(service);

    assertThatThrownBy(step::join).cause().isInstanceOf(CallInterruptedException.class);
  }

  @Test
  void close_callbackOfAPendingFutureThatBlocks_endsAllTheSame() throws Exception {
    server.on(
        "optim_step",
        call -> {
          block();
          return FakeService.json(500, null);
        });
    ServiceClient service = server.client().build();
    CompletableFuture<?> step = service.createLoraTrainingClient("base").optimStep(ADAM);
    CompletableFuture<?> unused = step.whenComplete((value, failure) -> block());
    reached.await();

    closeInTime(service);

    assertThat(step).isCompletedExceptionally();
  }

  @Test
  void health_credentialSourceThatBlocks_saysSoInTimeAndAsksNoSecondTime() throws Exception {
    CountDownLatch askedOnce = new CountDownLatch(1);
    RecordingTime time = new RecordingTime();
    ServiceClient service =
        server
            .client()
            .apiKey("")
            .credentials(() -> {
              assertThat(askedOnce.getCount()).isEqualTo(1);
              askedOnce.countDown();
              block();
              return "tml-test";
            })
            .telemetry(false)
            .time(time)
            .build();

    Health first = inTime(service::health);
    time.advance(Duration.ofSeconds(5));
    Health second = inTime(service::health);

    assertThat(first.component("api").orElseThrow().detail()).contains("no answer");
    assertThat(second.component("api").orElseThrow().measures())
        .containsEntry("failed_checks", 2.0);
    assertThat(second.component("api").orElseThrow().detail()).contains("earlier");
    closeInTime(service);
  }

  @Test
  void close_withoutACredential_doesNotWaitForReportsThatNeedOne() {
    FakeService answering = new FakeService();
    ServiceClient sealed =
        answering
            .client()
            .apiKey("")
            .credentials(() -> {
              throw new CredentialSource.UnavailableException("the vault is sealed");
            })
            .build();
    assertThatThrownBy(() -> sealed.createSamplingClient("base"))
        .isInstanceOf(CredentialSource.UnavailableException.class);

    sealed.close(Duration.ofMinutes(5));
  }
}

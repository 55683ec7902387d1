package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.types.AdamParams;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the loss of a session, and the danger of it, is told. */
@Timeout(60)
class SessionTest {
  private final FakeService server = new FakeService();
  private final BlockingQueue<SessionListener.Change> changes = new LinkedBlockingQueue<>();
  private final BeatingTime time = new BeatingTime();

  private ServiceClient open(IntFunction<FakeService.Handler> beats) {
    AtomicInteger count = new AtomicInteger();
    AtomicInteger sessions = new AtomicInteger();
    server.on(
        "create_session",
        call -> FakeService.json(200, Map.of("session_id", "s" + sessions.incrementAndGet())));
    server.on("session_heartbeat", call -> beats.apply(count.incrementAndGet()).answer(call));
    return server.client().time(time).sessionListener(changes::add).build();
  }

  private SessionListener.Change next() throws InterruptedException {
    SessionListener.Change change = changes.poll(20, TimeUnit.SECONDS);
    assertThat(change).isNotNull();
    return change;
  }

  private static final FakeService.Handler FINE = call -> FakeService.json(200, Map.of());
  private static final FakeService.Handler AWAY =
      call -> {
        throw new IOException("away");
      };
  private static final FakeService.Handler GONE =
      call -> FakeService.json(404, Map.of("detail", "no such session"));

  @Tag("readiness:I5")
  @Test
  void heartbeats_missedForThirtySeconds_makeTheSessionSuspectUntilOneArrives() throws Exception {
    try (ServiceClient service = open(beat -> beat > 2 && beat < 8 ? AWAY : FINE)) {
      service.createSamplingClient("base");

      assertThat(next())
          .isEqualTo(new SessionListener.Change("s1", SessionListener.State.ALIVE, ""));
      time.beats(9);

      SessionListener.Change suspect = next();
      assertThat(suspect.state()).isEqualTo(SessionListener.State.SUSPECT);
      assertThat(suspect.reason().orElseThrow()).contains("away");
      assertThat(next().state()).isEqualTo(SessionListener.State.ALIVE);
      assertThat(changes).isEmpty();
    }
  }

  @Test
  void session_endedByTheServer_isAnExceptionOnTheNextCallAndANewOneOnTheNextClient()
      throws Exception {
    try (ServiceClient service = open(beat -> beat == 1 ? GONE : FINE)) {
      TrainingClient training = service.createLoraTrainingClient("base");
      SamplingClient sampler = service.createSamplingClient("base");
      next();
      time.lastBeat();
      assertThat(next().state()).isEqualTo(SessionListener.State.LOST);

      assertThatThrownBy(() -> training.optimStep(AdamParams.builder().build()).join())
          .cause()
          .isInstanceOf(SessionLostException.class)
          .hasMessageContaining("s1")
          .hasMessageContaining("no such session");
      assertThatThrownBy(() -> training.optimStep(AdamParams.builder().build()).join())
          .cause()
          .isInstanceOfAny(SessionLostException.class, TrainingHaltedException.class);
      assertThatThrownBy(() ->
              sampler
                  .sample(ModelInput.ofInts(1), 1, SamplingParams.builder().maxTokens(1).build())
                  .join())
          .cause()
          .isInstanceOf(SessionLostException.class);
      assertThat(server.callsTo("optim_step")).isEmpty();

      service.createLoraTrainingClient("base").optimStep(AdamParams.builder().build()).join();

      assertThat(server.callsTo("create_session")).hasSize(2);
      assertThat(next())
          .isEqualTo(new SessionListener.Change("s2", SessionListener.State.ALIVE, ""));
      assertThat(server.callsTo("create_model"))
          .extracting(call -> Golden.text(call.json(), "session_id"))
          .isEqualTo(List.of("s1", "s2"));
    }
  }

  @Test
  void heartbeats_areTenSecondsApartHoweverLongTheyTake() throws Exception {
    try (ServiceClient service =
        open(beat ->
            call -> {
              time.advance(Duration.ofSeconds(4));
              return FakeService.json(200, Map.of());
            })) {
      service.createSamplingClient("base");
      time.beats(5);
    }
    assertThat(time.waits())
        .startsWith(
            Duration.ofSeconds(10),
            Duration.ofSeconds(6),
            Duration.ofSeconds(6),
            Duration.ofSeconds(6));
  }
}

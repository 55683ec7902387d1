package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.types.SessionOutcome;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the server is told when a session ends, and how sessions of others are ended. */
@Timeout(60)
@Isolated("listens to the log")
class SessionFinishTest {
  private final FakeService server = new FakeService();

  SessionFinishTest() {
    server.on(
        "sessions/s/finish",
        call ->
            FakeService.json(
                200,
                Map.of(
                    "session_id",
                    "s",
                    "reason",
                    Map.of("type", "success"),
                    "finished_at",
                    "2026-11-27T01:02:03Z")));
  }

  private String finish() {
    List<FakeService.Call> calls = server.callsTo("sessions/s/finish");
    assertThat(calls).hasSize(1);
    return calls.get(0).body().toStringUtf8();
  }

  @Test
  void close_ordinary_finishesTheSessionAsASuccess() {
    ServiceClient service = server.client().build();
    service.createSamplingClient("base");

    service.close();

    assertThat(finish()).isEqualTo("{\"reason\":{\"type\":\"success\"},\"detail\":null}");
    assertThat(service.sessionState()).isEqualTo(SessionListener.State.FINISHED);
  }

  @Test
  void close_withAnOutcome_tellsItWithoutSecrets() {
    ServiceClient service = server.client().build();
    service.createSamplingClient("base");

    service.close(SessionOutcome.ERRORED, "step 7 failed with tml-test");
    service.close(SessionOutcome.SUCCESS, "too late");

    assertThat(finish())
        .isEqualTo("{\"reason\":{\"type\":\"errored\"},\"detail\":\"step 7 failed with ***\"}");
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 410, 422, 500, 0})
  void close_finishRefused_isAWarningAndNoException(int status) {
    server.on(
        "sessions/s/finish",
        call -> {
          if (status == 0) {
            throw new IOException("cut");
          }
          return FakeService.json(status, Map.of("detail", "no"));
        });
    List<LogRecord> records = new CopyOnWriteArrayList<>();
    Handler handler = recording(records);
    Logger logger = Logger.getLogger(Session.class.getName());
    logger.addHandler(handler);
    try {
      ServiceClient service = server.client().build();
      service.createSamplingClient("base");

      assertThatCode(service::close).doesNotThrowAnyException();
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(records)
        .filteredOn(each -> each.getLevel().equals(Level.WARNING))
        .singleElement()
        .satisfies(each -> assertThat(each.getMessage()).contains("not finished", "session=s"));
  }

  @Test
  void close_finishAnsweredWithNothing_isFinishedAllTheSame() {
    server.on("sessions/s/finish", call -> FakeService.json(200, null));
    ServiceClient service = server.client().build();
    service.createSamplingClient("base");

    service.close();

    assertThat(service.sessionState()).isEqualTo(SessionListener.State.FINISHED);
  }

  @Test
  void heartbeat_sessionFinishedByAnother_endsHeartbeatsAndTheStateSaysSo() throws Exception {
    server.on(
        "session_heartbeat", call -> FakeService.json(410, Map.of("detail", "it is finished")));
    BlockingQueue<SessionListener.Change> changes = new LinkedBlockingQueue<>();
    try (ServiceClient service =
        server.client().time(new HastyHeartbeats()).sessionListener(changes::add).build()) {
      service.createSamplingClient("base");

      assertThat(changes.poll(20, TimeUnit.SECONDS))
          .extracting(SessionListener.Change::state)
          .isEqualTo(SessionListener.State.ALIVE);
      assertThat(changes.poll(20, TimeUnit.SECONDS))
          .extracting(SessionListener.Change::state)
          .isEqualTo(SessionListener.State.FINISHED);
      assertThat(service.sessionState()).isEqualTo(SessionListener.State.FINISHED);
      assertThat(service.health().component("session").orElseThrow().status())
          .isEqualTo(Health.Status.DOWN);
    }
    assertThat(server.callsTo("session_heartbeat")).hasSize(1);
    assertThat(server.callsTo("sessions/s/finish")).isEmpty();
  }

  @Test
  void sessionId_ofAnOrphan_getsHeartbeatsAndIsFinished() throws Exception {
    CountDownLatch beaten = new CountDownLatch(1);
    server.on(
        "session_heartbeat",
        call -> {
          beaten.countDown();
          return FakeService.json(200, Map.of());
        });
    try (ServiceClient service = server.client().sessionId("s").build()) {
      assertThat(beaten.await(20, TimeUnit.SECONDS)).as("a heartbeat at once").isTrue();
      assertThat(service.sessionState()).isEqualTo(SessionListener.State.ALIVE);
    }

    assertThat(finish()).contains("success");
    assertThat(server.callsTo("session_heartbeat").get(0).json()).containsEntry("session_id", "s");
    assertThat(server.callsTo("create_session")).isEmpty();
  }

  @Test
  void sessionId_newModelsAndSamplers_areNumberedBehindThoseThatAreThere() {
    server.on("session_heartbeat", call -> FakeService.json(200, Map.of()));
    server.on(
        "sessions/s",
        call ->
            FakeService.json(
                200,
                Map.of(
                    "training_run_ids",
                    List.of("s:train:0", "s:train:4"),
                    "sampler_ids",
                    List.of("one", "two"))));
    try (ServiceClient service = server.client().sessionId("s").build()) {
      service.createLoraTrainingClient("base");
      service.createSamplingClient("base");
    }

    assertThat(server.callsTo("create_model").get(0).json())
        .containsEntry("session_id", "s")
        .containsEntry("model_seq_id", 5);
    assertThat(server.callsTo("create_sampling_session").get(0).json())
        .containsEntry("sampling_session_seq_id", 2);
    assertThat(server.callsTo("create_session")).isEmpty();
  }

  @Test
  void sessionId_besideSettingsOfANewOne_isRefused() {
    assertThatThrownBy(() -> server.client().sessionId("s").tag("x").build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sessionId");
  }

  private static Handler recording(List<LogRecord> records) {
    return new Handler() {
      @Override
      public void publish(LogRecord logged) {
        records.add(logged);
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }
}

package io.tinker4j.transport.client;

import static io.tinker4j.transport.client.TestClient.INPUT;
import static io.tinker4j.transport.client.TestClient.OK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.NotFoundException;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.wire.UntypedFuture;
import io.tinker4j.types.wire.WeightsInfoRequest;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Whoever waits for a server that is not there learns it while waiting. */
@Isolated("listens to the log")
class UnreachableServerTest {
  private static final Operation<WeightsInfoRequest, UntypedFuture> TRAIN =
      TestClient.post(CallKind.TRAIN);
  private static final Logger CALLS = Logger.getLogger(Call.class.getName());

  private final FakeTransport server = new FakeTransport();
  private final List<String> warnings = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          if (record.getLevel().equals(Level.WARNING)) {
            warnings.add(record.getMessage());
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    CALLS.addHandler(handler);
  }

  @AfterEach
  void stopListening() {
    CALLS.removeHandler(handler);
  }

  private FakeTransport refusing(int times) {
    for (int i = 0; i < times; i++) {
      server.then(request -> {
        throw new ConnectException("Connection refused");
      });
    }
    return server;
  }

  @Test
  void call_deadServer_warnsOnceSayingWhatWhereAndForHowLong() {
    refusing(1);
    try (ApiClient client = TestClient.of(server, new RecordingTime()).build()) {
      assertThatThrownBy(() -> client.call(TRAIN, INPUT)).isInstanceOf(ConnectionException.class);
      assertThatThrownBy(() -> client.call(TRAIN, INPUT)).isInstanceOf(ConnectionException.class);
    }

    assertThat(warnings).hasSize(1);
    assertThat(warnings.getFirst())
        .contains("tinker.test:8000")
        .contains("Connection refused")
        .contains("some_call")
        .contains("PT1M5S"); // 1, 2, 4, 8 and five times 10 seconds
  }

  @Test
  void call_oneLostConnection_warnsOfNothing() {
    refusing(1).answer(200, OK);
    try (ApiClient client = TestClient.of(server, new RecordingTime()).build()) {
      client.call(TRAIN, INPUT);
    }

    assertThat(warnings).isEmpty();
  }

  @Test
  void call_serverGoneAgainAfterAnAnswer_warnsAgain() {
    refusing(3).answer(200, OK);
    refusing(2).answer(503, "").answer(200, OK);
    refusing(1).answer(200, OK);
    try (ApiClient client = TestClient.of(server, new RecordingTime()).build()) {
      client.call(TRAIN, INPUT);
      client.call(TRAIN, INPUT);
      client.call(TRAIN, INPUT);
    }

    assertThat(warnings).hasSize(2);
  }

  @Test
  void maxRetries_ofTheClient_boundsCallsButNotThoseWithTheirOwn() {
    refusing(1);
    try (ApiClient client =
        TestClient.of(server, new RecordingTime()).withoutCircuitBreaker().maxRetries(2).build()) {
      assertThatThrownBy(() -> client.call(TRAIN, INPUT)).hasMessageContaining("3 attempts");
      assertThatThrownBy(() -> client.call(TRAIN.withoutRetries(), INPUT))
          .hasMessageContaining("1 attempt");
      assertThatThrownBy(
              () -> client.call(TRAIN, INPUT, CallOptions.builder().maxRetries(4).build()))
          .hasMessageContaining("5 attempts");
    }
    assertThatThrownBy(() -> ApiClient.builder().maxRetries(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxRetries");
  }

  @Test
  void queryParameter_isInEachCallButNotInMessages() {
    server.answer(404, "");
    try (ApiClient client =
        TestClient.of(server, new RecordingTime())
            .queryParameter("gateway", "a b")
            .queryParameter("key", "let-me-in")
            .build()) {
      assertThatThrownBy(() -> client.call(TRAIN, INPUT))
          .isInstanceOf(NotFoundException.class)
          .hasMessageNotContaining("let-me-in");
    }

    assertThat(server.requests.getFirst().uri())
        .hasToString("http://tinker.test:8000/prefix/api/v1/some_call?gateway=a+b&key=let-me-in");
  }

  @Test
  void connectTimeout_besideATransportOfOnesOwn_isRefused() {
    ApiClient.Builder builder =
        TestClient.of(server, new RecordingTime()).connectTimeout(Duration.ofSeconds(1));

    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("connectTimeout");
  }
}

package io.tinker4j.testkit;

import static io.tinker4j.testkit.fault.RequestMatcher.any;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.observe.RecordedRequest;
import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.jdk.JdkTransport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that reach the server without a socket. */
@Timeout(60)
class LocalTransportTest {
  private static final Headers KEY = Headers.builder().add("X-API-Key", "tml-test").build();

  private static TransportRequest request(URI baseUrl, String method, String path, String body) {
    return TransportRequest.of(
        method,
        URI.create(baseUrl + path),
        KEY,
        ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)),
        CallKind.REST);
  }

  private static TransportRequest health(EmbeddedTinkerServer server) {
    return request(server.baseUrl(), "GET", "/api/v1/healthz", "");
  }

  private static String answer(Transport transport, TransportRequest request) throws Exception {
    try (TransportResponse response = transport.send(request)) {
      return response.status()
          + " "
          + response.headers().all("Content-Type")
          + " "
          + response.headers().all("Content-Length")
          + " "
          + response.headers().all("Retry-After")
          + " "
          + new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Timeout(20)
  void answer_errorInTheServer_isAnAnswerThatIsFinal(boolean isLocal) throws Exception {
    try (EmbeddedTinkerServer server =
            EmbeddedTinkerServer.builder()
                .requestListener(request -> {
                  throw new StackOverflowError("in the server");
                })
                .start();
        Transport transport = isLocal ? server.transport() : JdkTransport.create();
        TransportResponse response = transport.send(health(server))) {
      assertThat(response.status()).isEqualTo(500);
      assertThat(response.headers().first("x-should-retry")).contains("false");
      assertThat(response.body().readAllBytes())
          .asString(StandardCharsets.UTF_8)
          .contains("StackOverflowError: in the server");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          GET  | /                                            |
          GET  | /api/v1/healthz                              |
          GET  | /api/v1/training_runs?limit=2&limit=x&offset=0 |
          GET  | /api/v1/training_runs?limit=x                |
          GET  | /api/v1/training_runs?limit=%ff              |
          GET  | /api/v1/../v1/healthz                        |
          GET  | /elsewhere                                   |
          PUT  | /api/v1/healthz                              |
          POST | /api/v1/create_session                       | {"tags":7}
          POST | /api/v1/create_session                       | no JSON
          POST | /api/v1/retrieve_future                      | {"request_id":"none"}
          """)
  void answer_isThatOfTheSocket(String method, String path, String body) throws Exception {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        Transport local = server.transport();
        Transport socket = JdkTransport.create()) {
      TransportRequest request = request(server.baseUrl(), method, path, body == null ? "" : body);

      assertThat(answer(local, request)).isEqualTo(answer(socket, request));
    }
  }

  @Test
  void request_isRecordedAsOneOfTheSocket() throws Exception {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        Transport local = server.transport()) {
      answer(local, request(server.baseUrl(), "POST", "/api/v1/client/config?a=b", "{}"));

      RecordedRequest recorded = server.requests().get(0);
      assertThat(recorded.path()).isEqualTo("/api/v1/client/config?a=b");
      assertThat(recorded.headers().first("x-api-key")).contains("tml-test");
      assertThat(StandardCharsets.UTF_8.decode(recorded.body()).toString()).isEqualTo("{}");
    }
  }

  @Test
  void faults_breakTheConnection() throws Exception {
    FaultScript faults =
        FaultScript.of(
            Fault.on(any()).nth(1).dropBeforeExecution(),
            Fault.on(any()).nth(2).resetMidBody(),
            Fault.on(any()).nth(3).answer(503));
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.builder().faults(faults).start();
        Transport local = server.transport()) {
      assertThatThrownBy(() -> local.send(health(server))).isInstanceOf(IOException.class);
      try (TransportResponse cut = local.send(health(server))) {
        assertThat(cut.status()).isEqualTo(200);
        assertThat(cut.body().read()).isEqualTo('{');
        assertThatThrownBy(() -> cut.body().readAllBytes()).isInstanceOf(IOException.class);
      }
      try (TransportResponse refused = local.send(health(server))) {
        assertThat(refused.status()).isEqualTo(503);
      }
    }
  }

  @Test
  void elsewhere_isNotReached() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        Transport local = server.transport()) {
      URI other = URI.create("http://127.0.0.1:1");

      assertThatThrownBy(() -> local.send(request(other, "GET", "/", "")))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining(server.baseUrl().toString());
    }
  }

  /** What ends a call that the server holds. */
  enum End {
    RESTART {
      @Override
      void come(EmbeddedTinkerServer server, Transport transport) {
        server.restart();
      }
    },
    CLOSED_SERVER {
      @Override
      void come(EmbeddedTinkerServer server, Transport transport) {
        server.close();
      }
    },
    CLOSED_TRANSPORT {
      @Override
      void come(EmbeddedTinkerServer server, Transport transport) {
        transport.close();
      }
    };

    abstract void come(EmbeddedTinkerServer server, Transport transport);
  }

  @ParameterizedTest
  @EnumSource
  void end_ofServerOrTransport_endsCallsUnderWay(End end) throws Exception {
    try (ManualTime time = ManualTime.create();
        EmbeddedTinkerServer server = holding(time);
        Transport local = server.transport()) {
      CompletableFuture<String> held =
          CompletableFuture.supplyAsync(() -> {
            try {
              return answer(local, health(server));
            } catch (Exception e) {
              throw new CompletionException(e);
            }
          });
      time.awaitWaits(1);

      end.come(server, local);

      assertThatThrownBy(held::join).hasCauseInstanceOf(IOException.class);
      if (end == End.RESTART) {
        assertThat(answer(local, health(server))).startsWith("200 ");
      } else {
        assertThatThrownBy(() -> local.send(health(server))).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void interrupt_endsTheCall_andTheServerGoesOn() throws Exception {
    try (ManualTime time = ManualTime.create();
        EmbeddedTinkerServer server = holding(time);
        Transport local = server.transport()) {
      CompletableFuture<Exception> end = new CompletableFuture<>();
      Thread caller =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  end.completeExceptionally(new AssertionError(answer(local, health(server))));
                } catch (Exception e) {
                  end.complete(e);
                }
              });
      time.awaitWaits(1);

      caller.interrupt();

      assertThat(end.join()).isInstanceOf(InterruptedException.class);
      assertThat(answer(local, health(server))).startsWith("200 ");
    }
  }

  /** A server that holds its first request for an hour. */
  private static EmbeddedTinkerServer holding(ManualTime time) {
    return EmbeddedTinkerServer.builder()
        .time(time)
        .faults(FaultScript.of(Fault.on(any()).nth(1).delay(Duration.ofHours(1))))
        .start();
  }
}

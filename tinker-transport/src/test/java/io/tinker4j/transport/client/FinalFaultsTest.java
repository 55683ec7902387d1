package io.tinker4j.transport.client;

import static io.tinker4j.transport.client.TestClient.INPUT;
import static io.tinker4j.transport.client.TestClient.OK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tinker4j.transport.AuthenticationException;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.NotFoundException;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.Codec;
import io.tinker4j.transport.operation.NoContent;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.wire.UntypedFuture;
import io.tinker4j.types.wire.WeightsInfoRequest;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What no further attempt makes better is not tried again. */
@Timeout(60)
class FinalFaultsTest {
  private static final Operation<WeightsInfoRequest, UntypedFuture> TRAIN =
      TestClient.post(CallKind.TRAIN);

  private final RecordingTime time = new RecordingTime();
  private final FakeTransport server = new FakeTransport();
  private final ApiClient client = TestClient.of(server, time).build();

  @ParameterizedTest
  @ValueSource(strings = {"br", "utf-8", "gzip, br"})
  void call_encodingThatCannotBeRead_isFinalAtOnceAndNamed(String encoding) {
    server.answer(200, OK, "content-encoding", encoding);

    assertThatThrownBy(() -> client.call(TRAIN, INPUT))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("'" + encoding + "'");

    assertThat(server.requests).hasSize(1);
    assertThat(time.sleeps).isEmpty();
  }

  @Test
  void call_errorInAnEncodingThatCannotBeRead_keepsItsStatusAndRetries() {
    server
        .answer(503, "busy", "content-encoding", "br")
        .answer(503, "busy", "content-encoding", "gzip")
        .answer(404, "none", "content-encoding", "br");

    assertThatThrownBy(() -> client.call(TRAIN, INPUT))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("'br'");

    assertThat(server.requests).hasSize(3);
  }

  @Test
  void call_sameMalformedAnswerThreeTimes_isFinal() {
    server.answer(200, OK, "content-encoding", "gzip");

    ConnectionException failure =
        catchThrowableOfType(ConnectionException.class, () -> client.call(TRAIN, INPUT));

    assertThat(failure.isRetryable()).isFalse();
    assertThat(server.requests).hasSize(3);
  }

  @Test
  void call_serverThatDoesNotSpeakHttp_isFinalAfterThreeAttempts() throws Exception {
    try (FaultyServer strange =
            FaultyServer.start(
                Integer.MAX_VALUE, FaultyServer.answer("SSH-2.0-OpenSSH_9.2\r\n\r\n"));
        ApiClient client = real("http://" + strange.authority())) {
      ConnectionException failure =
          catchThrowableOfType(ConnectionException.class, () -> client.call(Operations.HEALTHZ));

      assertThat(failure.isRetryable()).isFalse();
      assertThat(strange.connections()).isEqualTo(3);
    }
  }

  private static ApiClient real(String baseUrl) {
    return ApiClient.builder()
        .apiKey(TestClient.KEY)
        .baseUrl(baseUrl)
        .environment(TestClient.environment(Map.of()))
        .time(new HastyTime())
        .build();
  }

  @Test
  void call_unknownHost_isFinalAtOnceWithAdvice() {
    RecordingListener listener = new RecordingListener();
    try (ApiClient client =
        ApiClient.builder()
            .apiKey(TestClient.KEY)
            .baseUrl("http://no-such-host.invalid")
            .environment(TestClient.environment(Map.of()))
            .time(new HastyTime())
            .listener(listener)
            .build()) {
      ConnectionException failure =
          catchThrowableOfType(ConnectionException.class, () -> client.call(Operations.HEALTHZ));

      assertThat(failure).hasMessageContaining("no-such-host.invalid").hasMessageContaining("DNS");
      assertThat(failure.isRetryable()).isFalse();
      assertThat(listener.heard).filteredOn(event -> event.startsWith("retrying")).isEmpty();
      assertThat(client.circuits())
          .containsEntry(CallKind.REST, TinkerListener.CircuitState.CLOSED);
    }
  }

  private static IOException unresolved() {
    IOException e = new ConnectException();
    e.initCause(new UnresolvedAddressException());
    return e;
  }

  @Test
  void call_hostThatWasKnownBefore_isTriedAgain() {
    server
        .answer(200, OK)
        .then(request -> {
          throw unresolved();
        })
        .answer(200, OK);
    client.call(TRAIN, INPUT);

    client.call(TRAIN, INPUT);

    assertThat(server.requests).hasSize(3);
  }

  @Test
  void call_certificateThatIsNotTrusted_isFinalAtOnceWithAdvice() throws Exception {
    try (FaultyServer untrusted = FaultyServer.startTls();
        ApiClient client = real("https://" + untrusted.authority())) {
      ConnectionException failure =
          catchThrowableOfType(ConnectionException.class, () -> client.call(Operations.HEALTHZ));

      assertThat(failure).hasMessageContaining("certificate").hasMessageContaining("trust");
      assertThat(failure.isRetryable()).isFalse();
      assertThat(untrusted.connections()).isEqualTo(1);
    }
  }

  @Test
  void call_plainHttpWhereTlsIsAskedFor_isFinalAfterThreeAttempts() throws Exception {
    try (FaultyServer plain =
            FaultyServer.start(
                Integer.MAX_VALUE,
                (socket, server) ->
                    FaultyServer.write(socket, "HTTP/1.1 400 Bad Request\r\n\r\nnot TLS"));
        ApiClient client = real("https://" + plain.authority())) {
      ConnectionException failure =
          catchThrowableOfType(ConnectionException.class, () -> client.call(Operations.HEALTHZ));

      assertThat(failure.isRetryable()).isFalse();
      assertThat(plain.connections()).isEqualTo(3);
    }
  }

  @Test
  void call_serverThatComesBack_isReachedHoweverOftenItRefused() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    try (ApiClient client = real("http://127.0.0.1:" + port)) {
      ConnectionException failure =
          catchThrowableOfType(ConnectionException.class, () -> client.call(Operations.HEALTHZ));

      assertThat(failure.isRetryable()).isTrue();
      assertThat(failure).hasMessageContaining("11 attempts");
    }
  }

  @Test
  void call_errorInADecoder_isThrownAtOnceAsItIs() {
    Operation<NoContent, String> broken =
        Operation.get(
            "broken",
            "/broken",
            CallKind.REST,
            new Codec<NoContent, String>() {
              @Override
              public Body encode(NoContent input) {
                throw new AssertionError("a GET has no body");
              }

              @Override
              public String decode(Answer answer) {
                throw new StackOverflowError("in a decoder");
              }
            },
            input -> Map.of());
    server.answer(200, OK);

    assertThatThrownBy(() -> client.call(broken)).isInstanceOf(StackOverflowError.class);

    assertThat(server.requests).hasSize(1);
  }

  @Test
  void call_refusedOnceInMidRun_isAskedAgainOnceAndGoesOn() {
    server.answer(200, OK).answer(401, "{}").answer(200, OK).answer(403, "{}").answer(200, OK);

    client.call(TRAIN, INPUT);
    client.call(TRAIN, INPUT);
    client.call(TRAIN, INPUT);

    assertThat(server.requests).hasSize(5);
    assertThat(time.sleeps).containsExactly(Duration.ofMillis(500), Duration.ofMillis(500));
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void call_refusedTwiceInMidRun_isFinal(int status) {
    server.answer(200, OK).answer(status, "{}");
    client.call(TRAIN, INPUT);

    assertThatThrownBy(() -> client.call(TRAIN, INPUT)).isInstanceOf(AuthenticationException.class);

    assertThat(server.requests).hasSize(3);
  }

  @Test
  void call_refusedAtTheStart_isFinalAtOnce() {
    server.answer(401, "{}");

    assertThatThrownBy(() -> client.call(TRAIN, INPUT)).isInstanceOf(AuthenticationException.class);

    assertThat(server.requests).hasSize(1);
  }

  @Test
  void call_newKeyRefused_isFinalThoughTheOldOneWasAccepted() {
    CredentialSource.ApiKey key = CredentialSource.apiKey("tml-old");
    server.answer(200, OK).answer(401, "{}");
    try (ApiClient client = TestClient.of(server, time).credentials(key).build()) {
      client.call(TRAIN, INPUT);
      key.replace("tml-new");

      assertThatThrownBy(() -> client.call(TRAIN, INPUT))
          .isInstanceOf(AuthenticationException.class);
    }
    assertThat(server.requests).hasSize(2);
  }

  @Test
  void call_refusedInMidRunWithoutRetries_isNotAskedAgain() {
    server.answer(200, OK).answer(401, "{}");
    client.call(TRAIN, INPUT, TestClient.ONCE);

    assertThatThrownBy(() -> client.call(TRAIN, INPUT, TestClient.ONCE))
        .isInstanceOf(AuthenticationException.class);

    assertThat(server.requests).hasSize(2);
  }

  @Test
  void question_refusedOnceInMidRun_isAskedAgainThoughItsOperationIsNeverRetried() {
    Operation<WeightsInfoRequest, UntypedFuture> never =
        TestClient.post(CallKind.FUTURES).withoutRetries();
    server.answer(200, OK).answer(401, "{}").answer(200, OK);
    client.call(never, INPUT);

    assertThat(client.call(never, INPUT).requestId()).isEqualTo("r1");

    assertThat(server.requests).hasSize(3);
  }
}

package io.tinker4j.transport.client;

import static io.tinker4j.transport.client.TestClient.INPUT;
import static io.tinker4j.transport.client.TestClient.OK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.NotFoundException;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.transport.internal.GuardedListener;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

// readiness: E2, E4
class ListenerTest {
  private final FakeTransport server = new FakeTransport();
  private final RecordingTime time = new RecordingTime();

  @Test
  void call_withRetries_isToldStepByStep() {
    RecordingListener listener = new RecordingListener();
    server
        .then(request -> {
          throw new IOException("reset");
        })
        .answer(503, "{}")
        .answer(200, OK);
    try (ApiClient client = TestClient.of(server, time).listener(listener).build()) {
      client.call(TestClient.post(CallKind.TRAIN), INPUT);
    }

    assertThat(listener.heard)
        .containsExactly(
            "call started some_call TRAIN",
            "attempt 0 started",
            "attempt 0 failed IOException",
            "retrying after 500 ms because of ConnectionException",
            "attempt 1 started",
            "attempt 1 answered 503",
            "retrying after 1000 ms because of ApiStatusException",
            "attempt 2 started",
            "attempt 2 answered 200",
            "call succeeded");
  }

  @Test
  void call_thatFails_isToldOnce() {
    RecordingListener listener = new RecordingListener();
    server.answer(404, "{}");
    try (ApiClient client = TestClient.of(server, time).listener(listener).build()) {
      assertThatThrownBy(() -> client.call(TestClient.post(CallKind.REST), INPUT))
          .isInstanceOf(NotFoundException.class);
    }

    assertThat(listener.heard)
        .containsExactly(
            "call started some_call REST",
            "attempt 0 started",
            "attempt 0 answered 404",
            "call failed NotFoundException");
  }

  @Test
  void listener_thatAlwaysThrows_breaksNothing() {
    Set<String> heard = ConcurrentHashMap.newKeySet();
    TinkerListener hostile =
        (TinkerListener)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {TinkerListener.class},
                (proxy, method, arguments) -> {
                  heard.add(method.getName());
                  throw heard.size() % 2 == 0
                      ? new IllegalStateException("hostile")
                      : new NoClassDefFoundError("hostile");
                });
    server
        .answer(503, "{}")
        .then(request -> {
          throw new IOException("reset");
        })
        .answer(200, OK)
        .answer(404, "{}");
    try (ApiClient client = TestClient.of(server, time).listener(hostile).build()) {
      assertThat(client.call(TestClient.post(CallKind.TRAIN), INPUT).requestId()).isEqualTo("r1");
      assertThatThrownBy(() -> client.call(TestClient.post(CallKind.TRAIN), INPUT))
          .isInstanceOf(NotFoundException.class);
    }
    GuardedListener.of(hostile).poolWaited(CallKind.REST, java.time.Duration.ZERO);
    GuardedListener.of(hostile).circuitChanged(CallKind.REST, TinkerListener.CircuitState.OPEN);

    assertThat(heard)
        .containsExactlyInAnyOrder(
            java.util.Arrays.stream(TinkerListener.class.getDeclaredMethods())
                .filter(method -> !method.isSynthetic())
                .map(Method::getName)
                .toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01, true",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331, false",
    "'x', false"
  })
  void traceparent_wellFormed_isSent(String value, boolean sent) {
    TinkerListener tracing =
        new TinkerListener() {
          @Override
          public Optional<String> traceparent(TracedAttempt attempt) {
            return Optional.of(value);
          }
        };
    server.answer(200, OK);
    try (ApiClient client = TestClient.of(server, time).listener(tracing).build()) {
      client.call(TestClient.post(CallKind.TRAIN), INPUT);
    }

    assertThat(server.requests.getFirst().headers().first("traceparent"))
        .isEqualTo(sent ? Optional.of(value) : Optional.empty());
  }
}

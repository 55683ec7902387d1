package io.tinker4j.transport.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.luben.zstd.Zstd;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.AuthenticationException;
import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.NotFoundException;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.endpoint.BodyFormat;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.internal.Environment;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.wire.ClientConfigRequest;
import io.tinker4j.types.wire.ForwardBackwardInput;
import io.tinker4j.types.wire.ForwardRequest;
import io.tinker4j.types.wire.SampleRequest;
import io.tinker4j.types.wire.UntypedFuture;
import io.tinker4j.types.wire.WeightsInfoRequest;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

// readiness: D2, D3, D5, P1, P2, P3
class ApiClientTest {
  private static final String OK = "{\"request_id\":\"r1\"}";
  private static final String KEY = "tml-very-secret";
  private static final Operation<WeightsInfoRequest, UntypedFuture> POST =
      Operation.post(
          "some_call",
          "/api/v1/some_call",
          CallKind.TRAIN,
          JsonCodec.of(WeightsInfoRequest.class, UntypedFuture.class));
  private static final WeightsInfoRequest INPUT =
      WeightsInfoRequest.builder().tinkerPath("tinker://r/weights/x").build();

  private final RecordingTime time = new RecordingTime();
  private final FakeTransport server = new FakeTransport();
  private double random;
  private final ApiClient client = client(Map.of());

  private ApiClient client(Map<String, String> variables) {
    RandomGenerator fixed =
        new RandomGenerator() {
          @Override
          public long nextLong() {
            return 0;
          }

          @Override
          public double nextDouble() {
            return random;
          }
        };
    return ApiClient.builder()
        .apiKey(KEY)
        .baseUrl("http://tinker.test:8000/prefix/")
        .environment(new Environment(name -> null, variables::get))
        .transport(server)
        .time(time)
        .random(fixed)
        .build();
  }

  @AfterEach
  void close() {
    client.close();
  }

  private @Nullable String header(int request, String name) {
    return server.requests.get(request).headers().first(name).orElse(null);
  }

  private List<Long> sleptMillis() {
    return time.sleeps.stream().map(Duration::toMillis).toList();
  }

  @Test
  void call_success_sendsAddressHeadersAndBody() {
    server.answer(200, OK);

    assertThat(client.call(POST, INPUT).requestId()).isEqualTo("r1");

    assertThat(server.requests.get(0).uri())
        .hasToString("http://tinker.test:8000/prefix/api/v1/some_call");
    assertThat(header(0, "X-API-Key")).isEqualTo(KEY);
    assertThat(header(0, "Content-Type")).isEqualTo("application/json");
    assertThat(header(0, "Accept")).isEqualTo("application/json");
    assertThat(header(0, "User-Agent")).startsWith("tinker4j/");
    assertThat(header(0, "x-stainless-retry-count")).isEqualTo("0");
    assertThat(header(0, "x-stainless-read-timeout")).isEqualTo("60");
  }

  @Test
  void call_serverErrors_areRetriedTenTimesWithDoublingDelays() {
    server.answer(500, "{}");

    ApiStatusException failure =
        catchThrowableOfType(ApiStatusException.class, () -> client.call(POST, INPUT));

    assertThat(failure.status()).isEqualTo(500);
    assertThat(failure).hasMessageContaining("11 attempts");
    assertThat(sleptMillis())
        .containsExactly(500L, 1000L, 2000L, 4000L, 8000L, 10000L, 10000L, 10000L, 10000L, 10000L);
    assertThat(server.requests)
        .extracting(request -> request.headers().first("X-Idempotency-Key").orElseThrow())
        .hasSize(11)
        .containsOnly(header(0, "X-Idempotency-Key"));
    for (int i = 0; i <= 10; i++) {
      assertThat(header(i, "x-stainless-retry-count")).isEqualTo(Integer.toString(i));
    }
  }

  @Test
  void call_jitter_takesAwayAtMostAQuarter() {
    random = Math.nextDown(1.0);
    server.answer(500, "{}").answer(200, OK);

    client.call(POST, INPUT);

    assertThat(sleptMillis().get(0)).isBetween(375L, 376L);
  }

  @Test
  void call_twoCalls_haveTwoIdempotencyKeys() {
    server.answer(200, OK);

    client.call(POST, INPUT);
    client.call(POST, INPUT);

    assertThat(header(0, "X-Idempotency-Key")).isNotEqualTo(header(1, "X-Idempotency-Key"));
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 409, 429, 500, 502, 503, 504, 599})
  void call_retryableStatus_isTriedAgain(int status) {
    server.answer(status, "{}").answer(200, OK);

    client.call(POST, INPUT);

    assertThat(server.requests).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 400, 401, 403, 404, 405, 410, 422, 425})
  void call_otherStatus_isFinal(int status) {
    server.answer(status, "{}");

    assertThatThrownBy(() -> client.call(POST, INPUT))
        .isInstanceOfSatisfying(
            ApiStatusException.class, e -> assertThat(e.status()).isEqualTo(status));
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void call_shouldRetryHeader_decidesBeforeTheStatus() {
    server.answer(500, "{}", "x-should-retry", "false");
    assertThatThrownBy(() -> client.call(POST, INPUT)).isInstanceOf(ApiStatusException.class);
    assertThat(server.requests).hasSize(1);

    FakeTransport other = new FakeTransport();
    other.answer(400, "{}", "x-should-retry", "true").answer(200, OK);
    try (ApiClient second = ApiClient.builder().apiKey(KEY).transport(other).time(time).build()) {
      second.call(POST, INPUT);
    }
    assertThat(other.requests).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "retry-after-ms, 1500, 1500",
    "retry-after, 7, 7000",
    "retry-after, 0.5, 500",
    "retry-after, 60, 60000",
    "retry-after, 'Thu, 01 Jan 2026 00:00:20 GMT', 20000",
    "retry-after, 61, 60000",
    "retry-after, 0, 500",
    "retry-after, -3, 500",
    "retry-after, soon, 500",
    "retry-after-ms, nan, 500"
  })
  void call_retryAfter_isHonouredUpToAMinute(String name, String value, long millis) {
    server.answer(429, "{}", name, value).answer(200, OK);

    client.call(POST, INPUT);

    assertThat(sleptMillis()).containsExactly(millis);
  }

  @Test
  void call_retryBeyondTheDeadline_isNotWaitedFor() {
    server.answer(503, "{}", "retry-after", "30");

    assertThatThrownBy(() ->
            client.call(
                POST, INPUT, CallOptions.builder().deadline(Duration.ofSeconds(20)).build()))
        .isInstanceOf(ApiStatusException.class);
    assertThat(time.sleeps).isEmpty();
  }

  @Test
  void call_lostConnection_isTriedAgain() {
    server
        .then(request -> {
          throw new IOException("reset");
        })
        .answer(200, OK);

    client.call(POST, INPUT);

    assertThat(server.requests).hasSize(2);
  }

  @Test
  void call_refusedConnection_namesHostAndPort() {
    server.then(request -> {
      throw new ConnectException();
    });

    assertThatThrownBy(() -> client.call(POST, INPUT, CallOptions.builder().maxRetries(0).build()))
        .isInstanceOf(ConnectionException.class)
        .hasMessageContaining("tinker.test:8000")
        .hasMessageContaining("is the server running");
  }

  @Test
  void call_rejectionByAProxy_countsAsLostConnectionUntilTheBudgetIsUsedUp() {
    server.then(request ->
        TransportResponse.of(400, Headers.empty(), java.io.InputStream.nullInputStream()));
    CallOptions once = CallOptions.builder().maxRetries(0).build();

    for (int i = 0; i < 16; i++) {
      assertThatThrownBy(() -> client.call(POST, INPUT, once))
          .isInstanceOf(ConnectionException.class);
    }
    assertThatThrownBy(() -> client.call(POST, INPUT, once)).isInstanceOf(ApiStatusException.class);
  }

  @Test
  void call_interruptedCaller_stopsAndKeepsTheFlag() {
    server.then(request -> {
      Thread.currentThread().join();
      throw new IllegalStateException("never");
    });

    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> client.call(POST, INPUT)).isInstanceOf(CallInterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"detail\":\"model x is unknown\"}', 'model x is unknown'",
    "'{\"detail\":[{\"loc\":[\"body\",\"rank\"],\"msg\":\"too small\"}]}', '[body, rank]: too"
        + " small'",
    "'{\"message\":\"no\"}', no",
    "plain text, plain text"
  })
  void call_errorBody_isInTheMessage(String body, String shown) {
    server.answer(404, body);

    assertThatThrownBy(() -> client.call(POST, INPUT))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining(shown)
        .hasMessageContaining("some_call (POST http://tinker.test:8000/prefix/api/v1/some_call)");
  }

  @Test
  void call_brokenAnswer_isADecodeExceptionWithThePlace() {
    server.answer(200, "{\"request_id\":[1]}");

    assertThatThrownBy(() -> client.call(POST, INPUT))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("$.request_id")
        .hasMessageContaining("UntypedFuture");
  }

  @Test
  void messagesAndTexts_neverShowTheKey() {
    server.answer(401, "{\"detail\":\"bad key\"}");

    Throwable failure =
        catchThrowableOfType(AuthenticationException.class, () -> client.call(POST, INPUT));

    assertThat(failure.toString()).contains("apiKey on the builder").doesNotContain(KEY);
    assertThat(client.toString()).doesNotContain(KEY);
    assertThat(server.requests.get(0).toString()).doesNotContain(KEY);
    assertThat(server.requests.get(0).headers().toString()).doesNotContain(KEY);
    assertThatThrownBy(() -> ApiClient.builder().apiKey("sk-secret").build())
        .hasMessageContaining("tml-")
        .message()
        .doesNotContain("sk-secret");
  }

  @ParameterizedTest
  @CsvSource({
    "tinker.apiKey, tml-a, tinker.apiKey",
    "TINKER_API_KEY, tml-a, TINKER_API_KEY",
    "TINKER_CREDENTIAL_CMD, echo tml-a, TINKER_CREDENTIAL_CMD"
  })
  void refusedKey_isToldByTheNameOfWhatWasSet(String set, String value, String name) {
    Environment environment = new Environment(Map.of(set, value)::get, Map.of(set, value)::get);
    server.answer(401, "{\"detail\":\"bad key\"}").answer(401, "{\"detail\":\"bad key\"}");
    try (ApiClient refused =
        ApiClient.builder()
            .environment(environment)
            .baseUrl("http://api.test")
            .transport(server)
            .build()) {
      assertThatThrownBy(() -> refused.call(POST, INPUT))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageContaining(name)
          .message()
          .doesNotContain("tml-a");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tinker.apiKey", "TINKER_API_KEY"})
  void build_keyThatIsNone_isToldByTheNameOfWhatWasSet(String set) {
    Environment environment =
        new Environment(Map.of(set, "sk-wrong")::get, Map.of(set, "sk-wrong")::get);

    assertThatThrownBy(() -> ApiClient.builder().environment(environment).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(set)
        .message()
        .doesNotContain("sk-wrong");
  }

  @Test
  void build_settings_comeFromBuilderThenPropertiesThenEnvironment() {
    Environment both =
        new Environment(
            Map.of("tinker.baseUrl", "http://property.test")::get,
            Map.of("TINKER_BASE_URL", "http://variable.test", "TINKER_API_KEY", "tml-env")::get);
    Environment empty = new Environment(name -> null, name -> "");

    assertThat(ApiClient.builder().environment(both).build().toString())
        .contains("http://property.test");
    assertThat(ApiClient.builder().environment(both).baseUrl("http://b.test").build().toString())
        .contains("http://b.test");
    assertThat(ApiClient.builder().environment(empty).apiKey(KEY).build().toString())
        .contains("https://tinker.thinkingmachines.dev/services/tinker-prod");
    assertThatThrownBy(() -> ApiClient.builder().environment(empty).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("TINKER_API_KEY");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:8000", "ftp://x", "http://", "http://x?y=1", "not a url", ""})
  void build_badBaseUrl_isRefusedByName(String url) {
    assertThatThrownBy(() -> ApiClient.builder().apiKey(KEY).baseUrl(url).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("baseUrl");
  }

  @Test
  void dynamicConfig_failure_isNotRetried() {
    server.answer(503, "{}");

    assertThatThrownBy(() ->
            client.call(
                Operations.CLIENT_DYNAMIC_CONFIG,
                ClientConfigRequest.builder().sdkVersion("1").build()))
        .isInstanceOf(ApiStatusException.class);

    assertThat(server.requests).hasSize(1);
    assertThat(header(0, "x-stainless-read-timeout")).isEqualTo("10");
  }

  @Test
  void compressRequests_compressesLargeBodiesOnly() {
    server.answer(200, OK);
    try (ApiClient compressing =
            TestClient.of(server, new RecordingTime()).compressRequests(true).build();
        ApiClient plain = TestClient.of(server, new RecordingTime()).build()) {
      plain.call(Operations.SAMPLE, sample(20_000));
      compressing.call(Operations.SAMPLE, sample(20_000));
      compressing.call(Operations.SAMPLE, sample(20));
      compressing.call(Operations.forward(BodyFormat.JSON), forward(20_000));
    }

    List<TransportRequest> sent = server.requests;
    assertThat(sent)
        .extracting(request -> request.headers().first("Content-Encoding").orElse("none"))
        .containsExactly("none", "zstd", "none", "zstd");
    assertThat(sent.get(1).bodyLength()).isLessThan(sent.get(0).bodyLength() / 2);
    assertThat(Zstd.getFrameContentSize(bytes(sent.get(1)))).isEqualTo(sent.get(0).bodyLength());
    assertThat(Zstd.decompress(bytes(sent.get(1)))).isEqualTo(bytes(sent.get(0)));
  }

  @Test
  void compressRequests_passThatIsCompressedAlready_isCompressedOnce() {
    server.answer(200, OK);
    try (ApiClient compressing =
        TestClient.of(server, new RecordingTime()).compressRequests(true).build()) {
      compressing.call(Operations.forward(BodyFormat.PROTOBUF_ZSTD), forward(20_000));
      compressing.call(Operations.forward(BodyFormat.PROTOBUF), forward(20_000));
    }

    assertThat(bytes(server.requests.get(0))).isEqualTo(bytes(server.requests.get(1)));
  }

  private static SampleRequest sample(int tokens) {
    return SampleRequest.builder()
        .prompt(ModelInput.ofInts(new int[tokens]))
        .samplingParams(SamplingParams.builder().build())
        .build();
  }

  private static ForwardRequest forward(int tokens) {
    return ForwardRequest.builder()
        .modelId("m")
        .forwardInput(
            ForwardBackwardInput.builder()
                .addData(Datum.supervised(new int[tokens]))
                .lossFn("cross_entropy")
                .build())
        .build();
  }

  private static byte[] bytes(TransportRequest request) {
    byte[] bytes = new byte[request.bodyLength()];
    request.body().get(bytes);
    return bytes;
  }

  @Test
  void withHeader_replacesThatHeaderAndNothingElse() {
    server.answer(200, OK);
    client.call(POST, INPUT);
    TransportRequest request = server.requests.getFirst();

    TransportRequest changed = request.withHeader("x-api-key", "tml-other");

    assertThat(changed.headers().all("X-API-Key")).containsExactly("tml-other");
    assertThat(changed.headers().asMap()).hasSameSizeAs(request.headers().asMap());
    assertThat(changed).hasToString(request.toString());
    assertThat(bytes(changed)).isEqualTo(bytes(request));
    assertThat(request.headers().all("X-API-Key")).containsExactly(KEY);
  }

  @Test
  void call_cloudflareHeaders_areSentWhenSet() {
    server.answer(200, OK);
    try (ApiClient other = client(Map.of("CLOUDFLARE_ACCESS_CLIENT_ID", "cf-id"))) {
      other.call(POST, INPUT);
    }

    assertThat(header(0, "CF-Access-Client-Id")).isEqualTo("cf-id");
    assertThat(header(0, "CF-Access-Client-Secret")).isNull();
  }
}

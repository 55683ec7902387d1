package io.tinker4j.transport.client;

import static io.tinker4j.transport.client.TestClient.INPUT;
import static io.tinker4j.transport.client.TestClient.OK;
import static io.tinker4j.transport.client.TestClient.ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.AuthenticationException;
import io.tinker4j.transport.Backoff;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.ConflictException;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.NotFoundException;
import io.tinker4j.transport.RateLimitException;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.internal.Url;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.transport.operation.NoContent;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.GetServerCapabilitiesResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The golden vectors of the protocol that concern one call. Where this client means to differ from
 * the one that made them, the test says how and why.
 */
@SuppressWarnings("unchecked")
class TransportVectorsTest {
  /** As for the vectors that {@code tinker-verify} tests. */
  private static final Path DIRECTORY =
      Path.of("..").resolve(System.getProperty("golden.dir", "openapi/golden"));

  /** Another directory than the repository's may lack a vector; its test is then left out. */
  private static Map<String, @Nullable Object> vector(String file) {
    assumeTrue(
        System.getProperty("golden.dir") == null || Files.exists(DIRECTORY.resolve(file)),
        () -> "the directory has no " + file);
    try {
      Map<String, @Nullable Object> whole =
          JsonCodec.readMap(Files.readAllBytes(DIRECTORY.resolve(file)));
      return object(whole.get("json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, @Nullable Object> object(@Nullable Object value) {
    return (Map<String, @Nullable Object>) Objects.requireNonNull(value);
  }

  private static List<Map<String, @Nullable Object>> objects(@Nullable Object value) {
    return (List<Map<String, @Nullable Object>>) Objects.requireNonNull(value);
  }

  private static List<Object> list(@Nullable Object value) {
    return (List<Object>) Objects.requireNonNull(value);
  }

  private static double number(@Nullable Object value) {
    return ((Number) Objects.requireNonNull(value)).doubleValue();
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  @TestFactory
  Stream<DynamicTest> v154_errors() {
    return objects(vector("154-error-mapping.json").get("cases")).stream()
        .map(each -> dynamicTest(String.valueOf(each.get("case")), () -> error(each)));
  }

  private static void error(Map<String, @Nullable Object> each) {
    Map<String, @Nullable Object> expect = object(each.get("expect"));
    FakeTransport server = new FakeTransport();
    int status = (int) number(each.get("status"));
    String body = String.valueOf(each.get("responseBody"));
    List<String> headers = new ArrayList<>();
    object(each.get("responseHeaders"))
        .forEach((name, value) -> {
          headers.add(name);
          headers.add(String.valueOf(value));
        });
    server.answer(status, body, headers.toArray(String[]::new));
    try (ApiClient client = TestClient.of(server, new RecordingTime()).build()) {
      Operation<NoContent, GetServerCapabilitiesResponse> operation =
          Operations.GET_SERVER_CAPABILITIES;
      Throwable failure = catchThrowable(() -> client.call(operation, NoContent.INSTANCE, ONCE));
      if (body.equals("null")) {
        // Stricter: a null result is a decoding error.
        assertThat(failure).isInstanceOf(DecodeException.class);
      } else if ("ok".equals(expect.get("outcome"))) {
        assertThat(failure).isNull();
      } else if (status / 100 == 2) {
        assertThat(failure).isInstanceOf(DecodeException.class);
      } else {
        statusError(failure, status, body, String.valueOf(expect.get("exception")));
      }
    }
  }

  private static void statusError(
      @Nullable Throwable failure, int status, String body, String pythonName) {
    Class<?> expected =
        switch (pythonName) {
          case "AuthenticationError", "PermissionDeniedError" -> AuthenticationException.class;
          case "NotFoundError" -> NotFoundException.class;
          case "ConflictError" -> ConflictException.class;
          case "RateLimitError" -> RateLimitException.class;
          default -> ApiStatusException.class;
        };
    assertThat(failure).isExactlyInstanceOf(expected);
    ApiStatusException error = (ApiStatusException) Objects.requireNonNull(failure);
    assertThat(error.status()).isEqualTo(status);
    assertThat(error.body()).isEqualTo(body);
    Optional<String> detail = error.detail();
    assertThat(error)
        .hasMessageContaining(Integer.toString(status))
        .hasMessageContaining(detail.orElse(body.strip()));
  }

  @TestFactory
  Stream<DynamicTest> v309_tokens() {
    return objects(vector("309-jwt.json").get("cases")).stream()
        .map(each -> dynamicTest(String.valueOf(each.get("case")), () -> token(each)));
  }

  private static void token(Map<String, @Nullable Object> each) {
    String jwt = String.valueOf(each.get("jwt"));
    Double expiry = Jwt.expiry(jwt).map(instant -> instant.toEpochMilli() / 1e3).orElse(null);
    assertThat(expiry).isEqualTo(each.get("expiry") == null ? null : number(each.get("expiry")));
    if (each.get("whoami") == null) {
      assertThat(Jwt.identity(jwt)).isEmpty();
    } else {
      Map<String, @Nullable Object> who = object(each.get("whoami"));
      Identity identity = Jwt.identity(jwt).orElseThrow();
      assertThat(identity.userUrn()).isEqualTo(who.get("user_urn"));
      assertThat(identity.email().orElse(null)).isEqualTo(who.get("email"));
    }
  }

  @Test
  void v310_credentials() throws Exception {
    List<Map<String, @Nullable Object>> cases =
        objects(vector("310-auth-resolution.json").get("cases"));
    assertThat(cases).isNotEmpty();
    for (Map<String, @Nullable Object> each : cases) {
      Map<String, @Nullable Object> expect = object(each.get("expect"));
      @Nullable CredentialSource chosen = null;
      String problem = "";
      try {
        chosen = chosen(each);
      } catch (IllegalArgumentException e) {
        problem = String.valueOf(e.getMessage());
      }
      if (expect.containsKey("error")) {
        String python = String.valueOf(expect.get("message"));
        String hint =
            python.contains("prefix")
                ? "tml-"
                : python.contains("CREDENTIAL_CMD") ? "TINKER_CREDENTIAL_CMD" : "TINKER_API_KEY";
        assertThat(problem).as(each.toString()).contains(hint);
      } else if ("credential_cmd".equals(expect.get("provider"))) {
        assertThat(chosen).as(each.toString()).isNotInstanceOf(CredentialSource.ApiKey.class);
      } else {
        assertThat(chosen).as(each.toString()).isInstanceOf(CredentialSource.ApiKey.class);
        assertThat(Objects.requireNonNull(chosen).credential()).isEqualTo(expect.get("token"));
      }
    }
  }

  private static CredentialSource chosen(Map<String, @Nullable Object> each) {
    Map<String, String> variables = new LinkedHashMap<>();
    Map.of("envApiKey", "TINKER_API_KEY", "envCredentialCmd", "TINKER_CREDENTIAL_CMD")
        .forEach((name, variable) -> {
          if (each.get(name) != null) {
            variables.put(variable, String.valueOf(each.get(name)));
          }
        });
    return Credentials.choose(
        (String) each.get("apiKeyArg"),
        TestClient.environment(variables),
        Boolean.TRUE.equals(each.get("enforceCmd")));
  }

  @Test
  void v311_delaysAroundTheirMiddle() {
    Map<String, @Nullable Object> vector = vector("311-retry-handler-delay.json");
    List<Object> attempts = list(vector.get("attempts"));
    for (Map<String, @Nullable Object> each : objects(vector.get("cases"))) {
      Map<String, @Nullable Object> config = object(each.get("config"));
      Backoff backoff =
          new Backoff(
              Duration.ofMillis((long) (number(config.get("retry_delay_base")) * 1e3)),
              Duration.ofMillis((long) (number(config.get("retry_delay_max")) * 1e3)),
              number(config.get("jitter_factor")));
      List<Object> delays = list(each.get("delays"));
      for (int i = 0; i < attempts.size(); i++) {
        assertThat(
                seconds(
                    backoff.plusMinusJitter(
                        (int) number(attempts.get(i)), number(each.get("random")))))
            .as(config + " attempt " + attempts.get(i))
            .isCloseTo(number(delays.get(i)), within(1e-6));
      }
    }
  }

  /** What the client of the vectors waits by itself, and what it is asked for when it does. */
  private static final double OWN_DELAY = 0.875;

  private static final Set<List<String>> ASKED_LONGER =
      Set.of(
          List.of("retry-after", "60.5"),
          List.of("retry-after-ms", "70000", "retry-after", "9"),
          List.of("retry-after", "Thu, 01 Jan 2026 00:02:00 GMT"));

  @TestFactory
  Stream<DynamicTest> v312_delays() {
    Map<String, @Nullable Object> vector = vector("312-low-level-retry.json");
    Stream<DynamicTest> backoffs =
        objects(vector.get("backoff")).stream()
            .map(each -> dynamicTest("backoff " + each.get("random"), () -> backoffs(each)));
    Stream<DynamicTest> asked =
        objects(vector.get("retryAfter")).stream()
            .map(each -> dynamicTest("asked " + each.get("headers"), () -> asked(each)));
    Stream<DynamicTest> statuses =
        objects(vector.get("shouldRetry")).stream()
            .map(each ->
                dynamicTest(
                    each.get("status") + " " + each.get("xShouldRetry"), () -> should(each)));
    return Stream.of(backoffs, asked, statuses).flatMap(tests -> tests);
  }

  /** The delays a client really waits, of a server that fails eleven times. */
  private static void backoffs(Map<String, @Nullable Object> each) {
    RecordingTime time = new RecordingTime();
    FakeTransport server = new FakeTransport().answer(500, "{}");
    try (ApiClient client =
        TestClient.of(server, time).random(TestClient.always(number(each.get("random")))).build()) {
      CallOptions often = CallOptions.builder().maxRetries(11).build();
      assertThatThrownBy(() -> client.call(TestClient.post(CallKind.TRAIN), INPUT, often))
          .isInstanceOf(ApiStatusException.class);
    }
    assertThat(time.sleeps.stream().map(TransportVectorsTest::seconds).toList())
        .isEqualTo(list(each.get("delays")).stream().map(TransportVectorsTest::number).toList());
  }

  /** The second retry of a call, with the headers on the second failure. */
  private static void asked(Map<String, @Nullable Object> each) {
    RecordingTime time = new RecordingTime();
    List<String> headers = new ArrayList<>();
    object(each.get("headers"))
        .forEach((name, value) -> {
          headers.add(name);
          headers.add(
              String.valueOf(value)
                  // The first retry has taken half a second of the fixed clock.
                  .replace("00:00:30", "00:00:30"));
        });
    FakeTransport server =
        new FakeTransport()
            .answer(503, "{}", "retry-after-ms", "0.001")
            .answer(503, "{}", headers.toArray(String[]::new))
            .answer(200, OK);
    try (ApiClient client = TestClient.of(server, time).random(TestClient.always(0.5)).build()) {
      client.call(TestClient.post(CallKind.TRAIN), INPUT);
    }
    boolean isLonger = number(each.get("delay")) == OWN_DELAY && ASKED_LONGER.contains(headers);
    assertThat(seconds(time.sleeps.get(1)))
        .as(isLonger ? "60 s: the vector's client ignores what is longer" : "the vector's")
        .isCloseTo(isLonger ? 60 : number(each.get("delay")), within(1e-3));
  }

  private static void should(Map<String, @Nullable Object> each) {
    int status = (int) number(each.get("status"));
    if (status == 200) {
      // A success is taken, whatever its header says: what it would repeat has happened.
      return;
    }
    Object header = each.get("xShouldRetry");
    FakeTransport server = new FakeTransport();
    String[] headers =
        header == null ? new String[0] : new String[] {"x-should-retry", "" + header};
    server.answer(status, "{\"detail\":\"x\"}", headers).answer(200, OK);
    try (ApiClient client = TestClient.of(server, new RecordingTime()).build()) {
      CallOptions options = CallOptions.builder().maxRetries(status == 402 ? 0 : 5).build();
      if (status == 402 && "true".equals(header)) {
        options = CallOptions.defaults();
      }
      CallOptions final402 = options;
      Throwable failure =
          catchThrowable(() -> client.call(TestClient.post(CallKind.TRAIN), INPUT, final402));
      assertThat(failure == null).isEqualTo(each.get("retry"));
      assertThat(server.requests).hasSize(failure == null ? 2 : 1);
    }
  }

  @Test
  void v315_queries() {
    for (Map<String, @Nullable Object> each :
        objects(vector("315-query-encoding.json").get("cases"))) {
      URI uri = Url.of(URI.create("http://h"), "/p", object(each.get("params")));
      String query = String.valueOf(each.get("query"));
      assertThat(uri).hasToString("http://h/p" + (query.isEmpty() ? "" : "?" + query));
    }
  }

  @TestFactory
  Stream<DynamicTest> v316_addresses() {
    return objects(vector("316-url-join.json").get("cases")).stream()
        .map(each -> dynamicTest(String.valueOf(each.get("url")), () -> address(each)));
  }

  private static void address(Map<String, @Nullable Object> each) {
    String base = String.valueOf(each.get("baseUrl"));
    String path = String.valueOf(each.get("path"));
    if (base.contains("?")) {
      // The reference client puts the path into the query; this one refuses such a base.
      assertThatThrownBy(() -> Url.base(base)).isInstanceOf(IllegalArgumentException.class);
    } else if (!path.startsWith("http")) {
      // Operations have no absolute paths; downloads take whole addresses.
      assertThat(Url.of(Url.base(base), path, Map.of()))
          .hasToString(String.valueOf(each.get("url")));
    } else {
      assertThat(Url.resolve(URI.create(base), path))
          .hasValueSatisfying(uri -> assertThat(uri).hasToString(String.valueOf(each.get("url"))));
    }
  }

  /** What this client does where the vectors show two loops, one around the other. */
  private static final Map<String, String> ONE_LOOP =
      Map.of(
          "twelve 500s: low-level budget of 10 retries, then one outer retry after 1 s",
          "11 requests: the ten retries are all",
          "x-should-retry false skips the low-level retry but not the outer one",
          "1 requests: false means false",
          "402 pauses 5 s per attempt in the outer loop",
          "4 requests: with one idempotency key",
          "400 with empty body is retried as a connection error",
          "4 requests: with the delays of the one loop and one idempotency key");

  @TestFactory
  Stream<DynamicTest> v332_retries() {
    return objects(vector("332-outer-retries.json").get("cases")).stream()
        .map(each -> dynamicTest(String.valueOf(each.get("case")), () -> retries(each)));
  }

  private static void retries(Map<String, @Nullable Object> each) {
    Map<String, @Nullable Object> expect = object(each.get("expect"));
    RecordingTime time = new RecordingTime();
    FakeTransport server = new FakeTransport();
    for (Map<String, @Nullable Object> response : objects(each.get("responses"))) {
      List<String> headers = new ArrayList<>();
      object(response.get("headers"))
          .forEach((name, value) -> {
            headers.add(name);
            headers.add(String.valueOf(value));
          });
      String body =
          response.get("json") == null
              ? ""
              : new String(JsonCodec.write(response.get("json")), StandardCharsets.UTF_8);
      server.answer((int) number(response.get("status")), body, headers.toArray(String[]::new));
    }
    server.answer(200, OK);
    Throwable failure;
    try (ApiClient client = TestClient.of(server, time).build()) {
      failure = catchThrowable(() -> client.call(TestClient.post(CallKind.TRAIN), INPUT));
    }
    String name = String.valueOf(each.get("case"));
    int requests = (int) number(expect.get("requests"));
    List<Double> slept = time.sleeps.stream().map(TransportVectorsTest::seconds).toList();
    @Nullable String ours = ONE_LOOP.get(name);
    if (ours != null) {
      assertThat(server.requests).as(ours).hasSize(Integer.parseInt(ours.replaceAll(" .*", "")));
      if (name.startsWith("402")) {
        assertThat(slept).containsExactly(5.0, 5.0, 5.0);
        assertThat(retryCounts(server)).isEqualTo(expect.get("retryCounts"));
      }
    } else if (name.equals("success")) {
      // In the vector a first request was lost before the ones it shows.
      assertThat(slept).isEmpty();
    } else {
      boolean isLonger = name.equals("Retry-After above 60 ignored");
      assertThat(server.requests).hasSize(requests);
      assertThat(slept)
          .isEqualTo(
              isLonger
                  ? List.of(60.0) // It counts as 60.
                  : list(expect.get("httpSleeps")).stream()
                      .map(TransportVectorsTest::number)
                      .toList());
      assertThat(retryCounts(server)).isEqualTo(expect.get("retryCounts"));
      assertThat(failure == null).isEqualTo("ok".equals(expect.get("outcome")));
    }
    assertThat(
            server.requests.stream()
                .map(request -> request.headers().first("X-Idempotency-Key"))
                .distinct())
        .hasSize(1);
  }

  private static List<String> retryCounts(FakeTransport server) {
    return server.requests.stream()
        .map(request -> request.headers().first("x-stainless-retry-count").orElse("none"))
        .toList();
  }

  @TestFactory
  Stream<DynamicTest> v334_headers() {
    return objects(vector("334-http-headers.json").get("requests")).stream()
        .map(each ->
            dynamicTest(
                each.get("method") + " " + each.get("path"), () -> HeaderVectors.check(each)));
  }
}

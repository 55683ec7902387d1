package io.tinker4j.transport.client;

import static io.tinker4j.transport.client.TestClient.INPUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.AuthenticationException;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Redaction;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.jdk.JdkTransport;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.wire.FutureRetrieveRequest;
import io.tinker4j.types.wire.LoadWeightsRequest;
import io.tinker4j.types.wire.UntypedFuture;
import io.tinker4j.types.wire.WeightsInfoRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens, no text of the SDK shows a credential. */
// readiness: D5
@Isolated("listens to the log")
class SecretsTest {
  private static final String KEY = "tml-the-secret-key";
  private static final String CLOUDFLARE = "cf-the-secret";
  private static final String JWT = "eyJ.eyJzdWIiOiJ4IiwiZXhwIjo0MTAyNDQ0ODAwfQ.secret-signature";
  private static final List<String> SECRETS = List.of(KEY, CLOUDFLARE, JWT, "secret-signature");

  private final Logger logs = Logger.getLogger("io.tinker4j");
  private final List<String> texts = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          texts.add(record.getMessage());
          if (record.getThrown() != null) {
            texts.add(trace(record.getThrown()));
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  /** Hears everything, writes it down, and throws. */
  private final class Everything implements TinkerListener {
    @Override
    public void callFailed(TracedCall call, Duration took, Throwable failure) {
      texts.add(call + trace(failure));
    }

    @Override
    public void attemptAnswered(TracedAttempt attempt, Traffic traffic) {
      texts.add(attempt + " " + traffic);
      throw new IllegalStateException("a listener's own fault");
    }

    @Override
    public void retrying(TracedAttempt failed, Duration delay, TinkerException cause) {
      texts.add(failed + " " + delay + trace(cause));
    }
  }

  @BeforeEach
  void listen() {
    logs.setLevel(Level.ALL);
    logs.addHandler(handler);
  }

  @AfterEach
  void stopListening() {
    logs.removeHandler(handler);
    logs.setLevel(null);
  }

  private static String trace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  @Test
  void busyScenario_showsNoCredentialAnywhere() {
    FakeTransport server = new FakeTransport();
    server
        .answer(200, "{\"jwt\":\"" + JWT + "\"}")
        .then(request -> {
          throw new IOException("refused by " + request + request.headers());
        })
        .answer(429, "{\"detail\":\"slow down\"}", "retry-after", "1")
        .then(request ->
            FakeTransport.response(500, "{\"detail\":\"crashed with key " + key(request) + "\"}"))
        .answer(402, "{\"detail\":\"unpaid\"}")
        .then(request -> FakeTransport.response(401, "bad key " + key(request)));
    RecordingTime time = new RecordingTime();
    CredentialSource.ApiKey source = CredentialSource.apiKey(KEY);
    try (ApiClient client =
        TestClient.of(server, time)
            .credentials(source)
            .environment(
                TestClient.environment(
                    Map.of(
                        "CLOUDFLARE_ACCESS_CLIENT_ID",
                        "id",
                        "CLOUDFLARE_ACCESS_CLIENT_SECRET",
                        CLOUDFLARE)))
            .listener(new Everything())
            .build()) {
      client.configure(ClientConfigResponse.builder().pjwtAuthEnabled(true).build());
      try {
        client.call(TestClient.post(CallKind.TRAIN), INPUT);
      } catch (AuthenticationException e) {
        texts.add(trace(e) + e.body() + e.detail() + e.headers());
      }
      texts.add(
          client + " " + source + " " + client.context.headers() + client.credentials.current());
    }
    server.requests.forEach(request -> texts.add(request + " " + request.headers()));

    assertThat(server.requests).hasSize(6);
    assertThat(texts).hasSizeGreaterThan(10).anyMatch(text -> text.contains("bad key ***"));
    for (String secret : SECRETS) {
      assertThat(texts).noneMatch(text -> text.contains(secret));
    }
  }

  private static final String OTHER_KEY = "other-owner-s-key";
  private static final String PROXY_PASSWORD = "the-proxy/password";
  private static final String SIGNATURE = "0123456789abcdef0123456789abcdef";
  private static final String GATEWAY = "a-gateway-s-secret";
  private static final String ROUTE = "a-secret-route";

  /** All that a client has learned about, by its value and by no form. */
  private static String everySecret() {
    return String.join(
        " and ", KEY, JWT, OTHER_KEY, PROXY_PASSWORD, SIGNATURE, GATEWAY, ROUTE, CLOUDFLARE);
  }

  private void assertNothingShown() {
    assertThat(texts).isNotEmpty().anyMatch(text -> text.contains("***"));
    for (String secret :
        List.of(KEY, JWT, OTHER_KEY, PROXY_PASSWORD, SIGNATURE, GATEWAY, ROUTE, CLOUDFLARE)) {
      assertThat(texts).as(secret).noneMatch(text -> text.contains(secret));
    }
  }

  private void failing(Runnable call) {
    try {
      call.run();
      throw new AssertionError("it did not fail");
    } catch (TinkerException e) {
      texts.add(trace(e));
      if (e instanceof ApiStatusException refused) {
        texts.add(refused.body() + refused.detail() + refused.headers().asMap());
      }
    }
  }

  /** A client that knows each of the secrets, though it uses only one as its credential now. */
  private ApiClient knowing(FakeTransport server, RecordingTime time) {
    JdkTransport proxied =
        JdkTransport.builder().proxy("http://user:the-proxy%2Fpassword@proxy.test:3128").build();
    List<String> proxySecrets = proxied.secrets();
    proxied.close();
    ApiClient client =
        TestClient.of(server, time)
            .apiKey(KEY)
            .header("X-Gateway-Token", GATEWAY)
            .queryParameter("route", ROUTE)
            .environment(
                TestClient.environment(Map.of("CLOUDFLARE_ACCESS_CLIENT_SECRET", CLOUDFLARE)))
            .listener(
                new TinkerListener() {
                  @Override
                  public void attemptFailed(
                      TracedAttempt attempt, Duration took, Throwable failure) {
                    texts.add(trace(failure));
                  }

                  @Override
                  public void callFailed(TracedCall call, Duration took, Throwable failure) {
                    texts.add(trace(failure));
                  }
                })
            .build();
    proxySecrets.forEach(client.context.redaction()::keep);
    client.configure(ClientConfigResponse.builder().pjwtAuthEnabled(true).build());
    client.call(
        Operations.LOAD_WEIGHTS,
        LoadWeightsRequest.builder()
            .modelId("m")
            .path("tinker://r/weights/x")
            .optimizer(false)
            .weightsAccessToken(OTHER_KEY)
            .build());
    client
        .download(
            URI.create("https://files.test/x?X-Amz-Signature=" + SIGNATURE), CallOptions.defaults())
        .close();
    return client;
  }

  @Test
  void answers_thatRepeatSecretsOfOtherCalls_areMaskedEverywhere() {
    Operation<WeightsInfoRequest, UntypedFuture> call = TestClient.post(CallKind.TRAIN);
    FakeTransport server =
        new FakeTransport()
            .answer(200, "{\"jwt\":\"" + JWT + "\"}")
            .answer(200, TestClient.OK)
            .answer(200, "")
            .answer(400, "{\"detail\":\"not for " + everySecret() + "\"}", "x-echo", everySecret())
            .answer(200, "<html>" + everySecret())
            .then(request -> {
              throw new IOException("lost " + everySecret(), new IOException(everySecret()));
            })
            .answer(200, "{\"error\":\"failed for " + everySecret() + "\"}");
    try (ApiClient client = knowing(server, new RecordingTime())) {
      failing(() -> client.call(call, INPUT));
      failing(() -> client.call(call, INPUT));
      failing(() -> client.call(call, INPUT, TestClient.ONCE));
      texts.add(
          String.valueOf(
              client.call(
                  Operations.RETRIEVE_SAMPLE,
                  FutureRetrieveRequest.builder().requestId("r").build())));
      texts.add(client.redacted(everySecret()));
    }

    assertThat(server.requests).hasSize(7);
    assertNothingShown();
  }

  private static final String SPELLED = "c2Vj/cmV0&dm<FsdWU\"LTEyMw==";

  /** How programs write a text into JSON, HTML and addresses, and into one within another. */
  enum Spelling {
    GSON("c2Vj/cmV0\\u0026dm\\u003cFsdWU\\\"LTEyMw\\u003d\\u003D"),
    PHP("c2Vj\\/cmV0&dm<FsdWU\\\"LTEyMw=="),
    ONE_LETTER("\\u0063\\u0032Vj/cmV0&dm<FsdWU\\\"LTEyMw=="),
    HTML("c2Vj/cmV0&amp;dm&lt;FsdWU&quot;LTEyMw=="),
    HTML_BY_NUMBER("c2Vj&#47;cmV0&#38;dm&#x3c;FsdWU&#34;LTEyMw&#61;&#x3D;"),
    HTML_IN_JSON("c2Vj\\/cmV0\\u0026amp;dm\\u0026lt;FsdWU\\u0026quot;LTEyMw\\u003d\\u003d"),
    JSON_IN_JSON("c2Vj/cmV0\\\\u0026dm\\\\u003cFsdWU\\\\\\\"LTEyMw\\\\u003d\\\\u003d"),
    ADDRESS("c2Vj%2fcmV0%26dm%3cFsdWU%22LTEyMw%3d%3D");

    final String echo;

    Spelling(String echo) {
      this.echo = echo;
    }
  }

  @ParameterizedTest
  @EnumSource(Spelling.class)
  void answers_thatSpellTheCredentialWithEscapes_areMaskedEverywhere(Spelling spelling) {
    Operation<WeightsInfoRequest, UntypedFuture> call = TestClient.post(CallKind.TRAIN);
    String echo = spelling.echo;
    FakeTransport server =
        new FakeTransport()
            .answer(400, "{\"detail\":\"key " + echo + " is bad\"}", "x-echo", echo)
            .answer(302, "", "location", "https://x.test/" + echo + "/y")
            .answer(200, "{\"request_idx\":\"key " + echo + " is bad\"}")
            .answer(200, "{\"request_id\":[\"key " + echo + " is bad\"]}")
            .answer(200, "{\"error\":\"failed for " + echo + "\"}");
    FutureRetrieveRequest question = FutureRetrieveRequest.builder().requestId("r").build();
    try (ApiClient client =
        TestClient.of(server, new RecordingTime()).credentials(() -> SPELLED).build()) {
      for (int i = 0; i < 4; i++) {
        failing(() -> client.call(call, INPUT, TestClient.ONCE));
      }
      texts.add(String.valueOf(client.call(Operations.RETRIEVE_SAMPLE, question)));
      texts.add(client.redacted("an answer begins with " + echo));
    }

    assertThat(server.requests).hasSize(5);
    assertThat(texts).filteredOn(text -> text.contains("***")).hasSizeGreaterThan(6);
    assertThat(texts).noneMatch(text -> text.contains(SPELLED) || text.contains(echo));
    assertThat(texts).noneMatch(text -> text.contains("cmV0") || text.contains("FsdWU"));
  }

  @Test
  void answer_thatEndsWithinTheCredential_showsNoPartOfItInTheDecodeException() {
    String secret = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    FakeTransport server =
        new FakeTransport()
            .answer(200, "[\"" + "x".repeat(490) + secret + "\"]")
            .answer(400, "{\"detail\":\"" + "x".repeat(470) + secret + "\"}");
    try (ApiClient client =
        TestClient.of(server, new RecordingTime()).credentials(() -> secret).build()) {
      failing(() -> client.call(TestClient.post(CallKind.TRAIN), INPUT));
      failing(() -> client.call(TestClient.post(CallKind.TRAIN), INPUT));
    }

    assertThat(texts).noneMatch(text -> text.contains("01234"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "key tml-abc.def-1 is | key tml-*** is",
        "at /dl/eyJhbGciOiJI.eyJzdWIi.c2ln/x | at /dl/***/x",
        "Authorization: Bearer abc.def~x | Authorization: ***",
        "see https://h.test/a/b?X-Amz-Signature=abc&x=1 now"
            + "| see https://h.test/a/b?X-Amz-Signature=***&x=*** now",
        "via http://user:pw@proxy.test:1 | via http://***@proxy.test:1",
        "{\"access_token\": \"abc\"} | {\"access_token\": \"***\"}",
        "password=hunter2, next | password=***, next",
        "max_token: 5 of tinker://run/weights/x | max_token: 5 of tinker://run/weights/x",
        "set TINKER_API_KEY, or apiKey | set TINKER_API_KEY, or apiKey",
      })
  void byForm_masksWhatLooksLikeACredentialAndNothingElse(String text, String masked) {
    assertThat(Redaction.byForm(text)).contains(masked);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "eyJ", "http://", "a:", "token", "basic ", "tml-", "_-", "=\\"})
  @Timeout(30)
  void byForm_giantText_takesNoTimeToSpeakOf(String piece) {
    String giant = piece.repeat((1 << 19) / piece.length());

    assertThat(Redaction.byForm(giant)).isNotEmpty();
  }

  @Test
  void toString_ofRequestToAnAddressWithAToken_showsNone() {
    TransportRequest request =
        TransportRequest.of(
            "GET",
            URI.create("http://h.test/dl/eyJhbGciOi.eyJzdWIi.c2ln?sig=hidden"),
            Headers.builder().set("X-Auth-Token", "hidden").build(),
            ByteBuffer.allocate(0),
            CallKind.DOWNLOAD);

    assertThat(request + " " + request.headers()).doesNotContain("c2ln", "hidden");
  }

  private static String key(TransportRequest request) {
    return request.headers().first("X-API-Key").orElseThrow();
  }
}

package io.tinker4j.transport;

import static io.tinker4j.transport.TestClient.INPUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.types.ClientConfigResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
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

/** Whatever happens, no text of the SDK shows a credential. */
// readiness: D5
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
    public void callFailed(TracedCall call, java.time.Duration took, Throwable failure) {
      texts.add(call + trace(failure));
    }

    @Override
    public void attemptAnswered(TracedAttempt attempt, Traffic traffic) {
      texts.add(attempt + " " + traffic);
      throw new IllegalStateException("a listener's own fault");
    }

    @Override
    public void retrying(TracedAttempt failed, java.time.Duration delay, TinkerException cause) {
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
      texts.add(client + " " + source + " " + client.headers + client.credentials.current());
    }
    server.requests.forEach(request -> texts.add(request + " " + request.headers()));

    assertThat(server.requests).hasSize(6);
    assertThat(texts).hasSizeGreaterThan(10).anyMatch(text -> text.contains("bad key ***"));
    for (String secret : SECRETS) {
      assertThat(texts).noneMatch(text -> text.contains(secret));
    }
  }

  private static String key(TransportRequest request) {
    return request.headers().first("X-API-Key").orElseThrow();
  }
}

package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.health.HealthEndpoint;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.Health;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.SessionOutcome;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The snippets of {@code docs/operations.md}. */
@Timeout(60)
class OperationsGuideTest {

  @Test
  void service_isHealthyAndSaysSo() throws Exception {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      String baseUrl = server.baseUrl().toString();
      ServiceClient service =
          ServiceClient.builder()
              .baseUrl(baseUrl)
              .apiKey("tml-test")
              .closeOnShutdown(Duration.ofSeconds(20)) // SIGTERM and Ctrl-C
              .build();
      service.createSamplingClient("tinker4j/tiny-bytes");

      Health health = service.health();
      if (health.status() != Health.Status.UP) {
        System.getLogger("app").log(System.Logger.Level.WARNING, health::toString);
      }
      assertThat(health.status()).isEqualTo(Health.Status.UP);

      try (HealthEndpoint endpoint = HealthEndpoint.start(service, 0)) {
        URI probe = URI.create("http://127.0.0.1:" + endpoint.address().getPort() + "/readyz");
        assertThat(status(probe)).isEqualTo(200);

        service.close();
        assertThat(status(probe)).isEqualTo(503);
      }
      assertThat(server.openSessions()).isEmpty();
    }
  }

  @Test
  void orphanedSession_adopted_isFinished() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      String baseUrl = server.baseUrl().toString();
      ServiceClient killed = ServiceClient.builder().baseUrl(baseUrl).apiKey("tml-test").build();
      killed.createSamplingClient("tinker4j/tiny-bytes");
      String orphan = server.openSessions().iterator().next();

      ServiceClient adopter =
          ServiceClient.builder().baseUrl(baseUrl).apiKey("tml-test").sessionId(orphan).build();
      adopter.close(SessionOutcome.INTERRUPTED, "its process was killed");

      assertThat(server.openSessions()).isEmpty();
      killed.close();
    }
  }

  private static int status(URI uri) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }
}

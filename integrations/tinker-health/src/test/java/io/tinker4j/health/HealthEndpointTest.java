package io.tinker4j.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.Health;
import io.tinker4j.training.Health.Component;
import io.tinker4j.training.Health.Status;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What probes and Prometheus hear about a client. */
@Tag("readiness:K5")
@Tag("readiness:R9")
@Timeout(60)
class HealthEndpointTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @Test
  void client_upAndClosed_isToldOverHttp() throws Exception {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ServiceClient service =
            ServiceClient.builder()
                .baseUrl(server.baseUrl().toString())
                .apiKey("tml-test")
                .telemetry(true)
                .build();
        HealthEndpoint endpoint = HealthEndpoint.start(service, 0)) {
      assertThat(endpoint.address().getAddress().isLoopbackAddress()).isTrue();
      HttpResponse<String> up = get(endpoint, "/healthz");
      assertThat(up.statusCode()).isEqualTo(200);
      assertThat(JsonCodec.readMap(up.body().getBytes(StandardCharsets.UTF_8)))
          .isEqualTo(JsonCodec.readMap(JsonCodec.write(service.health().toMap())))
          .containsEntry("status", "UP");
      assertThat(get(endpoint, "/readyz").statusCode()).isEqualTo(200);
      assertThat(get(endpoint, "/metrics").body())
          .contains(
              "# TYPE tinker_status gauge\ntinker_status 0\n",
              "tinker_component_status{component=\"session\"} 0\n",
              "# TYPE tinker_telemetry_dropped_total counter\ntinker_telemetry_dropped_total 0\n",
              "tinker_operations_pending 0\n",
              "tinker_circuits_open_train 0\n");
      assertThat(get(endpoint, "/other").statusCode()).isEqualTo(404);
      InetSocketAddress taken = endpoint.address();
      assertThatThrownBy(() -> HealthEndpoint.start(service, taken))
          .isInstanceOf(UncheckedIOException.class);

      service.close();

      assertThat(get(endpoint, "/healthz").statusCode()).isEqualTo(503);
      assertThat(get(endpoint, "/metrics").body()).contains("tinker_status 2\n");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "telemetry, DEGRADED, 200, 200, 1",
    "background, DEGRADED, 200, 200, 1",
    "api, DEGRADED, 200, 503, 1",
    "session, DEGRADED, 200, 503, 1",
    "circuits, DEGRADED, 200, 503, 1",
    "api, DOWN, 503, 503, 2",
    "session, UP, 200, 200, 0"
  })
  void component_inTrouble_countsAsFarAsItHoldsWorkBack(
      String component, Status status, int healthz, int readyz, int metric) throws Exception {
    Health health = new Health(List.of(new Component(component, status, "x", Map.of())));
    try (HealthEndpoint endpoint = HealthEndpoint.start(() -> health, ANY)) {
      assertThat(get(endpoint, "/healthz").statusCode()).isEqualTo(healthz);
      assertThat(get(endpoint, "/readyz").statusCode()).isEqualTo(readyz);
      assertThat(get(endpoint, "/metrics").body()).contains("tinker_status " + metric + "\n");
    }
  }

  private static HttpResponse<String> get(HealthEndpoint endpoint, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + endpoint.address().getPort() + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}

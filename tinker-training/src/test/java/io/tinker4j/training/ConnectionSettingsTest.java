package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What a service client is told about its calls reaches them. */
class ConnectionSettingsTest {
  private final FakeService server = new FakeService();
  private final List<TransportRequest> requests = new CopyOnWriteArrayList<>();
  private final Transport recording =
      new Transport() {
        @Override
        public TransportResponse send(TransportRequest request)
            throws IOException, InterruptedException {
          requests.add(request);
          return server.send(request);
        }

        @Override
        public void close() {}
      };

  private ServiceClient.Builder client() {
    return server.client().transport(recording).telemetry(false).time(new RecordingTime());
  }

  @Test
  void calls_carryHeadersAndQueryAndAreCompressed() {
    try (ServiceClient service =
        client()
            .header("X-Gateway", "blue")
            .queryParameter("route", "a/b")
            .compressRequests(true)
            .build()) {
      service
          .createSamplingClient("base")
          .sample(ModelInput.ofInts(new int[20_000]), 1, SamplingParams.builder().build())
          .join();
    }

    assertThat(requests)
        .allMatch(request -> request.headers().first("X-Gateway").equals(Optional.of("blue")))
        .allMatch(request -> request.uri().getRawQuery().equals("route=a%2Fb"))
        .anyMatch(request -> request.headers().first("Content-Encoding").isPresent());
  }

  @Test
  void calls_failAsSoonAsIsSet() {
    server.on(
        "client/config",
        call -> {
          throw new ConnectException("Connection refused");
        });
    try (ServiceClient few = client().maxRetries(1).build();
        ServiceClient brief = client().callDeadline(Duration.ofSeconds(2)).build()) {
      assertThatThrownBy(() -> few.createSamplingClient("base"))
          .isInstanceOf(ConnectionException.class)
          .hasMessageContaining("2 attempts");
      assertThatThrownBy(() -> brief.createSamplingClient("base"))
          .isInstanceOf(ConnectionException.class)
          .hasMessageContaining("3 attempts");
    }
  }

  @Test
  void settings_withoutSense_areRefusedByName() {
    assertThatThrownBy(() -> ServiceClient.builder().maxRetries(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxRetries");
    assertThatThrownBy(() -> ServiceClient.builder().connectTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("connectTimeout");
    assertThatThrownBy(() -> ServiceClient.builder().callDeadline(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("eadline");
    assertThatThrownBy(() -> ServiceClient.builder().closeOnShutdown(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("drain");
    assertThatThrownBy(() -> client().connectTimeout(Duration.ofSeconds(1)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("transport");
  }
}

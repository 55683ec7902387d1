package io.tinker4j.testkit.junit;

import static io.tinker4j.testkit.observe.ServerAssertions.assertThatRequests;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.time.ManualTime;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class TinkerServerTest {
  private static final Set<EmbeddedTinkerServer> SERVERS = new HashSet<>();

  private final EmbeddedTinkerServer mine;

  TinkerServerTest(@TinkerServer EmbeddedTinkerServer server) {
    mine = server;
  }

  @BeforeEach
  void setUp(@TinkerServer EmbeddedTinkerServer server) {
    SERVERS.add(server);
    assertThat(server).isSameAs(mine);
  }

  @RepeatedTest(2)
  void parameter_eachTestHasAServerOfItsOwn(@TinkerServer EmbeddedTinkerServer server)
      throws Exception {
    assertThat(server).isSameAs(mine);
    assertThat(health(server)).isEqualTo(200);
    assertThatRequests(server.requests()).hasCount(1);
  }

  @AfterAll
  static void servers_areClosedAfterTheirTests() {
    assertThat(SERVERS).hasSize(2);
    assertThat(SERVERS)
        .allSatisfy(
            server -> assertThatThrownBy(() -> health(server)).isInstanceOf(IOException.class));
  }

  static int health(EmbeddedTinkerServer server) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create(server.baseUrl() + "/api/v1/healthz")).build(),
              BodyHandlers.discarding())
          .statusCode();
    }
  }
}

/** Faults and virtual time. */
class TinkerServerSettingsTest {
  @Test
  void faultsAndVirtualTime_areThoseOfTheAnnotation(
      ManualTime time,
      @TinkerServer(
              virtualTime = true,
              faults =
                  """
                  {"faults": [
                    {"on": {"operation": "healthz"}, "nth": 1, "do": "answer", "status": 503},
                    {"on": {"operation": "healthz"}, "nth": 2, "do": "delay", "seconds": 3600}]}
                  """)
          EmbeddedTinkerServer server)
      throws Exception {
    long start = time.nanoTime();

    int first = TinkerServerTest.health(server);
    int second = TinkerServerTest.health(server);

    assertThat(first).isEqualTo(503);
    assertThat(second).isEqualTo(200);
    assertThat(Duration.ofNanos(time.nanoTime() - start)).isEqualTo(Duration.ofHours(1));
  }
}

package io.tinker4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.fault.RequestMatcher;
import io.tinker4j.transport.client.ApiClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OwnEndpointTest {
  @Test
  void call_isRetriedLikeAnyOther() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ApiClient api =
            ApiClient.builder().baseUrl(server.baseUrl().toString()).apiKey("tml-test").build()) {
      server.setFaults(FaultScript.of(Fault.on(RequestMatcher.any()).nth(1).answer(503)));

      assertThat(OwnEndpoint.call(api).status()).isEqualTo("ok");
    }
  }
}

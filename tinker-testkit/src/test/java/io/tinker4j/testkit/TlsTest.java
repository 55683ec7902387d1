package io.tinker4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The server with a certificate of its own. */
class TlsTest {
  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void tls_speaksTheVersionThatTheClientNegotiates(HttpClient.Version version) throws Exception {
    SelfSignedCertificate certificate = SelfSignedCertificate.generate();
    try (EmbeddedTinkerServer server =
            EmbeddedTinkerServer.builder().tls(certificate.serverContext()).start();
        HttpClient client =
            HttpClient.newBuilder()
                .version(version)
                .sslContext(certificate.clientContext())
                .build()) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(server.baseUrl().resolve("/api/v1/healthz"))
                  .header("X-API-Key", "tml-test")
                  .build(),
              BodyHandlers.ofString());

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.version()).isEqualTo(version);
      assertThat(server.baseUrl().getScheme()).isEqualTo("https");
    }
  }
}

package io.tinker4j.transport.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.TestClient;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.NoContent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Through a proxy that makes tunnels. */
@Timeout(60)
class ProxyTest {
  private static final String PASSWORD = "s3cret+word";
  private static final String AUTHORIZATION =
      "Basic "
          + Base64.getEncoder()
              .encodeToString(("user:" + PASSWORD).getBytes(StandardCharsets.UTF_8));

  private static JdkTransport transport(Map<String, String> variables) {
    return JdkTransport.builder()
        .sslContext(TestCertificate.context())
        .environment(TestClient.environment(variables))
        .build();
  }

  private static String health(String baseUrl, Transport transport) {
    try (ApiClient client =
        ApiClient.builder().apiKey(TestClient.KEY).baseUrl(baseUrl).transport(transport).build()) {
      return client.call(Operations.HEALTHZ, NoContent.INSTANCE, TestClient.ONCE).status();
    }
  }

  @Test
  void proxyFor_namesTheProxyWithoutItsPassword_andNoneForExceptions() {
    try (JdkTransport transport =
            transport(
                Map.of(
                    "HTTPS_PROXY", "http://user:s3cret@proxy.test:81", "NO_PROXY", "inner.test"));
        JdkTransport direct = transport(Map.of())) {
      assertThat(transport.proxyFor(URI.create("https://outer.test/a")))
          .hasValueSatisfying(proxy -> {
            assertThat(proxy.getHostString()).isEqualTo("proxy.test");
            assertThat(proxy.getPort()).isEqualTo(81);
            assertThat(proxy.isUnresolved()).isTrue();
          });
      assertThat(transport.proxyFor(URI.create("https://inner.test"))).isEmpty();
      assertThat(transport.proxyFor(URI.create("http://outer.test"))).isEmpty();
      assertThat(direct.proxyFor(URI.create("https://outer.test"))).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TINKER_PROXY", "HTTPS_PROXY", "https_proxy"})
  void https_goesThroughATunnelWithThePassword(String variable) throws Exception {
    try (Http2Server server = Http2Server.start(100, request -> "{\"status\":\"ok\"}");
        ConnectProxy proxy = ConnectProxy.start(AUTHORIZATION);
        JdkTransport transport =
            transport(Map.of(variable, "http://user:s3cret+word@127.0.0.1:" + proxy.port()))) {
      assertThat(health(server.https(), transport)).isEqualTo("ok");

      assertThat(proxy.heads).hasSize(1);
      assertThat(proxy.heads.getFirst())
          .startsWith("CONNECT localhost:")
          .doesNotContain("Tinker4j-Token")
          .doesNotContain(TestClient.KEY);
      assertThat(server.versions).containsExactly("HTTP/2.0");
    }
  }

  @Test
  void https_withoutPassword_goesThroughATunnel() throws Exception {
    try (Http2Server server = Http2Server.start(100, request -> "{\"status\":\"ok\"}");
        ConnectProxy proxy = ConnectProxy.start("");
        JdkTransport transport = transport(Map.of("HTTPS_PROXY", "127.0.0.1:" + proxy.port()))) {
      assertThat(health(server.https(), transport)).isEqualTo("ok");
      assertThat(proxy.heads).hasSize(1);
    }
  }

  @Test
  void https_wrongPassword_saysSoWithoutShowingIt() throws Exception {
    try (Http2Server server = Http2Server.start(100, request -> "{\"status\":\"ok\"}");
        ConnectProxy proxy = ConnectProxy.start(AUTHORIZATION);
        JdkTransport transport =
            transport(Map.of("TINKER_PROXY", "http://user:wrong@127.0.0.1:" + proxy.port()))) {
      assertThatThrownBy(() -> health(server.https(), transport))
          .isInstanceOf(TinkerException.class)
          .hasMessageContaining("407")
          .message()
          .doesNotContain("wrong");
    }
  }

  @Test
  void http_carriesThePasswordInTheRequest() throws Exception {
    try (ConnectProxy proxy = ConnectProxy.start(AUTHORIZATION);
        JdkTransport transport =
            transport(
                Map.of("TINKER_PROXY", "http://user:s3cret+word@127.0.0.1:" + proxy.port()))) {
      assertThat(health("http://nowhere.test", transport)).isEqualTo("ok");
      assertThat(proxy.heads.getFirst()).startsWith("GET http://nowhere.test/api/v1/healthz ");
    }
  }

  @Test
  void noProxy_connectsDirectly() throws Exception {
    try (Http2Server server = Http2Server.start(100, request -> "{\"status\":\"ok\"}");
        ConnectProxy proxy = ConnectProxy.start(AUTHORIZATION);
        JdkTransport transport =
            transport(
                Map.of(
                    "TINKER_PROXY",
                    "http://127.0.0.1:" + proxy.port(),
                    "NO_PROXY",
                    "other.test, localhost"))) {
      assertThat(health(server.https(), transport)).isEqualTo("ok");
      assertThat(proxy.heads).isEmpty();
    }
  }

  @Test
  void relay_withoutItsToken_refuses() throws Exception {
    try (ConnectProxy proxy = ConnectProxy.start(AUTHORIZATION);
        ProxyRelay relay =
            ProxyRelay.start(
                new ProxySettings.Server("127.0.0.1", proxy.port(), AUTHORIZATION),
                Duration.ofSeconds(5));
        Socket stranger = new Socket(InetAddress.getLoopbackAddress(), relay.port())) {
      stranger
          .getOutputStream()
          .write(
              "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test\r\n\r\n"
                  .getBytes(StandardCharsets.ISO_8859_1));

      assertThat(stranger.getInputStream().readAllBytes()).asString().startsWith("HTTP/1.1 407");
      assertThat(proxy.heads).isEmpty();
    }
  }

  @Test
  void unreachableProxy_isAnErrorInTime() throws Exception {
    int closed;
    try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
      closed = socket.getLocalPort();
    }
    try (JdkTransport transport =
        transport(Map.of("TINKER_PROXY", "http://user:word@127.0.0.1:" + closed))) {
      assertThatThrownBy(() -> health("https://localhost:1", transport))
          .isInstanceOf(TinkerException.class)
          .hasMessageContaining("502");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "https://api.test/x, true",
    "https://other.test/x, false",
    "https://sub.other.test/x, false",
    "https://another.test/x, true",
    "https://port.test:8443/x, false",
    "https://port.test/x, true",
    "http://api.test/x, false"
  })
  void settings_decideByHost(String target, boolean proxied) {
    ProxySettings settings =
        ProxySettings.of(
            null,
            TestClient.environment(
                Map.of(
                    "HTTPS_PROXY",
                    "http://p.test:3128",
                    "NO_PROXY",
                    ".other.test,port.test:8443")));

    assertThat(settings.serverFor(URI.create(target)).isPresent()).isEqualTo(proxied);
  }

  @Test
  void settings_neverShowThePassword() throws IOException {
    ProxySettings settings =
        ProxySettings.of("http://user:s3cret@p.test:3128", TestClient.environment(Map.of()));

    assertThat(settings.serverFor(URI.create("https://a.test")).orElseThrow().toString())
        .isEqualTo("p.test:3128");
    assertThatThrownBy(() -> JdkTransport.builder().proxy("socks://user:s3cret@p").build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasNoCause()
        .message()
        .doesNotContain("s3cret");
    assertThatThrownBy(() -> JdkTransport.builder().proxy("http://u:s3cret@my_proxy:1").build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'my_proxy' has an underscore")
        .message()
        .doesNotContain("s3cret");
  }
}

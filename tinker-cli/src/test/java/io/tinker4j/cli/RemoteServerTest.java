package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/** What goes wrong with a server that somebody else runs. */
class RemoteServerTest {
  @Test
  void quickstart_refusedConnection_saysSo() throws IOException {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }

    CommandRun run = remote("http://127.0.0.1:" + port, "tml-secret");

    assertFails(run, "could not connect to 127.0.0.1:" + port);
  }

  @Test
  void quickstart_noApiKey_namesBothWaysToGiveOne() {
    CommandRun run = CommandRun.of("quickstart", "--base-url", "http://127.0.0.1:9");

    assertFails(run, "there is no API key for http://127.0.0.1:9;");
    assertThat(run.err()).contains("TINKER_API_KEY", "--api-key");
  }

  @Test
  void quickstart_malformedApiKey_isNotShown() {
    assertFails(
        remote("http://127.0.0.1:9", "secret"),
        "--api-key does not look like an API key: it must start");
  }

  @Test
  void quickstart_malformedAddress_namesTheOption() {
    assertFails(remote("tinker.example.com", "tml-secret"), "--base-url is 'tinker.example.com'");
  }

  @Test
  void quickstart_wrongApiKey_saysSo() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.builder().apiKey("tml-right").start()) {
      assertFails(remote(server.baseUrl().toString(), "tml-secret"), "401");
    }
  }

  @Test
  void quickstart_unknownModel_listsTheSupportedOnes() {
    try (EmbeddedTinkerServer server =
        EmbeddedTinkerServer.builder().baseModels("a/one", "b/two").start()) {
      CommandRun run = remote(server.baseUrl().toString(), "tml-secret", "--model", "c/three");

      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.errLines())
          .hasSize(2)
          .last()
          .isEqualTo("Error: --model: the server has no model c/three; it has a/one, b/two");
    }
  }

  @Test
  void quickstart_remoteServer_trainsOnBytesAndKnowsNoHash() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      CommandRun run =
          remote(server.baseUrl().toString(), "tml-secret", "--steps=2", "--batch=1", "--json");

      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(run.out()).contains("\"weightsHash\":null").hasLineCount(1);
      assertThat(run.err())
          .startsWith("Note: trains on raw bytes, as")
          .doesNotContain("tml-secret");
    }
  }

  private static CommandRun remote(String baseUrl, String apiKey, String... more) {
    String[] args = new String[5 + more.length];
    System.arraycopy(
        new String[] {"quickstart", "--base-url", baseUrl, "--api-key", apiKey}, 0, args, 0, 5);
    System.arraycopy(more, 0, args, 5, more.length);
    return CommandRun.of(args);
  }

  private static void assertFails(CommandRun run, String message) {
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errLines()).hasSizeLessThan(5).noneMatch(line -> line.startsWith("\t"));
    assertThat(run.err())
        .startsWith("Error: ")
        .contains(message)
        .doesNotContain("secret", "Exception");
    assertThat(run.out()).isEmpty();
  }
}

package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.output.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The commands {@code server} and {@code conformance}. */
@Timeout(120)
class ServerCommandTest {
  @TempDir Path directory;

  /** The command at work in this JVM. */
  private static final class Running implements AutoCloseable {
    final StringWriter err = new StringWriter();
    final String url;
    private final CommandLine tinker = Main.commandLine(new Terminal(0));
    private final CompletableFuture<Integer> exit;

    Running(String... options) throws IOException {
      PipedWriter out = new PipedWriter();
      BufferedReader reader = new BufferedReader(new PipedReader(out));
      tinker.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
      List<String> arguments = new ArrayList<>(List.of("server", "--port=0"));
      arguments.addAll(List.of(options));
      exit = CompletableFuture.supplyAsync(() -> tinker.execute(arguments.toArray(String[]::new)));
      String line = String.valueOf(reader.readLine());
      assertThat(line)
          .matches("Listening on https?://127\\.0\\.0\\.1:\\d+ as (hosted|skyrl) server");
      url = line.split(" ", -1)[2];
    }

    /** Ends the command as a signal would. */
    int end() {
      ServerCommand server =
          Objects.requireNonNull(tinker.getSubcommands().get("server")).getCommand();
      server.end();
      return exit.join();
    }

    @Override
    public void close() {
      int unused = end();
    }
  }

  private static HttpResponse<String> get(HttpClient http, String url, String key)
      throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(url)).header("X-API-Key", key).build(),
        BodyHandlers.ofString());
  }

  @Test
  void server_runsUntilItIsEnded_andLogsRequests() throws Exception {
    try (Running server = new Running("--request-log", "--data-dir", directory + "/data");
        HttpClient http = HttpClient.newHttpClient()) {
      int status = get(http, server.url + "/api/v1/healthz", "tml-secret").statusCode();
      int control = get(http, server.url + "/control/faults", "tml-secret").statusCode();
      int exit = server.end();

      assertThat(status).isEqualTo(200);
      assertThat(control).isEqualTo(404);
      assertThat(exit).isZero();
      assertThat(server.err.toString())
          .containsPattern("GET /api/v1/healthz 200 \\d+ ms")
          .doesNotContain("tml-secret");
      assertThat(directory.resolve("data")).isDirectory();
    }
  }

  @Test
  void server_withAPersonality_behavesLikeIt() throws Exception {
    for (String personality : List.of("hosted", "skyrl")) {
      try (Running server = new Running("--personality=" + personality, "--hold-time=0.1");
          HttpClient http = HttpClient.newHttpClient()) {
        URI url = URI.create(server.url + "/api/v1/get_server_capabilities");
        int withoutKey =
            http.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString()).statusCode();

        assertThat(withoutKey).isEqualTo(personality.equals("hosted") ? 401 : 200);
      }
    }
  }

  @Test
  void server_withKeyFaultsAndControl_doesWhatItIsTold() throws Exception {
    Path script =
        Files.writeString(
            directory.resolve("faults.json"),
            "{\"faults\":[{\"on\":{\"operation\":\"healthz\"},\"do\":\"answer\",\"status\":503}]}");
    try (Running server =
            new Running("--server-api-key=tml-a", "--faults=" + script, "--fault-control");
        HttpClient http = HttpClient.newHttpClient()) {
      assertThat(get(http, server.url + "/api/v1/healthz", "tml-a").statusCode()).isEqualTo(503);
      assertThat(get(http, server.url + "/control/faults", "tml-a").body())
          .contains("\"fired\":[1]");
      assertThat(get(http, server.url + "/control/faults", "tml-b").statusCode()).isEqualTo(401);
    }
  }

  @Test
  void server_withTls_hasACertificateThatClientsCanTrust() throws Exception {
    Path pem = directory.resolve("server.pem");
    try (Running server = new Running("--tls", "--certificate=" + pem);
        HttpClient http = HttpClient.newBuilder().sslContext(trusting(pem)).build()) {
      assertThat(server.url).startsWith("https://");
      assertThat(get(http, server.url + "/api/v1/healthz", "k").statusCode()).isEqualTo(200);
    }
  }

  private static SSLContext trusting(Path pem) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (var in = Files.newInputStream(pem)) {
      trusted.setCertificateEntry(
          "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "server --port=70000|--port is 70000; it must be from 0 to 65535",
        "server --hold-time=-1|--hold-time is PT-1S; it must not be negative",
        "server --adapter-slots=0|--adapter-slots is 0",
        "server --certificate=x|--certificate is for --tls",
        "server --personality=other|--personality is 'other'; it must be one of ",
        "conformance|--base-url is missing; it says whom to ask",
        "conformance --base-url=h --api-key=tml-a|--base-url is 'h'; it must be an http:// or"
            + " https:// address",
        "conformance --base-url nonsense|--base-url is 'nonsense'",
      })
  void wrongUsage_endsWithTwo(String arguments, String message) {
    CommandRun run = CommandRun.of(arguments.split(" "));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("Error: " + message);
  }

  @Test
  void server_brokenScript_isOneLine() throws Exception {
    Path script = Files.writeString(directory.resolve("faults.json"), "{\"fault\":[]}");

    CommandRun run = CommandRun.of("server", "--port=0", "--faults=" + script);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("Error: --faults: " + script + ": script.fault: not a property");
  }

  @Test
  void server_faultsThatAreNoScript_doesNotPrintTheFile() throws Exception {
    Path readme = Files.writeString(directory.resolve("README.md"), "# A title\n\ntml-secret\n");

    CommandRun run = CommandRun.of("server", "--port=0", "--faults=" + readme);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("Error: --faults: " + readme).doesNotContain("title", "secret");
  }

  @Test
  void conformance_noKey_saysHowToGiveOne() {
    CommandRun run = CommandRun.of("conformance", "--base-url=http://h");

    assertThat(run.exitCode()).isOne();
    assertThat(run.err()).contains("there is no API key for http://h", "tinker auth login");
  }

  @Test
  void conformance_printsATableOrJson() throws Exception {
    try (Running server = new Running("--hold-time=0.05")) {
      CommandRun table =
          CommandRun.of("conformance", "--base-url=" + server.url, "--api-key=tml-a");
      CommandRun json =
          CommandRun.of("conformance", "--json", "--base-url=" + server.url, "--api-key=tml-b");

      assertThat(table.exitCode()).isZero();
      assertThat(table.out())
          .contains("supported   7.1    healthz ")
          .contains("section  supported  refused  differs  not judged");
      assertThat(json.exitCode()).isZero();
      SchemaCheck.document("conformance", json.out());
    }
  }

  @Test
  void conformance_nobodyThere_saysSo() {
    CommandRun run =
        CommandRun.of("conformance", "--base-url=http://127.0.0.1:1", "--api-key=tml-a");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("http://127.0.0.1:1 cannot be reached");
    assertThat(run.out()).isEmpty();
  }
}

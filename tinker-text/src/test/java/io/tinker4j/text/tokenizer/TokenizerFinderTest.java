package io.tinker4j.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tinker4j.training.TokenizerId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where tokenizers are looked for, and how they are downloaded when that is asked for. */
class TokenizerFinderTest {
  private static final TokenizerId ID = new TokenizerId("org/some-model", "");
  private static final Path SMALL = VectorFiles.resource("tokenizers/small");
  private static final String TOKENIZER = "/org/some-model/resolve/main/tokenizer.json";

  @TempDir Path directory;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<HttpServer> servers = new CopyOnWriteArrayList<>();
  private final CountDownLatch done = new CountDownLatch(1);

  @AfterEach
  void stop() {
    done.countDown();
    servers.forEach(server -> server.stop(0));
  }

  private TokenizerFinder.Builder finder() {
    return TokenizerFinder.builder()
        .hubCache(directory.resolve("hub"))
        .downloads(directory.resolve("downloads"));
  }

  private static void copySmallTo(Path target) throws IOException {
    Files.createDirectories(target);
    for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(SMALL.resolve(name), target.resolve(name));
    }
  }

  /** What a server does with a request. */
  @FunctionalInterface
  private interface Answer {
    void answer(HttpExchange exchange) throws IOException;
  }

  private URI serve(Answer answer) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          requests.add(
              exchange.getRequestURI().getPath()
                  + " "
                  + exchange.getRequestHeaders().getFirst("authorization"));
          answer.answer(exchange);
          exchange.close();
        });
    server.start();
    servers.add(server);
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  private static void small(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    Path file = SMALL.resolve(path.substring(path.lastIndexOf('/') + 1));
    send(
        exchange,
        Files.exists(file) ? 200 : 404,
        Files.exists(file) ? Files.readAllBytes(file) : new byte[0]);
  }

  @Test
  void find_namedDirectory_inEachLayout() throws IOException {
    for (String layout : List.of("org/some-model", "org--some-model", "some-model")) {
      Path models = directory.resolve("models-" + layout.replace("/", "_"));
      copySmallTo(models.resolve(layout));

      Path found = finder().directory(models).build().locate(ID);

      assertThat(found).isEqualTo(models.resolve(layout));
    }
  }

  @Test
  void find_hubCache_readsTheHubsLayout() throws IOException {
    Path model = directory.resolve("hub/models--org--some-model");
    copySmallTo(model.resolve("snapshots/abc123"));
    copySmallTo(model.resolve("snapshots/def456"));
    Files.createDirectories(model.resolve("refs"));
    Files.writeString(model.resolve("refs/main"), "abc123\n");

    assertThat(finder().build().locate(ID)).isEqualTo(model.resolve("snapshots/abc123"));
    assertThat(finder().build().locate(new TokenizerId("org/some-model", "def456")))
        .isEqualTo(model.resolve("snapshots/def456"));
    assertThat(finder().build().find(ID).vocabularySize()).isEqualTo(664);
  }

  @Test
  void hubCache_location_followsTheHubsVariables() {
    Path home = directory;

    assertThat(HubCache.location(Map.of(), home)).isEqualTo(home.resolve(".cache/huggingface/hub"));
    assertThat(HubCache.location(Map.of("HF_HOME", "/hf"), home)).isEqualTo(Path.of("/hf/hub"));
    assertThat(HubCache.location(Map.of("HF_HOME", "/hf", "HF_HUB_CACHE", "~/x"), home))
        .isEqualTo(home.resolve("x"));
    assertThat(HubCache.location(Map.of("XDG_CACHE_HOME", "/c"), home))
        .isEqualTo(Path.of("/c/huggingface/hub"));
  }

  @Test
  void find_nowhere_listsThePlacesAndSaysWhatToDo() {
    Path models = directory.resolve("models");

    assertThatExceptionOfType(TokenizerNotFoundException.class)
        .isThrownBy(() -> finder().directory(models).build().find(ID))
        .withMessageContaining("org/some-model")
        .withMessageContaining(models.toString())
        .withMessageContaining(directory.resolve("hub").toString())
        .withMessageContaining(directory.resolve("downloads").toString())
        .withMessageEndingWith("or a hub to download it from, such as https://huggingface.co");
    assertThat(requests).isEmpty();
  }

  @Test
  void find_idThatLeavesTheDirectory_isRefused() {
    for (String repository : List.of("../etc", "a/../b", "/etc", "a/b/c", "a b", "")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> finder().build().find(new TokenizerId(repository, "")))
          .withMessageContaining("repository");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> finder().build().find(new TokenizerId("a/b", "../x")))
        .withMessageContaining("revision");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tinker4j/bytes",
        "tinker4j/tiny-bytes",
        "tinker4j/nano-bytes",
        "tinker4j/mine",
        "tinker4j/tiny-257",
        "tinker4j/tiny-0300",
        "tinker4j/nano-1000001"
      })
  void find_testServersModel_isTheTokenizerOfBytes(String name) {
    assertThat(Tokenizers.of(new TokenizerId(name, "")).vocabularySize()).isEqualTo(257);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tinker4j/tiny-258", "tinker4j/nano-1000000", "org/tiny-bytes"})
  void find_otherModel_isNoTokenizerOfBytes(String name) {
    assertThatExceptionOfType(TokenizerNotFoundException.class)
        .isThrownBy(() -> finder().build().find(new TokenizerId(name, "")));
  }

  @Test
  void find_fromAHub_downloadsOnceAndChecksLater() throws IOException {
    URI hub = serve(TokenizerFinderTest::small);
    TokenizerFinder finder = finder().hub(hub).hubToken("secret").build();

    Tokenizer tokenizer = finder.find(ID);
    finder.find(ID);

    assertThat(tokenizer.chatTemplate()).isPresent();
    assertThat(requests)
        .containsExactly(
            TOKENIZER + " Bearer secret",
            "/org/some-model/resolve/main/tokenizer_config.json Bearer secret",
            "/org/some-model/resolve/main/chat_template.jinja Bearer secret");
    Path kept = directory.resolve("downloads/org--some-model/main");
    Files.writeString(kept.resolve("tokenizer_config.json"), "{}");
    assertThatExceptionOfType(TokenizerNotFoundException.class)
        .isThrownBy(() -> finder.find(ID))
        .withMessageContaining("not as it was downloaded");
  }

  @Test
  void find_redirectedElsewhere_sendsNoKeyThere() throws IOException {
    URI other = serve(TokenizerFinderTest::small);
    URI hub =
        serve(exchange -> {
          if (!exchange.getRequestURI().getPath().equals(TOKENIZER)) {
            send(exchange, 404, new byte[0]);
            return;
          }
          exchange.getResponseHeaders().set("Location", other + "/cdn/tokenizer.json");
          send(exchange, 302, new byte[0]);
        });

    finder().hub(hub).hubToken("secret").build().find(ID);

    assertThat(requests).contains(TOKENIZER + " Bearer secret", "/cdn/tokenizer.json null");
  }

  @Test
  void find_contentWithAnotherChecksum_isRefusedAndLeavesNothing() throws IOException {
    URI hub =
        serve(exchange -> {
          exchange.getResponseHeaders().set("X-Linked-ETag", '"' + "0".repeat(64) + '"');
          small(exchange);
        });

    assertThatExceptionOfType(TokenizerNotFoundException.class)
        .isThrownBy(() -> finder().hub(hub).build().find(ID))
        .withMessageContaining("checksum");
    assertNothingIsLeft();
  }

  @Test
  void find_refusedByTheHub_saysTheStatus() throws IOException {
    URI hub = serve(exchange -> send(exchange, 401, new byte[0]));

    assertThatExceptionOfType(TokenizerNotFoundException.class)
        .isThrownBy(() -> finder().hub(hub).build().find(ID))
        .withMessageContaining("status 401");
    assertNothingIsLeft();
  }

  @Test
  void find_repositoryThatTheHubDoesNotHave_isNotFound() throws IOException {
    URI hub = serve(exchange -> send(exchange, 404, new byte[0]));

    assertThatExceptionOfType(TokenizerNotFoundException.class)
        .isThrownBy(() -> finder().hub(hub).build().find(ID))
        .withMessageContaining(hub + ", which has no such tokenizer");
    assertNothingIsLeft();
  }

  @Test
  void find_hubThatNeverEndsAnAnswer_endsAtTheDeadline() throws IOException {
    URI hub =
        serve(exchange -> {
          exchange.sendResponseHeaders(200, 1000);
          exchange.getResponseBody().write(1);
          exchange.getResponseBody().flush();
          awaitDone();
        });

    assertThatExceptionOfType(TokenizerNotFoundException.class)
        .isThrownBy(() -> finder().hub(hub).deadline(Duration.ofMillis(300)).build().find(ID))
        .withMessageContaining("deadline")
        .matches(TokenizerNotFoundException::isRetryable);
    assertNothingIsLeft();
  }

  private void awaitDone() {
    try {
      done.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void assertNothingIsLeft() throws IOException {
    try (Stream<Path> left = Files.walk(directory.resolve("downloads"))) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void builder_hubOfAnotherScheme_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenizerFinder.builder().hub(URI.create("file:///tmp")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenizerFinder.builder().deadline(Duration.ZERO));
  }
}

package io.tinker4j.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tinker4j.training.TokenizerId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A download that was cut goes on where it was, if that is sure to give the same file. */
class HubResumeTest {
  private static final TokenizerId ID = new TokenizerId("org/some-model", "");
  private static final Path SMALL = VectorFiles.resource("tokenizers/small");
  private static final String TOKENIZER = "tokenizer.json";

  @TempDir Path directory;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final Hub hub = new Hub();
  private HttpServer server;

  /** What the server does with the large file; the small ones it has not. */
  private static final class Hub {
    byte[] content = {};
    @Nullable String etag = "\"one\"";
    boolean ranges = true;
    boolean honoursIfRange = true;
    boolean tellsChecksum;
    int cutAt = -1;
    int statusOfOthers = 404;
  }

  @BeforeEach
  void start() throws IOException {
    hub.content = Files.readAllBytes(SMALL.resolve(TOKENIZER));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            answer(exchange);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private TokenizerFinder finder() {
    return TokenizerFinder.builder()
        .hubCache(directory.resolve("hub"))
        .downloads(directory.resolve("downloads"))
        .hub(URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
        .build();
  }

  private void answer(HttpExchange exchange) throws IOException {
    if (!exchange.getRequestURI().getPath().endsWith("/" + TOKENIZER)) {
      exchange.sendResponseHeaders(hub.statusOfOthers, -1);
      return;
    }
    Headers headers = exchange.getRequestHeaders();
    String range = headers.getFirst("Range");
    requests.add(String.valueOf(range));
    String condition = headers.getFirst("If-Range");
    boolean isSame = condition == null || !hub.honoursIfRange || condition.equals(hub.etag);
    int from =
        hub.ranges && range != null && isSame
            ? Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"))
            : -1;
    Headers answer = exchange.getResponseHeaders();
    if (hub.etag != null) {
      answer.set("ETag", hub.etag);
    }
    if (hub.tellsChecksum) {
      answer.set("X-Linked-ETag", '"' + sha256(hub.content) + '"');
    }
    if (from >= hub.content.length) {
      answer.set("Content-Range", "bytes */" + hub.content.length);
      exchange.sendResponseHeaders(416, -1);
      return;
    }
    if (from >= 0) {
      answer.set(
          "Content-Range",
          "bytes %d-%d/%d".formatted(from, hub.content.length - 1, hub.content.length));
    }
    int begin = Math.max(0, from);
    exchange.sendResponseHeaders(from < 0 ? 200 : 206, hub.content.length - begin);
    int end = hub.cutAt < 0 ? hub.content.length : hub.cutAt;
    exchange.getResponseBody().write(hub.content, begin, end - begin);
    exchange.getResponseBody().flush();
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private void cutOnce() {
    hub.cutAt = 8_000;
    assertThatExceptionOfType(TokenizerNotFoundException.class)
        .isThrownBy(() -> finder().find(ID))
        .matches(TokenizerNotFoundException::isRetryable);
    hub.cutAt = -1;
    requests.clear();
  }

  private void assertComplete(byte[] content) throws IOException {
    Path kept = directory.resolve("downloads/org--some-model/main");
    assertThat(kept.resolve(TOKENIZER)).hasBinaryContent(content);
    assertThat(finder().find(ID).vocabularySize()).isEqualTo(664);
    try (Stream<Path> all = Files.walk(directory.resolve("downloads"))) {
      assertThat(all.filter(Files::isRegularFile).map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(TOKENIZER, "checksums.sha256");
    }
  }

  @Test
  void find_afterACut_asksForTheRestOnly() throws IOException {
    cutOnce();

    finder().find(ID);

    assertThat(requests).containsExactly("bytes=8000-");
    assertComplete(hub.content);
  }

  @Test
  void find_cutTwice_goesOnFromTheSecondCut() throws IOException {
    cutOnce();
    hub.cutAt = 12_000;
    assertThatExceptionOfType(TokenizerNotFoundException.class).isThrownBy(() -> finder().find(ID));
    hub.cutAt = -1;

    finder().find(ID);

    assertThat(requests).containsExactly("bytes=8000-", "bytes=12000-");
    assertComplete(hub.content);
  }

  @Test
  void find_afterACut_serverWithoutRanges_startsOver() throws IOException {
    hub.ranges = false;
    cutOnce();

    finder().find(ID);

    assertThat(requests).containsExactly("bytes=8000-");
    assertComplete(hub.content);
  }

  @Test
  void find_fileThatHasChangedSinceTheCut_isTakenAnew() throws IOException {
    cutOnce();
    byte[] changed =
        (new String(hub.content, StandardCharsets.UTF_8) + "  ").getBytes(StandardCharsets.UTF_8);
    hub.content = changed;
    hub.etag = "\"two\"";

    finder().find(ID);

    assertComplete(changed);
  }

  @Test
  void find_serverThatSendsTheRestOfAnotherFile_isNotBelieved() throws IOException {
    hub.tellsChecksum = true;
    hub.honoursIfRange = false;
    cutOnce();
    byte[] changed =
        (" " + new String(hub.content, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    hub.content = changed;

    finder().find(ID);

    assertThat(requests).containsExactly("bytes=8000-", "null");
    assertComplete(changed);
  }

  @Test
  void find_otherETagOnTheRest_startsOver() throws IOException {
    hub.honoursIfRange = false;
    cutOnce();
    byte[] changed =
        (" " + new String(hub.content, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    hub.content = changed;
    hub.etag = "\"two\"";

    finder().find(ID);

    assertThat(requests).containsExactly("bytes=8000-", "null");
    assertComplete(changed);
  }

  @Test
  void find_partThatWasChangedOnDisk_startsOver() throws IOException {
    hub.tellsChecksum = true;
    cutOnce();
    try (Stream<Path> all = Files.walk(directory.resolve("downloads"))) {
      Path part = all.filter(path -> path.toFile().length() == 8_000).findFirst().orElseThrow();
      byte[] damaged = Files.readAllBytes(part);
      Arrays.fill(damaged, 0, 10, (byte) 'x');
      Files.write(part, damaged);
    }

    finder().find(ID);

    assertThat(requests).containsExactly("bytes=8000-", "null");
    assertComplete(hub.content);
  }

  @Test
  void find_anotherFileFailed_doesNotSendTheFirstAgain() throws IOException {
    hub.statusOfOthers = 503;
    assertThatExceptionOfType(TokenizerNotFoundException.class)
        .isThrownBy(() -> finder().find(ID))
        .withMessageContaining("503");
    hub.statusOfOthers = 404;
    requests.clear();

    finder().find(ID);

    assertThat(requests).containsExactly("bytes=" + hub.content.length + "-");
    assertComplete(hub.content);
  }

  @Test
  void find_serverThatNamesNoVersion_keepsNothing() throws IOException {
    hub.etag = "W/\"weak\"";
    cutOnce();

    finder().find(ID);

    assertThat(requests).containsExactly("null");
    assertComplete(hub.content);
  }
}

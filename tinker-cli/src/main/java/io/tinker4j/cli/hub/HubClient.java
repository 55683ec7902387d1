package io.tinker4j.cli.hub;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.VisibleText;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Requests to the hub. What is safe to repeat is tried four times, when no answer comes or one of
 * 429 or 5xx. The token goes to the hub alone, never to the addresses that it hands out. A refusal
 * is a {@link CommandException}. Thread-safe; the methods block.
 */
final class HubClient implements AutoCloseable {
  private static final int ATTEMPTS = 4;
  private static final Duration FIRST_WAIT = Duration.ofMillis(250);
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final int SHOWN = 300;
  private static final Set<Integer> UNAUTHORIZED = Set.of(401, 403);

  private final HubLogin login;
  private final Time time;
  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(CONNECT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  HubClient(HubLogin login, Time time) {
    this.login = login;
    this.time = time;
  }

  /** An answer. */
  record Answer(int status, String body, HttpResponse<String> response) {
    boolean isOk() {
      return status / 100 == 2;
    }

    Map<String, @Nullable Object> json() {
      return JsonCodec.readMap(body.getBytes(StandardCharsets.UTF_8));
    }
  }

  Answer get(String path) throws InterruptedException {
    return send(hub(path).GET(), true);
  }

  /** Posts JSON. */
  Answer post(String path, Map<String, ?> json) throws InterruptedException {
    return post(path, "application/json", json, true);
  }

  /** Posts JSON of a media type. */
  Answer post(String path, String type, Map<String, ?> json, boolean isRepeatable)
      throws InterruptedException {
    return post(
        path, type, new String(JsonCodec.write(json), StandardCharsets.UTF_8), isRepeatable);
  }

  /** Posts text of a media type. */
  Answer post(String path, String type, String text, boolean isRepeatable)
      throws InterruptedException {
    return send(
        hub(path)
            .header("Content-Type", type)
            .header("Accept", type.endsWith("ndjson") ? "application/json" : type)
            .POST(BodyPublishers.ofString(text)),
        isRepeatable);
  }

  /** Puts bytes to an address that the hub has handed out. */
  Answer put(String address, Map<String, String> headers, BodyPublisher body)
      throws InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address)).PUT(body);
    headers.forEach(request::header);
    return send(request, true);
  }

  /** Posts JSON to an address that the hub has handed out. */
  Answer postTo(String address, Map<String, String> headers, Map<String, ?> json)
      throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address))
            .POST(BodyPublishers.ofByteArray(JsonCodec.write(json)));
    headers.forEach(request::header);
    if (!headers.containsKey("Content-Type")) {
      request.header("Content-Type", "application/vnd.git-lfs+json");
    }
    return send(request, true);
  }

  private HttpRequest.Builder hub(String path) {
    return HttpRequest.newBuilder(URI.create(login.endpoint() + path))
        .header("Authorization", "Bearer " + login.token());
  }

  private Answer send(HttpRequest.Builder request, boolean isRepeatable)
      throws InterruptedException {
    HttpRequest built = request.build();
    Duration wait = FIRST_WAIT;
    for (int attempt = 1; ; attempt++) {
      boolean isLast = !isRepeatable || attempt == ATTEMPTS;
      try {
        HttpResponse<String> response = http.send(built, BodyHandlers.ofString());
        int status = response.statusCode();
        if (isLast || (status != 429 && status < 500)) {
          return new Answer(status, response.body(), response);
        }
      } catch (IOException e) {
        if (isLast) {
          throw new CommandException(
              "Hugging Face cannot be reached at " + built.uri().getHost(),
              List.of("Details: " + e),
              e);
        }
      }
      time.sleep(wait);
      wait = wait.multipliedBy(2);
    }
  }

  /** Returns what to say of a refusal. */
  static CommandException refused(String what, Answer answer) {
    String said =
        JsonCodec.tryReadMap(answer.body())
            .map(json -> String.valueOf(json.getOrDefault("error", answer.body())))
            .orElse(answer.body());
    String shown = VisibleText.of(said.length() <= SHOWN ? said : said.substring(0, SHOWN) + "…");
    return new CommandException(
        "Hugging Face refused to " + what,
        UNAUTHORIZED.contains(answer.status())
            ? List.of(
                "Details: Error code: %d - %s".formatted(answer.status(), shown),
                "Check that the token of HF_TOKEN or `hf auth login` is valid and may write.")
            : List.of("Details: Error code: %d - %s".formatted(answer.status(), shown)));
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}

package io.tinker4j.conformance;

import io.tinker4j.transport.Time;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Talks to the server under test, and keeps in mind what each case makes there. */
final class Probe implements AutoCloseable {
  static final String JSON = "application/json";
  static final String PROTOBUF = "application/x-protobuf";
  private static final String KEY = "X-API-Key";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final String baseUrl;
  private final String apiKey;
  private HttpClient http = newHttp();
  private Belongings belongings = new Belongings(this);

  Probe(URI baseUrl, String apiKey) {
    String text = baseUrl.toString();
    this.baseUrl = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    this.apiKey = apiKey;
  }

  private static HttpClient newHttp() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(5))
        .followRedirects(HttpClient.Redirect.NEVER)
        .build();
  }

  /** Takes away what the case has made; returns what could not be taken away. */
  List<String> endCase() throws InterruptedException {
    Belongings made = belongings;
    belongings = new Belongings(this);
    return made.remove();
  }

  /**
   * Sends with the key of the suite, as JSON, unless the headers say otherwise; a header that is
   * empty is left out.
   */
  Reply send(String method, String path, Map<String, String> headers, byte @Nullable [] body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(baseUrl + "/api/v1/" + path))
            .timeout(PATIENCE)
            .method(
                method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    if (!headers.containsKey(KEY)) {
      request.header(KEY, apiKey);
    }
    if (body != null && !headers.containsKey("Content-Type")) {
      request.header("Content-Type", JSON);
    }
    headers.forEach((name, value) -> {
      if (!value.isEmpty()) {
        request.header(name, value);
      }
    });
    Reply reply = send(method + " " + path, request.build());
    if (method.equals("POST") && body != null) {
      belongings.note(path, body, reply);
    }
    return reply;
  }

  Reply post(String path, Map<String, ? extends @Nullable Object> body)
      throws IOException, InterruptedException {
    return send("POST", path, Map.of(), JsonCodec.write(body));
  }

  /** A server that has failed may drop the connection, and so the next request on it. */
  private Reply send(String what, HttpRequest request) throws IOException, InterruptedException {
    boolean isReusable = false;
    try {
      HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
      isReusable = response.statusCode() < 500;
      return new Reply(what, response.statusCode(), response.headers(), response.body());
    } finally {
      if (!isReusable) {
        http.shutdownNow();
        http = newHttp();
      }
    }
  }

  /** Fetches a URL, perhaps of another origin, as archives are: without a key. */
  Reply fetch(String url, Map<String, String> headers) throws IOException, InterruptedException {
    URI resolved = URI.create(baseUrl + "/").resolve(url);
    HttpRequest.Builder request = HttpRequest.newBuilder(resolved).timeout(PATIENCE);
    headers.forEach(request::header);
    return send("GET " + resolved, request.build());
  }

  /** Asks for a result until it is there or patience is at an end. */
  Reply await(String requestId, String accept) throws IOException, InterruptedException {
    Time time = Time.system();
    long end = time.nanoTime() + Time.nanos(PATIENCE);
    byte[] poll = JsonCodec.write(Map.of("request_id", requestId, "allow_metadata_only", false));
    while (true) {
      Reply reply = send("POST", "retrieve_future", Map.of("Accept", accept), poll);
      if (!reply.isPending() || time.nanoTime() - end > 0) {
        return reply;
      }
    }
  }

  @Override
  public void close() {
    http.close();
  }
}

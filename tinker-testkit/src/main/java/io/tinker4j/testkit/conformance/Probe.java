package io.tinker4j.testkit.conformance;

import io.tinker4j.transport.JsonCodec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Talks to the server under test, and makes what cases need: a session, models, checkpoints. */
final class Probe implements AutoCloseable {
  static final String JSON = "application/json";
  static final String PROTOBUF = "application/x-protobuf";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final String baseUrl;
  private final String apiKey;
  private @Nullable String baseModel;
  private @Nullable String session;
  private @Nullable TestModel model;
  private int models;
  private int samplers;

  Probe(URI baseUrl, String apiKey) {
    String text = baseUrl.toString();
    this.baseUrl = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    this.apiKey = apiKey;
  }

  Reply get(String path) throws IOException, InterruptedException {
    return send("GET", path, null, Map.of());
  }

  Reply post(String path, Map<String, ? extends @Nullable Object> body)
      throws IOException, InterruptedException {
    return send("POST", path, JsonCodec.write(body), Map.of("Content-Type", JSON));
  }

  Reply postText(String path, String body) throws IOException, InterruptedException {
    return send("POST", path, body.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  Reply postBinary(byte[] body) throws IOException, InterruptedException {
    return send("POST", "forward_backward", body, Map.of("Content-Type", PROTOBUF));
  }

  /** Sends with the key of the suite unless the headers have another. */
  Reply send(String method, String path, byte @Nullable [] body, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(baseUrl + "/api/v1/" + path))
            .timeout(PATIENCE)
            .method(
                method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    if (!headers.containsKey("X-API-Key")) {
      request.header("X-API-Key", apiKey);
    }
    if (body != null && !headers.containsKey("Content-Type")) {
      request.header("Content-Type", JSON);
    }
    headers.forEach((name, value) -> {
      if (!value.isEmpty()) {
        request.header(name, value);
      }
    });
    return new Reply(method + " " + path, http.send(request.build(), BodyHandlers.ofByteArray()));
  }

  /** Fetches a URL of another origin, as archives are: without a key. */
  Reply fetch(URI url, Map<String, String> headers) throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(PATIENCE);
    headers.forEach(request::header);
    return new Reply("GET " + url, http.send(request.build(), BodyHandlers.ofByteArray()));
  }

  URI resolve(String location) {
    return URI.create(baseUrl + "/").resolve(location);
  }

  /** Asks for a result until it is there or patience is at an end. */
  Reply await(String requestId, String accept) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Reply reply =
          send(
              "POST",
              "retrieve_future",
              JsonCodec.write(Map.of("request_id", requestId, "allow_metadata_only", false)),
              Map.of("Accept", accept));
      boolean isPending =
          reply.status() == 408
              || (reply.status() == 200
                  && !reply.isBinary()
                  && "try_again".equals(reply.json().get("type")));
      if (!isPending || System.nanoTime() > end) {
        return reply;
      }
    }
  }

  /** Submits, waits, and expects success. */
  Reply.Fields run(String path, Map<String, ? extends @Nullable Object> body)
      throws IOException, InterruptedException {
    Reply reply = await(submit(path, body), JSON);
    Reply.Fields result = reply.ok();
    result.expect(!result.has("error"), "success of " + path);
    return result;
  }

  String submit(String path, Map<String, ? extends @Nullable Object> body)
      throws IOException, InterruptedException {
    return post(path, body).ok().text("request_id");
  }

  String baseModel() throws IOException, InterruptedException {
    if (baseModel == null) {
      baseModel = get("get_server_capabilities").ok().first("supported_models").text("model_name");
    }
    return baseModel;
  }

  String newSession() throws IOException, InterruptedException {
    return post("create_session", Bodies.createSession()).ok().text("session_id");
  }

  /** The session that most cases share. */
  String session() throws IOException, InterruptedException {
    if (session == null) {
      session = newSession();
    }
    return session;
  }

  int nextModel() {
    return models++;
  }

  int nextSampler() {
    return samplers++;
  }

  TestModel newModel() throws IOException, InterruptedException {
    String id =
        run("create_model", Bodies.createModel(session(), nextModel(), baseModel()))
            .text("model_id");
    return new TestModel(this, id);
  }

  /** The model that most cases share; its operations follow one another. */
  TestModel model() throws IOException, InterruptedException {
    if (model == null) {
      model = newModel();
    }
    return model;
  }

  /** A sampler of the base model. */
  String newSampler() throws IOException, InterruptedException {
    return post(
            "create_sampling_session", Bodies.baseSampler(session(), nextSampler(), baseModel()))
        .ok()
        .text("sampling_session_id");
  }

  /** A sampler of a checkpoint. */
  String newSampler(String path) throws IOException, InterruptedException {
    return post(
            "create_sampling_session",
            Bodies.of(
                "session_id",
                session(),
                "sampling_session_seq_id",
                nextSampler(),
                "model_path",
                path))
        .ok()
        .text("sampling_session_id");
  }

  @Override
  public void close() {
    http.close();
  }
}

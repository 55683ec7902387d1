package io.tinker4j.conformance;

import io.tinker4j.transport.Time;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Talks to the server under test, and makes what a case needs: a session, models, checkpoints. Each
 * case has its own, and at most two models at once. What cannot be made says that the case is not
 * judged.
 */
final class Probe implements AutoCloseable {
  static final String JSON = "application/json";
  static final String PROTOBUF = "application/x-protobuf";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final String baseUrl;
  private final String apiKey;
  private HttpClient http = newHttp();
  private Belongings belongings = new Belongings(this);
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

  private static HttpClient newHttp() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(5))
        .followRedirects(HttpClient.Redirect.NEVER)
        .build();
  }

  /** Takes away what the case has made, and forgets it; returns what could not be taken away. */
  List<String> endCase() throws InterruptedException {
    Belongings made = belongings;
    belongings = new Belongings(this);
    session = null;
    model = null;
    models = 0;
    samplers = 0;
    return made.remove();
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
    Reply reply = send(method + " " + path, request.build());
    if (method.equals("POST")) {
      belongings.note(path, body, reply);
    }
    return reply;
  }

  /** A server that has failed may drop the connection, and so the next request on it. */
  private Reply send(String what, HttpRequest request) throws IOException, InterruptedException {
    boolean isReusable = false;
    try {
      Reply reply = new Reply(what, http.send(request, BodyHandlers.ofByteArray()));
      isReusable = reply.status() < 500;
      return reply;
    } finally {
      if (!isReusable) {
        http.shutdownNow();
        http = newHttp();
      }
    }
  }

  /** Fetches a URL of another origin, as archives are: without a key. */
  Reply fetch(URI url, Map<String, String> headers) throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(PATIENCE);
    headers.forEach(request::header);
    return send("GET " + url, request.build());
  }

  URI resolve(String location) {
    return URI.create(baseUrl + "/").resolve(location);
  }

  /** Asks for a result until it is there or patience is at an end. */
  Reply await(String requestId, String accept) throws IOException, InterruptedException {
    Time time = Time.system();
    long end = time.nanoTime() + Time.nanos(PATIENCE);
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
      if (!isPending || time.nanoTime() - end > 0) {
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
      baseModel =
          needed(() ->
              get("get_server_capabilities").ok().first("supported_models").text("model_name"));
    }
    return baseModel;
  }

  /** Something that a case needs before it can ask its question. */
  @FunctionalInterface
  interface Need<T> {
    T meet() throws IOException, InterruptedException;
  }

  /** Meets a need; a case whose need is not met is not judged. */
  <T> T needed(Need<T> need) throws IOException, InterruptedException {
    try {
      return need.meet();
    } catch (CaseException e) {
      throw CaseException.notJudged(e.detail());
    }
  }

  String newSession() throws IOException, InterruptedException {
    return needed(() -> post("create_session", Bodies.createSession()).ok().text("session_id"));
  }

  /** The session of the case. */
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
    Map<String, @Nullable Object> creation =
        Bodies.createModel(session(), nextModel(), baseModel());
    return new TestModel(this, needed(() -> run("create_model", creation).text("model_id")));
  }

  /** The model of the case; its operations follow one another. */
  TestModel model() throws IOException, InterruptedException {
    if (model == null) {
      model = newModel();
    }
    return model;
  }

  /** A sampler of the base model. */
  String newSampler() throws IOException, InterruptedException {
    return sampler(Bodies.baseSampler(session(), nextSampler(), baseModel()));
  }

  /** A sampler of a checkpoint. */
  String newSampler(String path) throws IOException, InterruptedException {
    return sampler(
        Bodies.of(
            "session_id", session(), "sampling_session_seq_id", nextSampler(), "model_path", path));
  }

  private String sampler(Map<String, @Nullable Object> body)
      throws IOException, InterruptedException {
    return needed(() -> post("create_sampling_session", body).ok().text("sampling_session_id"));
  }

  /** The path of a new training checkpoint. */
  String saved(TestModel of, String name) throws IOException, InterruptedException {
    return needed(() -> run("save_weights", of.save(name)).text("path"));
  }

  /** The path of a new sampler checkpoint. */
  String savedForSampler(TestModel of, String name) throws IOException, InterruptedException {
    return needed(() ->
        run("save_weights_for_sampler", Bodies.saveForSampler(of.id(), of.next(), name))
            .text("path"));
  }

  @Override
  public void close() {
    http.close();
  }
}

package io.tinker4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.http.JsonBodies;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client of the bare protocol: literal JSON in, maps out. */
public final class WireClient implements AutoCloseable {
  private final HttpClient http;
  private final URI baseUrl;
  private final String apiKey;

  public WireClient(EmbeddedTinkerServer server) {
    this(server, "tml-test", HttpClient.Version.HTTP_1_1);
  }

  public WireClient(EmbeddedTinkerServer server, String apiKey, HttpClient.Version version) {
    this(server.baseUrl(), apiKey, version);
  }

  public WireClient(URI baseUrl) {
    this(baseUrl, "tml-test", HttpClient.Version.HTTP_1_1);
  }

  private WireClient(URI baseUrl, String apiKey, HttpClient.Version version) {
    http = HttpClient.newBuilder().version(version).build();
    this.baseUrl = baseUrl;
    this.apiKey = apiKey;
  }

  HttpResponse<byte[]> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(baseUrl + "/api/v1/" + path))
        .header("X-API-Key", apiKey);
  }

  /** A request to the control endpoint. */
  HttpRequest.Builder control(String path) {
    return HttpRequest.newBuilder(URI.create(baseUrl + "/control/" + path))
        .header("X-API-Key", apiKey);
  }

  HttpResponse<byte[]> tryPost(String path, String json) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json)));
  }

  HttpResponse<byte[]> tryPostProtobuf(byte[] body, @Nullable String encoding) {
    HttpRequest.Builder request =
        request("forward_backward")
            .header("Content-Type", "application/x-protobuf")
            .POST(BodyPublishers.ofByteArray(body));
    return send(encoding == null ? request : request.header("Content-Encoding", encoding));
  }

  HttpResponse<byte[]> trySend(String method, String path, String json) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(json)));
  }

  public Map<String, @Nullable Object> post(String path, String json) {
    return ok(tryPost(path, json));
  }

  public Map<String, @Nullable Object> get(String path) {
    return ok(send(request(path).GET()));
  }

  static Map<String, @Nullable Object> ok(HttpResponse<byte[]> response) {
    assertThat(response.statusCode())
        .as(() -> new String(response.body(), StandardCharsets.UTF_8))
        .isEqualTo(200);
    return JsonBodies.readFields(response.body());
  }

  /** Submits and returns the request id. */
  public String submit(String path, String json) {
    return text(post(path, json), "request_id");
  }

  /** Polls until a promise is kept; the result, or the object that says why it failed. */
  Map<String, @Nullable Object> await(String requestId) {
    while (true) {
      Map<String, @Nullable Object> answer =
          post("retrieve_future", "{\"request_id\":\"%s\"}".formatted(requestId));
      if (!"try_again".equals(answer.get("type"))) {
        return answer;
      }
    }
  }

  /** Polls once for a binary result. */
  HttpResponse<byte[]> retrieveBinary(String requestId) {
    return send(
        request("retrieve_future")
            .header("Content-Type", "application/json")
            .header("Accept", "application/x-protobuf")
            .POST(BodyPublishers.ofString("{\"request_id\":\"%s\"}".formatted(requestId))));
  }

  /** Submits, waits and expects success. */
  Map<String, @Nullable Object> run(String path, String json) {
    Map<String, @Nullable Object> result = await(submit(path, json));
    assertThat(result).doesNotContainKey("error");
    return result;
  }

  /** Saves a checkpoint under a name and returns its path. */
  String save(String kind, String modelId, long seqId, String name) {
    return text(
        run(
            kind,
            "{\"model_id\":\"%s\",\"seq_id\":%d,\"path\":\"%s\"}".formatted(modelId, seqId, name)),
        "path");
  }

  public String createSession() {
    return text(
        post("create_session", "{\"tags\":[],\"user_metadata\":{},\"sdk_version\":\"0\"}"),
        "session_id");
  }

  /** Creates a session and a model of rank 4 in it. */
  public String createModel() {
    return createModel(createSession(), 0);
  }

  public String createModel(String sessionId, int modelSeqId) {
    return text(
        run(
            "create_model",
            """
            {"session_id":"%s","model_seq_id":%d,"base_model":"tinker4j/tiny-bytes",
             "lora_config":{"rank":4},"type":"create_model"}
            """
                .formatted(sessionId, modelSeqId)),
        "model_id");
  }

  /** A cross-entropy pass over the text "hello!". */
  static String forwardBackward(String modelId, long seqId) {
    return """
    {"model_id":"%s","seq_id":%d,"forward_backward_input":{"loss_fn":"cross_entropy","data":[
      {"model_input":{"chunks":[{"type":"encoded_text","tokens":[104,101,108,108,111]}]},
       "loss_fn_inputs":{
         "target_tokens":{"data":[101,108,108,111,33],"dtype":"int64","shape":[5]},
         "weights":{"data":[1.0,1.0,1.0,1.0,0.5],"dtype":"float32","shape":[5]}}}]}}
    """
        .formatted(modelId, seqId);
  }

  public static String optimStep(String modelId, long seqId) {
    return """
    {"adam_params":{"learning_rate":0.01},"model_id":"%s","seq_id":%d,"type":"optim_step"}
    """
        .formatted(modelId, seqId);
  }

  /** One training step under two numbers. */
  void train(String modelId, long firstSeqId) {
    String pass = submit("forward_backward", forwardBackward(modelId, firstSeqId));
    String step = submit("optim_step", optimStep(modelId, firstSeqId + 1));
    assertThat(await(pass)).containsKey("metrics");
    assertThat(await(step)).containsKey("metrics");
  }

  static String text(Map<String, @Nullable Object> fields, String key) {
    Object value = fields.get(key);
    assertThat(value).as(key).isInstanceOf(String.class);
    return String.valueOf(value);
  }

  static Map<?, ?> map(@Nullable Object value) {
    assertThat(value).isInstanceOf(Map.class);
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  static Map<String, @Nullable Object> fields(@Nullable Object value) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    map(value).forEach((name, field) -> fields.put(String.valueOf(name), field));
    return fields;
  }

  static List<?> list(@Nullable Object value) {
    assertThat(value).isInstanceOf(List.class);
    return value instanceof List<?> list ? list : List.of();
  }

  static double lossSum(Map<String, @Nullable Object> result) {
    return map(result.get("metrics")).get("loss:sum") instanceof Number loss
        ? loss.doubleValue()
        : Double.NaN;
  }

  @Override
  public void close() {
    http.close();
  }
}

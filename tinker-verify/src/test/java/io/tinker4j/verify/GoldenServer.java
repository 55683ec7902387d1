package io.tinker4j.verify;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.types.ClientConfigResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An embedded server in which everything exists that golden vectors speak of. */
final class GoldenServer implements AutoCloseable {
  static final JsonMapper JSON = JsonMapper.shared();

  private static final String BASE_MODEL = "Qwen/Qwen3-8B";
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  final String session;
  final String model;
  final String run;
  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder()
          .baseModels(BASE_MODEL, "B")
          .holdTime(Duration.ofMillis(20))
          .clientConfig(ClientConfigResponse.builder().pjwtAuthEnabled(true).build())
          .sessionMessages("hello", "SDK is old", "")
          .keepsStateInMemory(true)
          .start();

  /** Without the model and the sampler of number 0 for vectors that make them. */
  GoldenServer(boolean withModel, boolean withSampler, String ownerOfRun) throws Exception {
    session = createSession("tml-test");
    model = session + ":train:0";
    if (withModel) {
      createModel("tml-test", session, 0);
    }
    if (withSampler) {
      post(
          "create_sampling_session",
          "{\"session_id\":\"%s\",\"sampling_session_seq_id\":0,\"base_model\":\"%s\"}"
              .formatted(session, BASE_MODEL));
    }
    String owner = ownerOfRun.equals("tml-test") ? session : createSession(ownerOfRun);
    run = createModel(ownerOfRun, owner, 9);
    run(ownerOfRun, "save_weights", 1, "0001");
    run(ownerOfRun, "save_weights_for_sampler", 2, "0001");
    run(ownerOfRun, "save_weights_for_sampler", 3, "0002");
    run(ownerOfRun, "save_weights_for_sampler", 4, "final");
  }

  String createSession(String key) throws Exception {
    return read(send(
            "POST",
            "create_session",
            "{\"tags\":[],\"user_metadata\":{},\"sdk_version\":\"0\"}",
            key))
        .get("session_id")
        .asString();
  }

  private String createModel(String key, String owner, int number) throws Exception {
    HttpResponse<byte[]> submitted =
        send(
            "POST",
            "create_model",
            "{\"session_id\":\"%s\",\"model_seq_id\":%d,\"base_model\":\"%s\",\"user_metadata\":{\"k\":\"v\"},\"lora_config\":{\"rank\":4}}"
                .formatted(owner, number, BASE_MODEL),
            key);
    return await(key, read(submitted).get("request_id").asString()).get("model_id").asString();
  }

  private void run(String key, String path, int seqId, String name) throws Exception {
    HttpResponse<byte[]> submitted =
        send(
            "POST",
            path,
            "{\"model_id\":\"%s\",\"seq_id\":%d,\"path\":\"%s\",\"ttl_seconds\":3600}"
                .formatted(run, seqId, name),
            key);
    JsonNode unused = await(key, read(submitted).get("request_id").asString());
  }

  /** This server, which answers the next question for a result that there is no room. */
  GoldenServer paused() {
    server.setFaults(
        FaultScript.of(
            Fault.on(operation("retrieve_future")).nth(1).pauseQueue("paused_capacity", "full")));
    return this;
  }

  /** A new model, whose first step breaks it. */
  String poisoned() throws Exception {
    String poisoned = createModel("tml-test", session, 8);
    server.setFaults(FaultScript.of(Fault.on(operation("optim_step")).nth(1).poisonRun()));
    return poisoned;
  }

  /** The id of a request that has succeeded. */
  String finishedRequest() throws Exception {
    String id =
        read(post(
                "optim_step",
                "{\"adam_params\":{},\"model_id\":\"%s\",\"seq_id\":1}".formatted(model)))
            .get("request_id")
            .asString();
    JsonNode unused = await("tml-test", id);
    return id;
  }

  JsonNode await(String key, String requestId) throws Exception {
    while (true) {
      JsonNode answer =
          read(send("POST", "retrieve_future", "{\"request_id\":\"" + requestId + "\"}", key));
      if (!answer.path("type").asString("").equals("try_again")) {
        return answer;
      }
    }
  }

  /** Submits an operation and returns its result. */
  JsonNode result(String path, String body) throws Exception {
    return await("tml-test", read(post(path, body)).get("request_id").asString());
  }

  static JsonNode read(HttpResponse<byte[]> response) {
    if (response.statusCode() != 200) {
      throw new IllegalStateException(
          response.uri()
              + " "
              + response.statusCode()
              + " "
              + new String(response.body(), StandardCharsets.UTF_8));
    }
    return JSON.readTree(response.body());
  }

  HttpResponse<byte[]> post(String path, String body) throws Exception {
    return send("POST", path, body, "tml-test");
  }

  HttpResponse<byte[]> get(String path) throws Exception {
    return send("GET", path, "", "tml-test");
  }

  HttpResponse<byte[]> send(String method, String path, String body, String key) throws Exception {
    return send(method, path, body.getBytes(StandardCharsets.UTF_8), "application/json", key);
  }

  HttpResponse<byte[]> send(String method, String path, byte[] body, String contentType, String key)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.baseUrl() + "/api/v1/" + path))
            .method(
                method,
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
            .header("X-API-Key", key)
            .header("Content-Type", contentType)
            .build();
    return HTTP.send(request, BodyHandlers.ofByteArray());
  }

  @Override
  public void close() {
    server.close();
  }
}

package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.forwardBackward;
import static io.tinker4j.testkit.WireClient.list;
import static io.tinker4j.testkit.WireClient.map;
import static io.tinker4j.testkit.WireClient.optimStep;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.tinker4j.testkit.http.JsonBodies;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the server refuses, and in what form. */
class RefusalTest {
  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder().apiKey("tml-test").maxRequestBytes(100_000).start();
  private final WireClient client = new WireClient(server);

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static Map<String, @Nullable Object> body(HttpResponse<byte[]> response) {
    return JsonBodies.readFields(response.body());
  }

  private void assertViolation(HttpResponse<byte[]> response, List<?> loc, String type) {
    assertThat(response.statusCode()).isEqualTo(422);
    Map<?, ?> violation = map(list(body(response).get("detail")).get(0));
    assertThat(violation.get("loc")).isEqualTo(loc);
    assertThat(violation.get("type")).isEqualTo(type);
    assertThat(violation.get("msg")).isInstanceOf(String.class);
  }

  @Test
  void route_unknown_isNotFound() {
    HttpResponse<byte[]> response = client.tryPost("nowhere", "{}");

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(new String(response.body(), StandardCharsets.UTF_8))
        .isEqualTo("{\"detail\":\"Not Found\"}");
    assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
  }

  @Test
  void method_wrong_isNotAllowed() {
    assertThat(client.send(client.request("create_model").GET()).statusCode()).isEqualTo(405);
  }

  @Test
  void apiKey_wrong_isUnauthorized() {
    try (WireClient stranger = new WireClient(server, "tml-other", HttpClient.Version.HTTP_1_1)) {
      assertThat(stranger.tryPost("client/config", "{\"sdk_version\":\"0\"}").statusCode())
          .isEqualTo(401);
    }
  }

  @Test
  void apiKey_missing_isUnauthorized() {
    HttpResponse<byte[]> response =
        client.send(
            HttpRequest.newBuilder(server.baseUrl().resolve("/api/v1/client/config"))
                .POST(BodyPublishers.ofString("{\"sdk_version\":\"0\"}")));

    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(body(response)).containsKey("detail");
  }

  @Test
  void json_malformed_isUnprocessable() {
    assertViolation(
        client.tryPost("create_session", "{\"tags\":["),
        List.of("body", "tags", 0),
        "json_invalid");
    assertViolation(client.tryPost("create_session", ""), List.of("body"), "value_error");
  }

  @Test
  void json_missingField_namesIt() {
    HttpResponse<byte[]> response = client.tryPost("session_heartbeat", "{}");

    assertViolation(response, List.of("body", "session_id"), "missing");
  }

  @Test
  void json_unknownField_namesIt() {
    HttpResponse<byte[]> response =
        client.tryPost("session_heartbeat", "{\"session_id\":\"s\",\"sesion\":1}");

    assertViolation(response, List.of("body", "sesion"), "extra_forbidden");
  }

  @Test
  void json_wrongTypeDeepInside_namesThePlace() {
    HttpResponse<byte[]> response =
        client.tryPost(
            "create_model",
            """
            {"session_id":"s","model_seq_id":0,"base_model":"b","lora_config":{"rank":"many"}}
            """);

    assertViolation(response, List.of("body", "lora_config", "rank"), "value_error");
  }

  @Test
  void session_unknown_isNotFound() {
    assertThat(client.tryPost("session_heartbeat", "{\"session_id\":\"s\"}").statusCode())
        .isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"session_id\":\"\\ud800\"}",
        "{\"session_id\":\"s\",\"\\ud800\":1}",
        "{\"session_id\":[\"\\ud800\"]}"
      })
  void halfASurrogatePair_isRefusedAndNotCitedAsSuch(String body) {
    assertThat(client.tryPost("session_heartbeat", body).statusCode()).isIn(404, 422);
  }

  @Test
  void heartbeat_ofASession_isAnswered() {
    String session = client.createSession();

    Map<String, @Nullable Object> answer =
        client.post("session_heartbeat", "{\"session_id\":\"%s\"}".formatted(session));

    assertThat(answer).containsEntry("type", "session_heartbeat");
  }

  @Test
  void baseModel_unknown_isBadRequest() {
    HttpResponse<byte[]> response =
        client.tryPost(
            "create_model",
            "{\"session_id\":\"%s\",\"model_seq_id\":0,\"base_model\":\"none\"}"
                .formatted(client.createSession()));

    assertThat(response.statusCode()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"rank\":0}",
        "{\"rank\":3}",
        "{\"rank\":512}",
        "{\"rank\":4,\"train_mlp\":false,\"train_attn\":false,\"train_unembed\":false}"
      })
  void loraConfig_impossible_isBadRequest(String config) {
    HttpResponse<byte[]> response =
        client.tryPost(
            "create_model",
            "{\"session_id\":\"%s\",\"model_seq_id\":0,\"base_model\":\"tinker4j/tiny-bytes\",\"lora_config\":%s}"
                .formatted(client.createSession(), config));

    assertThat(response.statusCode()).isEqualTo(400);
  }

  @Test
  void model_unknown_isNotFoundEverywhere() {
    assertThat(client.tryPost("forward_backward", forwardBackward("m", 1)).statusCode())
        .isEqualTo(404);
    assertThat(client.tryPost("optim_step", optimStep("m", 1)).statusCode()).isEqualTo(404);
    assertThat(client.tryPost("get_info", "{\"model_id\":\"m\"}").statusCode()).isEqualTo(404);
    assertThat(client.send(client.request("training_runs/m").GET()).statusCode()).isEqualTo(404);
    assertThat(client.send(client.request("samplers/m").GET()).statusCode()).isEqualTo(404);
  }

  @Test
  void request_unknown_isNotFound() {
    assertThat(client.tryPost("retrieve_future", "{\"request_id\":\"1\"}").statusCode())
        .isEqualTo(404);
  }

  @Test
  void seqId_missing_isBadRequest() {
    String model = client.createModel();

    assertThat(client.tryPost("optim_step", optimStep(model, 0)).statusCode()).isEqualTo(400);
  }

  @Test
  void lossOrSetting_unknown_isUnprocessable() {
    String model = client.createModel();

    assertThat(
            client
                .tryPost(
                    "forward_backward",
                    forwardBackward(model, 1).replace("cross_entropy", "no_such_loss"))
                .statusCode())
        .isEqualTo(422);
    assertThat(
            client.tryPost("optim_step", optimStep(model, 1).replace("0.01", "-1.0")).statusCode())
        .isEqualTo(422);
  }

  @Test
  void protobufOrZstd_malformed_isBadRequest() {
    byte[] garbage = {(byte) 0xFF, 1, 2, 3};
    byte[] truncated = Arrays.copyOf(Zstd.compress(new byte[1000]), 10);

    assertThat(client.tryPostProtobuf(garbage, null).statusCode()).isEqualTo(400);
    assertThat(client.tryPostProtobuf(garbage, "zstd").statusCode()).isEqualTo(400);
    assertThat(client.tryPostProtobuf(truncated, "zstd").statusCode()).isEqualTo(400);
    assertThat(client.tryPostProtobuf(garbage, "br").statusCode()).isEqualTo(400);
  }

  @Test
  void body_tooLong_isRefusedBeforeAndAfterDecompression() {
    byte[] longBody = new byte[2_000_000];

    assertThat(client.tryPostProtobuf(longBody, null).statusCode()).isEqualTo(413);
    assertThat(client.tryPostProtobuf(Zstd.compress(longBody), "zstd").statusCode()).isEqualTo(413);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/b", "..", ".hidden", "a\\\\b", "", "a b", "%2e%2e", "-x", "\\u0000"})
  void checkpointName_withTricks_isBadRequest(String name) {
    String model = client.createModel();

    HttpResponse<byte[]> response =
        client.tryPost(
            "save_weights",
            "{\"model_id\":\"%s\",\"seq_id\":1,\"path\":\"%s\"}".formatted(model, name));

    assertThat(response.statusCode()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({
    "tinker://x/weights/a,404",
    "tinker://x/weights/..,400",
    "tinker://x/weights,400",
    "tinker://../weights/a,404",
    "file:///etc/passwd,400",
    "tinker://x/sampler_weights/a,404"
  })
  void checkpointPath_unknownOrOdd_isRefused(String path, int status) {
    HttpResponse<byte[]> response =
        client.tryPost("weights_info", "{\"tinker_path\":\"%s\"}".formatted(path));

    assertThat(response.statusCode()).isEqualTo(status);
  }

  @Test
  void query_notANumber_isUnprocessable() {
    assertThat(client.send(client.request("training_runs?limit=x").GET()).statusCode())
        .isEqualTo(422);
    assertThat(client.send(client.request("training_runs?limit=0").GET()).statusCode())
        .isEqualTo(422);
  }
}

package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.fields;
import static io.tinker4j.testkit.WireClient.forwardBackward;
import static io.tinker4j.testkit.WireClient.list;
import static io.tinker4j.testkit.WireClient.map;
import static io.tinker4j.testkit.WireClient.optimStep;
import static io.tinker4j.testkit.WireClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.run.Promise;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rows in which SkyRL's server differs from the hosted one. */
class SkyrlPersonalityTest {
  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder().personality(Personality.SKYRL).start();
  private final WireClient client = new WireClient(server);

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static String detail(HttpResponse<byte[]> response) {
    return text(JsonBodies.readFields(response.body()), "detail");
  }

  @ParameterizedTest
  @CsvSource({
    "POST, client/dynamic_config, 404",
    "POST, auth/token, 404",
    "GET, checkpoints, 404",
    "GET, sessions, 404",
    "GET, audit, 404",
    "GET, billing/usage/events, 404",
    "POST, training_runs/m/checkpoints/weights/a/publish, 405",
    "DELETE, training_runs/m/checkpoints/weights/a/publish, 422",
    "PUT, training_runs/m/checkpoints/weights/a/ttl, 405",
    "GET, training_runs/m/checkpoints/sampler_weights/a/archive, 405",
    "DELETE, training_runs/m/checkpoints/a, 400",
  })
  void endpoints_missing_areRefusedItsWay(String method, String path, int status) {
    assertThat(client.trySend(method, path, "{}").statusCode()).isEqualTo(status);
  }

  @Test
  void credentials_areNotAskedFor() {
    HttpResponse<byte[]> response =
        client.send(
            HttpRequest.newBuilder(server.baseUrl().resolve("/api/v1/client/config"))
                .POST(BodyPublishers.ofString("{\"sdk_version\":\"0\"}")));

    assertThat(response.statusCode()).isEqualTo(200);
  }

  @Test
  void ids_areItsOwn() {
    String session = client.createSession();
    String model = client.createModel(session, 0);
    String requestId = client.submit("optim_step", optimStep(model, 1));

    assertThat(session).matches("session_[0-9a-f]{8}");
    assertThat(model).matches("model_[0-9a-f]{8}");
    assertThat(requestId).matches("\\d+");
  }

  @Test
  void createModel_needsASettingsObject_andIsNotRecognisedWhenItComesAgain() {
    String session = client.createSession();
    String create =
        "{\"session_id\":\"%s\",\"model_seq_id\":0,\"base_model\":\"tinker4j/tiny-bytes\"%s}";

    assertThat(client.tryPost("create_model", create.formatted(session, "")).statusCode())
        .isEqualTo(422);
    String full = create.formatted(session, ",\"lora_config\":{\"rank\":4}");
    assertThat(client.run("create_model", full).get("model_id"))
        .isNotEqualTo(client.run("create_model", full).get("model_id"));
  }

  @Test
  void pass_hasNoMetricsAndALossForEachToken() {
    String model = client.createModel();

    Map<String, @Nullable Object> result =
        client.run("forward_backward", forwardBackward(model, 1));

    assertThat(map(result.get("metrics"))).isEmpty();
    assertThat(result).containsEntry("loss_fn_output_type", "scalar");
    assertThat(map(list(result.get("loss_fn_outputs")).get(0)).keySet())
        .isEqualTo(Set.of("logprobs", "elementwise_loss"));
    assertThat(map(client.run("optim_step", optimStep(model, 2)).get("metrics")).keySet())
        .isEqualTo(Set.of("skyrl.ai/grad_norm", "skyrl.ai/learning_rate"));
  }

  @Test
  void loss_isAveragedOverTokensAndExamples() {
    String one = client.createModel();
    String scaled = client.createModel();

    client.run("forward_backward", forwardBackward(one, 1));
    client.run(
        "forward_backward",
        forwardBackward(scaled, 1).replace("1.0,1.0,1.0,1.0,0.5", "4.0,4.0,4.0,4.0,2.0"));

    assertThat(map(client.run("optim_step", optimStep(scaled, 2)).get("metrics")))
        .isEqualTo(map(client.run("optim_step", optimStep(one, 2)).get("metrics")));
  }

  @ParameterizedTest
  @CsvSource({"dro", "gspo_of_another_server"})
  void loss_unknown_isUnprocessable(String loss) {
    String model = client.createModel();

    assertThat(
            client
                .tryPost(
                    "forward_backward", forwardBackward(model, 1).replace("cross_entropy", loss))
                .statusCode())
        .isEqualTo(422);
  }

  @Test
  void requests_runInArrivalOrder_andOnlyPassesAndStepsAreRecognised() {
    String model = client.createModel();

    Map<String, @Nullable Object> beyondAGap = client.run("optim_step", optimStep(model, 7));
    String first = client.submit("optim_step", optimStep(model, 8));
    String second = client.submit("optim_step", optimStep(model, 8));
    int other =
        client.tryPost("optim_step", optimStep(model, 8).replace("0.01", "0.02")).statusCode();

    assertThat(beyondAGap).containsKey("metrics");
    assertThat(second).isEqualTo(first);
    assertThat(other).isEqualTo(409);
  }

  @Test
  void gradClipNorm_isIgnored() {
    String clipped = client.createModel();
    String free = client.createModel();
    client.run("forward_backward", forwardBackward(clipped, 1));
    client.run("forward_backward", forwardBackward(free, 1));

    client.run(
        "optim_step", optimStep(clipped, 2).replace("0.01", "0.01,\"grad_clip_norm\":0.000001"));
    client.run("optim_step", optimStep(free, 2));

    assertThat(server.weightsHash(clipped)).isEqualTo(server.weightsHash(free));
  }

  @Test
  void result_failed_isABadRequest() {
    String model = client.createModel();
    String bad =
        client.submit(
            "forward_backward",
            forwardBackward(model, 1).replace("104,101,108,108,111", "104,101,108,108,111,111"));

    HttpResponse<byte[]> answer =
        client.tryPost("retrieve_future", "{\"request_id\":\"%s\"}".formatted(bad));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(detail(answer)).isNotEmpty();
  }

  @Test
  void result_notReady_isARequestTimeoutWithoutAState() {
    Answer answer = Personality.SKYRL.behaviour().notReady(new Promise("me", "5"));

    assertThat(answer.status()).isEqualTo(408);
    assertThat(JsonBodies.readFields(answer.body())).containsOnlyKeys("detail");
  }

  @Test
  void requestId_unknown_isNotFound_andOneThatIsNoNumberBreaksIt() {
    assertThat(client.tryPost("retrieve_future", "{\"request_id\":\"99\"}").statusCode())
        .isEqualTo(404);
    assertThat(client.tryPost("retrieve_future", "{\"request_id\":\"x\"}").statusCode())
        .isEqualTo(500);
  }

  @Test
  void samplerSave_hasATwoPartPath_thatCanBeSampledFrom() {
    String session = client.createSession();
    String model = client.createModel(session, 0);

    String path = client.save("save_weights_for_sampler", model, 1, "a");
    String bind =
        "{\"session_id\":\"%s\",\"sampling_session_seq_id\":0,\"model_path\":\"%s\"}"
            .formatted(session, path);

    assertThat(path).isEqualTo("tinker://" + model + "/a");
    assertThat(text(client.post("create_sampling_session", bind), "sampling_session_id"))
        .matches("sampling_[0-9a-f]{8}");
  }

  @Test
  void save_existingName_isAConflictAtOnce() {
    String model = client.createModel();
    client.save("save_weights", model, 1, "a");

    assertThat(
            client
                .tryPost(
                    "save_weights",
                    "{\"model_id\":\"%s\",\"seq_id\":2,\"path\":\"a\",\"overwrite\":true}"
                        .formatted(model))
                .statusCode())
        .isEqualTo(409);
    assertThat(
            client
                .tryPost("save_weights", "{\"model_id\":\"%s\",\"path\":\"a.b\"}".formatted(model))
                .statusCode())
        .isEqualTo(422);
  }

  @Test
  void archive_isFoundByTheBareName() {
    String model = client.createModel();
    client.save("save_weights_for_sampler", model, 1, "a");

    assertThat(
            client
                .send(client.request("training_runs/" + model + "/checkpoints/a/archive").GET())
                .statusCode())
        .isEqualTo(302);
    assertThat(
            client
                .trySend("DELETE", "training_runs/" + model + "/checkpoints/sampler_weights/a", "")
                .statusCode())
        .isEqualTo(204);
  }

  @Test
  void load_isForTheFirstRequestOnly() {
    String model = client.createModel();
    String path = client.save("save_weights", model, 1, "a");
    String load = "{\"model_id\":\"%s\",\"seq_id\":%d,\"path\":\"%s\",\"optimizer\":true}";

    HttpResponse<byte[]> late = client.tryPost("load_weights", load.formatted(model, 2, path));
    Map<String, @Nullable Object> loaded =
        client.run("load_weights", load.formatted(client.createModel(), 1, path));

    assertThat(late.statusCode()).isEqualTo(400);
    assertThat(detail(late)).isEqualTo("LoadWeights is not permitted with seq_id 2");
    assertThat(loaded).isEqualTo(Map.of("type", "load_weights"));
  }

  @Test
  void sample_needsMaxTokens_andGivesOneLogprobLess() {
    String session = client.createSession();
    String sampler =
        text(
            client.post(
                "create_sampling_session",
                "{\"session_id\":\"%s\",\"sampling_session_seq_id\":0,\"base_model\":\"tinker4j/tiny-bytes\"}"
                    .formatted(session)),
            "sampling_session_id");
    String sample =
        "{\"prompt\":{\"chunks\":[{\"type\":\"encoded_text\",\"tokens\":[1,2,3]}]},\"sampling_params\":{%s},\"sampling_session_id\":\"%s\",\"prompt_logprobs\":true,\"topk_prompt_logprobs\":%d}";

    assertThat(client.tryPost("asample", sample.formatted("", sampler, 0)).statusCode())
        .isEqualTo(400);
    assertThat(
            client
                .tryPost("asample", sample.formatted("\"max_tokens\":1,\"stop\":\"x\"", sampler, 0))
                .statusCode())
        .isEqualTo(422);
    assertThat(
            list(
                client
                    .run("asample", sample.formatted("\"max_tokens\":1", sampler, 0))
                    .get("prompt_logprobs")))
        .hasSize(2)
        .doesNotContainNull();
    String topk = client.submit("asample", sample.formatted("\"max_tokens\":1", sampler, 2));
    assertThat(
            client
                .tryPost("retrieve_future", "{\"request_id\":\"%s\"}".formatted(topk))
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void descriptions_lackWhatItDoesNotTell() {
    String model = client.createModel();
    client.save("save_weights", model, 1, "a");

    Map<String, @Nullable Object> run = client.get("training_runs/" + model);
    Map<String, @Nullable Object> listed =
        fields(
            list(client.get("training_runs/" + model + "/checkpoints").get("checkpoints")).get(0));
    Map<String, @Nullable Object> info =
        client.post("get_info", "{\"model_id\":\"%s\"}".formatted(model));

    assertThat(run).containsEntry("last_checkpoint", null);
    assertThat(text(run, "last_request_time")).doesNotEndWith("Z");
    assertThat(listed)
        .containsEntry("checkpoint_id", "a")
        .doesNotContainKeys("size_bytes", "public", "expires_at");
    assertThat(info).doesNotContainKeys("is_lora", "lora_rank", "type");
    assertThat(list(client.get("get_server_capabilities").get("supported_models")).get(0))
        .isEqualTo(Map.of("model_name", "tinker4j/tiny-bytes"));
    assertThat(
            client.post(
                "weights_info", "{\"tinker_path\":\"tinker://%s/weights/a\"}".formatted(model)))
        .doesNotContainKey("train_mlp");
  }

  // readiness: H4
  @Test
  void restart_losesModelsAndKeepsTheirCheckpoints(@TempDir Path data) {
    String session;
    String model;
    String path;
    String expected;
    try (EmbeddedTinkerServer first = start(data);
        WireClient before = new WireClient(first)) {
      session = before.createSession();
      model = before.createModel(session, 0);
      before.train(model, 1);
      path = before.save("save_weights", model, 3, "a");
      before.train(model, 4);
      expected = first.weightsHash(model);
    }

    try (EmbeddedTinkerServer second = start(data);
        WireClient after = new WireClient(second)) {
      HttpResponse<byte[]> lost = after.tryPost("optim_step", optimStep(model, 6));
      String resumed = after.createModel(session, 1);
      after.run(
          "load_weights",
          "{\"model_id\":\"%s\",\"seq_id\":1,\"path\":\"%s\",\"optimizer\":true}"
              .formatted(resumed, path));
      after.train(resumed, 2);

      assertThat(lost.statusCode()).isEqualTo(400);
      assertThat(new String(lost.body(), StandardCharsets.UTF_8))
          .contains("Model " + model + " not loaded");
      assertThat(second.weightsHash(resumed)).isEqualTo(expected);
    }
  }

  private static EmbeddedTinkerServer start(Path data) {
    return EmbeddedTinkerServer.builder()
        .personality(Personality.SKYRL)
        .dataDirectory(data)
        .start();
  }
}

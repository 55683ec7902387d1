package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.fields;
import static io.tinker4j.testkit.WireClient.forwardBackward;
import static io.tinker4j.testkit.WireClient.list;
import static io.tinker4j.testkit.WireClient.map;
import static io.tinker4j.testkit.WireClient.optimStep;
import static io.tinker4j.testkit.WireClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.http.JsonBodies;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What SkyRL's server makes of data, losses, weights and samples. */
class SkyrlTrainingTest {
  private static final String IMAGE =
      "{\"type\":\"image_asset_pointer\",\"location\":\"x\",\"format\":\"png\",\"expected_tokens\":3},";

  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder().personality(Personality.SKYRL).start();
  private final WireClient client = new WireClient(server);

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static String withLoss(String body, String loss, String config) {
    return body.replace(
        "\"loss_fn\":\"cross_entropy\"",
        "\"loss_fn\":\"%s\",\"loss_fn_config\":{%s}".formatted(loss, config));
  }

  /** A pass of a policy loss whose ratios are far from 1. */
  private static String policyPass(String model, long seqId, String loss, String config) {
    return withLoss(forwardBackward(model, seqId), loss, config)
        .replace(
            "\"weights\":{\"data\":[1.0,1.0,1.0,1.0,0.5]",
            "\"logprobs\":{\"data\":[-9.0,-9.0,-9.0,-9.0,-9.0],\"dtype\":\"float32\",\"shape\":[5]},"
                + "\"advantages\":{\"data\":[1.0,1.0,1.0,1.0,0.5]");
  }

  private HttpResponse<byte[]> retrieve(String requestId) {
    return client.tryPost("retrieve_future", "{\"request_id\":\"%s\"}".formatted(requestId));
  }

  private static String body(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({"gspo,clip_low_threshold", "ppo_critic,value_clip", "dppo,delta_low"})
  void loss_thatItsBackendLacks_isAcceptedAndFails(String loss, String setting) {
    String model = client.createModel();

    HttpResponse<byte[]> result =
        retrieve(
            client.submit(
                "forward_backward",
                withLoss(forwardBackward(model, 1), loss, "\"%s\":0.5".formatted(setting))));

    assertThat(result.statusCode()).isEqualTo(400);
    assertThat(body(result)).contains(loss + " is not implemented");
  }

  @ParameterizedTest
  @CsvSource({"cross_entropy,value_clip", "cispo,value_clip", "ppo,beta"})
  void setting_ofAnotherLoss_isUnprocessable(String loss, String setting) {
    String pass =
        withLoss(forwardBackward(client.createModel(), 1), loss, "\"%s\":0.5".formatted(setting));

    assertThat(client.tryPost("forward_backward", pass).statusCode()).isEqualTo(422);
  }

  @Test
  void cispo_withoutSettings_clipsAtEightAndTwelveTenths() {
    String bare = client.createModel();
    String explicit = client.createModel();
    String wide = client.createModel();

    client.run("forward_backward", policyPass(bare, 1, "cispo", ""));
    client.run(
        "forward_backward",
        policyPass(explicit, 1, "cispo", "\"clip_low_threshold\":0.8,\"clip_high_threshold\":1.2"));
    client.run(
        "forward_backward",
        policyPass(wide, 1, "cispo", "\"clip_low_threshold\":0,\"clip_high_threshold\":4"));

    Object norm = step(bare).get("skyrl.ai/grad_norm");
    assertThat(norm).isEqualTo(step(explicit).get("skyrl.ai/grad_norm"));
    assertThat(norm).isNotEqualTo(step(wide).get("skyrl.ai/grad_norm"));
  }

  private Map<?, ?> step(String model) {
    return map(client.run("optim_step", optimStep(model, 2)).get("metrics"));
  }

  @Test
  void ppo_takesASettingForValues() {
    String model = client.createModel();

    Map<String, @Nullable Object> result =
        client.run("forward_backward", policyPass(model, 1, "ppo", "\"value_clip\":0.2"));

    assertThat(result).containsKey("loss_fn_outputs");
  }

  @Test
  void pass_withoutTargets_breaksTheServer() {
    String pass = forwardBackward(client.createModel(), 1).replace("target_tokens", "values");

    HttpResponse<byte[]> answer = client.tryPost("forward_backward", pass);

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(body(answer)).isEqualTo("Internal Server Error");
  }

  @Test
  void inputs_otherThanThoseItReads_andTheirShapes_areIgnored() {
    String plain = client.createModel();
    String odd = client.createModel();
    String pass = forwardBackward(odd, 1);

    client.run("forward_backward", forwardBackward(plain, 1));
    client.run(
        "forward_backward",
        pass.replace("\"shape\":[5]", "\"shape\":[1,5]")
            .replace(
                "\"loss_fn_inputs\":{",
                "\"loss_fn_inputs\":{\"mask\":{\"data\":[1.0],\"dtype\":\"float32\",\"shape\":[1]},"));

    assertThat(step(odd)).isEqualTo(step(plain));
  }

  @Test
  void images_areDroppedSilently() {
    String plain = client.createModel();
    String seen = client.createModel();

    client.run("forward_backward", forwardBackward(plain, 1));
    client.run(
        "forward_backward",
        forwardBackward(seen, 1).replace("\"chunks\":[", "\"chunks\":[" + IMAGE));

    assertThat(step(seen)).isEqualTo(step(plain));
    assertThat(list(sample(baseSampler(), IMAGE, "").get("prompt_logprobs"))).hasSize(2);
  }

  @Test
  void audio_isUnprocessable() {
    String audio = "{\"type\":\"dmel\",\"dmel\":\"AAAA\"},";
    String pass = forwardBackward(client.createModel(), 1);

    assertThat(client.tryPost("asample", sampleBody(baseSampler(), audio, "")).statusCode())
        .isEqualTo(422);
    assertThat(
            client
                .tryPost("forward_backward", pass.replace("\"chunks\":[", "\"chunks\":[" + audio))
                .statusCode())
        .isEqualTo(422);
  }

  @Test
  void createModel_ignoresWhatIsToBeTrained_metadataAndItsNumber() {
    String session = client.createSession();
    String create =
        """
        {"session_id":"%s","base_model":"tinker4j/tiny-bytes","user_metadata":{"a":"b"},
         "lora_config":{"rank":4,"train_attn":false,"train_mlp":false,"train_unembed":%s}}
        """;

    Map<String, @Nullable Object> all = client.run("create_model", create.formatted(session, true));
    Map<String, @Nullable Object> none =
        client.run("create_model", create.formatted(session, false));

    assertThat(server.weightsHash(text(none, "model_id")))
        .isEqualTo(server.weightsHash(text(all, "model_id")));
    assertThat(none).doesNotContainKey("type");
    assertThat(client.get("training_runs/" + text(none, "model_id")))
        .containsEntry("user_metadata", null);
  }

  private String baseSampler() {
    return text(
        client.post(
            "create_sampling_session",
            "{\"session_id\":\"%s\",\"sampling_session_seq_id\":0,\"base_model\":\"tinker4j/tiny-bytes\"}"
                .formatted(client.createSession())),
        "sampling_session_id");
  }

  private static String sampleBody(String sampler, String firstChunk, String more) {
    return """
    {"prompt":{"chunks":[%s{"type":"encoded_text","tokens":[1,2,3]}]},"sampling_params":{"max_tokens":1},
     "sampling_session_id":"%s","seq_id":1,"prompt_logprobs":true%s}
    """
        .formatted(firstChunk, sampler, more);
  }

  private Map<String, @Nullable Object> sample(String sampler, String firstChunk, String more) {
    return client.run("asample", sampleBody(sampler, firstChunk, more));
  }

  @Test
  void sample_isNotRecognisedWhenItComesAgain_andSaysWhatItLacks() {
    String sampler = baseSampler();
    String body = sampleBody(sampler, "", "");

    assertThat(client.submit("asample", body)).isNotEqualTo(client.submit("asample", body));
    assertThat(sample(sampler, "", "")).containsEntry("topk_prompt_logprobs", null);
  }

  @Test
  void samplerCheckpoint_older_overwritesTheWeightsOfItsLiveModel() {
    String session = client.createSession();
    String model = client.createModel(session, 0);
    client.train(model, 1);
    String older = bind(session, client.save("save_weights_for_sampler", model, 3, "older"));
    String saved = server.weightsHash(model);
    client.train(model, 4);
    String trained = server.weightsHash(model);
    String latest = bind(session, client.save("save_weights_for_sampler", model, 6, "latest"));

    Object unused = sample(latest, "", "");
    String afterLatest = server.weightsHash(model);
    unused = sample(older, "", "");

    assertThat(afterLatest).isEqualTo(trained).isNotEqualTo(saved);
    assertThat(server.weightsHash(model)).isEqualTo(saved);
    assertThat(unused).isNotNull();
  }

  private String bind(String session, String path) {
    return text(
        client.post(
            "create_sampling_session",
            "{\"session_id\":\"%s\",\"sampling_session_seq_id\":0,\"model_path\":\"%s\"}"
                .formatted(session, path)),
        "sampling_session_id");
  }

  @Test
  void saveWithoutAName_isACheckpointNamedAfterItsNumbers() {
    String model = client.createModel();

    Map<String, @Nullable Object> saved =
        client.run(
            "save_weights_for_sampler",
            "{\"model_id\":\"%s\",\"seq_id\":1,\"sampling_session_seq_id\":3}".formatted(model));

    assertThat(saved).containsEntry("path", null);
    assertThat(text(saved, "sampling_session_id")).matches("sampling_[0-9a-f]{8}");
    assertThat(
            fields(
                list(client.get("training_runs/" + model + "/checkpoints").get("checkpoints"))
                    .get(0)))
        .containsEntry("checkpoint_id", "ss3_seq1");
    assertThat(sample(text(saved, "sampling_session_id"), "", "")).containsKey("sequences");
  }

  @Test
  void save_isNotRecognisedWhenItComesAgain() {
    String model = client.createModel();
    String save = "{\"model_id\":\"%s\",\"seq_id\":1,\"path\":\"a\"}".formatted(model);

    client.run("save_weights", save);

    assertThat(client.tryPost("save_weights", save).statusCode()).isEqualTo(409);
  }

  @Test
  void archive_leadsToADownloadWithRanges() {
    String model = client.createModel();
    client.save("save_weights_for_sampler", model, 1, "a");

    URI location =
        URI.create(
            client
                .send(client.request("training_runs/" + model + "/checkpoints/a/archive").GET())
                .headers()
                .firstValue("location")
                .orElseThrow());
    HttpResponse<byte[]> whole = client.send(HttpRequest.newBuilder(location));
    HttpResponse<byte[]> part =
        client.send(HttpRequest.newBuilder(location).header("Range", "bytes=10-19"));

    assertThat(whole.statusCode()).isEqualTo(200);
    assertThat(body(whole)).startsWith("adapter_");
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body()).hasSize(10);
  }

  @Test
  void answers_sayOfWhatIsAbsentThatItIsNull() {
    String session = client.createSession();
    String model = client.createModel(session, 0);

    Map<String, @Nullable Object> created =
        client.post(
            "create_session",
            "{\"tags\":[],\"user_metadata\":{},\"sdk_version\":\"0\",\"project_id\":\"p\"}");
    Map<String, @Nullable Object> info =
        fields(client.post("get_info", "{\"model_id\":\"%s\"}".formatted(model)).get("model_data"));

    assertThat(created).containsEntry("info_message", null).containsEntry("error_message", null);
    assertThat(info)
        .containsEntry("model_name", "tinker4j/tiny-bytes")
        .doesNotContainKey("tokenizer_id");
    assertThat(fields(list(client.get("training_runs").get("training_runs")).get(0)))
        .containsEntry("last_checkpoint", null)
        .containsEntry("user_metadata", null);
  }

  /** A save waits behind a pass that takes long. */
  @Test
  void pending_isARequestTimeout_andANameBeingWrittenIsTaken() {
    try (EmbeddedTinkerServer slow =
            EmbeddedTinkerServer.builder()
                .personality(Personality.SKYRL)
                .holdTime(Duration.ZERO)
                .start();
        WireClient impatient = new WireClient(slow)) {
      String session = impatient.createSession();
      String busy = newModel(impatient, session);
      String body = "{\"model_id\":\"%s\",\"seq_id\":2,\"path\":\"a\"}".formatted(busy);

      String pass = impatient.submit("forward_backward", longPass(busy));
      String save = impatient.submit("save_weights", body);
      HttpResponse<byte[]> again = impatient.tryPost("save_weights", body);
      HttpResponse<byte[]> pending =
          impatient.tryPost("retrieve_future", "{\"request_id\":\"%s\"}".formatted(pass));
      HttpResponse<byte[]> saved = finish(impatient, save);

      assertThat(again.statusCode()).isEqualTo(409);
      assertThat(pending.statusCode()).isEqualTo(408);
      assertThat(JsonBodies.readFields(pending.body())).containsOnlyKeys("detail");
      assertThat(saved.statusCode()).isEqualTo(200);
    }
  }

  private static String newModel(WireClient client, String session) {
    String creation =
        client.submit(
            "create_model",
            "{\"session_id\":\"%s\",\"base_model\":\"tinker4j/tiny-bytes\",\"lora_config\":{\"rank\":4}}"
                .formatted(session));
    return text(JsonBodies.readFields(finish(client, creation).body()), "model_id");
  }

  private static HttpResponse<byte[]> finish(WireClient client, String requestId) {
    String retrieval = "{\"request_id\":\"%s\"}".formatted(requestId);
    HttpResponse<byte[]> answer = client.tryPost("retrieve_future", retrieval);
    while (answer.statusCode() == 408) {
      answer = client.tryPost("retrieve_future", retrieval);
    }
    return answer;
  }

  private static String longPass(String model) {
    int length = 4000;
    return forwardBackward(model, 1)
        .replace("104,101,108,108,111", "7" + ",7".repeat(length - 1))
        .replace("101,108,108,111,33", "7" + ",7".repeat(length - 1))
        .replace("1.0,1.0,1.0,1.0,0.5", "1" + ",1".repeat(length - 1))
        .replace("[5]", "[" + length + "]");
  }
}

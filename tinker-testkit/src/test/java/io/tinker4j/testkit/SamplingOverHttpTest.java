package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.list;
import static io.tinker4j.testkit.WireClient.map;
import static io.tinker4j.testkit.WireClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.model.Vocabulary;
import io.tinker4j.types.proto.SampleResponse;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Samplers and sampling through the wire protocol. */
class SamplingOverHttpTest {
  private final EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
  private final WireClient client = new WireClient(server);

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static String createSampler(WireClient client) {
    return text(
        client.post(
            "create_sampling_session",
            """
            {"session_id":"%s","sampling_session_seq_id":0,"base_model":"tinker4j/tiny-bytes"}
            """
                .formatted(client.createSession())),
        "sampling_session_id");
  }

  private static String sample(String sampler, int seqId) {
    return """
    {"num_samples":2,"prompt":{"chunks":[{"type":"encoded_text","tokens":[104,105]}]},
     "sampling_params":{"max_tokens":8,"temperature":1.0,"top_k":-1,"top_p":1.0},
     "sampling_session_id":"%s","seq_id":%d,"prompt_logprobs":true,"topk_prompt_logprobs":2,"type":"sample"}
    """
        .formatted(sampler, seqId);
  }

  @Test
  void sample_inJson_hasEverythingAskedFor() {
    String sampler = createSampler(client);

    Map<String, @Nullable Object> result = client.run("asample", sample(sampler, 0));

    Map<?, ?> sequence = map(list(result.get("sequences")).get(1));
    assertThat(list(sequence.get("tokens"))).hasSameSizeAs(list(sequence.get("logprobs")));
    assertThat(sequence.get("stop_reason")).isIn("length", "stop");
    assertThat(list(result.get("prompt_logprobs"))).hasSize(2).element(0).isNull();
    assertThat(list(list(result.get("topk_prompt_logprobs")).get(1))).hasSize(2);
  }

  @Test
  void sample_resent_isTheSameSample_andAnotherUnderItsNumberIsAConflict() {
    String sampler = createSampler(client);

    Map<String, @Nullable Object> first = client.post("asample", sample(sampler, 0));
    Map<String, @Nullable Object> second = client.post("asample", sample(sampler, 0));
    int other =
        client
            .tryPost("asample", sample(sampler, 0).replace("\"max_tokens\":8", "\"max_tokens\":7"))
            .statusCode();

    assertThat(second).isEqualTo(first);
    assertThat(list(first.get("sample_sequence_ids"))).hasSize(2).doesNotHaveDuplicates();
    assertThat(other).isEqualTo(409);
  }

  @Test
  void promptLogprobs_ofTheLastPositions_leaveTheOthersOut() {
    String sampler = createSampler(client);
    String whole = sample(sampler, 0).replace("[104,105]", "[104,105,106,107]");
    Map<String, @Nullable Object> all = client.run("asample", whole);

    Map<String, @Nullable Object> last =
        client.run(
            "asample",
            whole
                .replace("\"seq_id\":0", "\"seq_id\":1")
                .replace("\"type\":\"sample\"", "\"prompt_logprobs_last_n\":2"));

    List<?> logprobs = list(last.get("prompt_logprobs"));
    assertThat(logprobs.subList(0, 2)).containsOnlyNulls();
    assertThat(logprobs.subList(2, 4)).isEqualTo(list(all.get("prompt_logprobs")).subList(2, 4));
    assertThat(list(last.get("topk_prompt_logprobs")).subList(0, 2)).containsOnlyNulls();
  }

  private static String with(String request, String options) {
    return request.replace("\"type\":\"sample\"", options);
  }

  @Test
  void sample_optionsOutOfRange_areRefused() {
    String sampler = createSampler(client);
    for (String option :
        new String[] {
          "\"topk_sample_logprobs\":100000",
          "\"prompt_alt_tokens_k\":100000",
          "\"target_prompt_logprobs\":{\"data\":[1,2],\"dtype\":\"int64\",\"shape\":[2,1]}",
          "\"target_prompt_logprobs\":{\"data\":[-2],\"dtype\":\"int64\",\"shape\":[1,1]}",
          "\"target_prompt_logprobs\":{\"data\":[1.0],\"dtype\":\"float32\",\"shape\":[1,1]}",
          "\"prompt_logprobs_last_n\":2",
        }) {
      assertThat(client.tryPost("asample", with(sample(sampler, 0), option)).statusCode())
          .as(option)
          .isEqualTo(400);
    }
    assertThat(
            client
                .tryPost("asample", with(sample(sampler, 0), "\"prompt_logprobs_last_n\":0"))
                .statusCode())
        .isEqualTo(422);
  }

  @Test
  void topkSampleLogprobs_containWhatWasSampled() throws Exception {
    String sampler = createSampler(client);
    String request =
        with(sample(sampler, 0), "\"topk_sample_logprobs\":" + Vocabulary.BYTES.size());
    String requestId = client.submit("asample", request);
    Map<?, ?> sequence = map(list(client.await(requestId).get("sequences")).get(0));
    SampleResponse binary = SampleResponse.parseFrom(client.retrieveBinary(requestId).body());

    List<?> tokens = list(sequence.get("tokens"));
    List<?> rows = list(sequence.get("topk_logprobs"));
    assertThat(rows).hasSameSizeAs(tokens);
    for (int i = 0; i < tokens.size(); i++) {
      assertThat(logprob(rows.get(i), tokens.get(i)))
          .isEqualTo(list(sequence.get("logprobs")).get(i));
    }
    assertThat(binary.getSequences(0).getTopkSampledLogprobs().getLength())
        .isEqualTo(tokens.size());
  }

  /** The log-probability of a token in a row of [token, logprob]. */
  private static @Nullable Object logprob(@Nullable Object row, @Nullable Object token) {
    return list(row).stream()
        .map(WireClient::list)
        .filter(pair -> pair.get(0).equals(token))
        .findFirst()
        .orElseThrow()
        .get(1);
  }

  @Test
  void targetPromptLogprobs_areThoseOfThePromptWhereItIsTheTarget() throws Exception {
    String sampler = createSampler(client);
    String whole = sample(sampler, 0).replace("[104,105]", "[104,105,106]");
    String dense =
        with(
            whole,
            "\"target_prompt_logprobs\":{\"data\":[105,-1,7,106],\"dtype\":\"int64\",\"shape\":[2,2]}");
    String sparse =
        with(
            whole.replace("\"seq_id\":0", "\"seq_id\":1"),
            "\"target_prompt_logprobs\":{\"data\":[105,106],\"dtype\":\"int64\",\"shape\":[2,2],"
                + "\"sparse_crow_indices\":[0,1,2],\"sparse_col_indices\":[0,1]}");

    String requestId = client.submit("asample", dense);
    Map<String, @Nullable Object> full = client.await(requestId);
    SampleResponse binary = SampleResponse.parseFrom(client.retrieveBinary(requestId).body());
    Map<?, ?> listed = map(client.run("asample", sparse).get("target_prompt_logprobs"));

    List<?> prompt = list(full.get("prompt_logprobs"));
    Map<?, ?> targets = map(full.get("target_prompt_logprobs"));
    List<?> data = list(targets.get("data"));
    assertThat(targets.get("shape")).isEqualTo(List.of(2, 2));
    assertThat(data.get(0)).isEqualTo(prompt.get(1));
    assertThat(((Number) data.get(1)).doubleValue()).isZero();
    assertThat(((Number) data.get(2)).doubleValue()).isNegative();
    assertThat(data.get(3)).isEqualTo(prompt.get(2));
    assertThat(listed.get("data")).isEqualTo(List.of(data.get(0), data.get(3)));
    assertThat(listed.get("sparse_col_indices")).isEqualTo(List.of(0, 1));
    assertThat(binary.getTargetPromptLogprobs().getDense().size()).isEqualTo(16);
  }

  @Test
  void promptAltTokens_areDrawnAnewAtEachPosition() throws Exception {
    String sampler = createSampler(client);
    String request =
        with(
            sample(sampler, 0)
                .replace("[104,105]", "[104,105,106]")
                .replace(
                    "\"topk_prompt_logprobs\":2",
                    "\"topk_prompt_logprobs\":" + Vocabulary.BYTES.size()),
            "\"prompt_alt_tokens_k\":40");

    String requestId = client.submit("asample", request);
    Map<String, @Nullable Object> result = client.await(requestId);
    SampleResponse binary = SampleResponse.parseFrom(client.retrieveBinary(requestId).body());

    Map<?, ?> drawn = map(result.get("prompt_alt_tokens"));
    List<?> tokens = list(map(drawn.get("tokens")).get("data"));
    List<?> logprobs = list(map(drawn.get("logprobs")).get("data"));
    assertThat(map(drawn.get("tokens")).get("shape")).isEqualTo(List.of(2, 40));
    assertThat(tokens.stream().distinct().count()).isGreaterThan(5);
    for (int i = 0; i < tokens.size(); i++) {
      assertThat(logprob(list(result.get("topk_prompt_logprobs")).get(1 + i / 40), tokens.get(i)))
          .isEqualTo(logprobs.get(i));
    }
    assertThat(binary.getPromptAltTokens().getTokens().getDense().size()).isEqualTo(640);
  }

  @Test
  void sample_inProtobuf_equalsJson() throws Exception {
    String sampler = createSampler(client);
    String requestId = client.submit("asample", sample(sampler, 0));
    Map<String, @Nullable Object> json = client.await(requestId);

    SampleResponse binary = SampleResponse.parseFrom(client.retrieveBinary(requestId).body());

    List<?> tokens = list(map(list(json.get("sequences")).get(0)).get("tokens"));
    assertThat(binary.getSequencesCount()).isEqualTo(2);
    assertThat(binary.getSequences(0).getTokens().size()).isEqualTo(4 * tokens.size());
    assertThat(binary.getPromptLogprobs().size()).isEqualTo(8);
    assertThat(binary.getTopkPromptLogprobs().getK()).isEqualTo(2);
  }

  @Test
  void samples_inAnyOrderOnAnyServer_areTheSame() {
    String sampler = createSampler(client);
    List<Object> expected = new ArrayList<>();
    for (int seqId = 0; seqId < 20; seqId++) {
      expected.add(client.run("asample", sample(sampler, seqId)));
    }
    List<Integer> order = new ArrayList<>(java.util.stream.IntStream.range(0, 20).boxed().toList());
    Collections.shuffle(order, new Random(7));

    try (EmbeddedTinkerServer other = EmbeddedTinkerServer.start();
        WireClient otherClient = new WireClient(other)) {
      String otherSampler = createSampler(otherClient);
      Map<Integer, String> requests = new java.util.HashMap<>();
      for (int seqId : order) {
        requests.put(seqId, otherClient.submit("asample", sample(otherSampler, seqId)));
      }

      for (int seqId = 0; seqId < 20; seqId++) {
        assertThat(otherClient.await(requests.getOrDefault(seqId, "")))
            .isEqualTo(expected.get(seqId));
      }
    }
    assertThat(expected).doesNotHaveDuplicates();
  }

  @Test
  void sample_tokenOutsideTheVocabulary_failsThePromise() {
    String sampler = createSampler(client);

    Map<String, @Nullable Object> failed =
        client.await(client.submit("asample", sample(sampler, 0).replace("104", "300")));

    assertThat(failed).containsEntry("category", "user");
  }

  @Test
  void sample_outOfTheModelsRange_isBadRequest() {
    String good = sample(createSampler(client), 0);

    for (String bad :
        List.of(
            good.replace("\"max_tokens\":8", "\"max_tokens\":5000"),
            good.replace("\"top_p\":1.0", "\"top_p\":0.0"),
            good.replace("[104,105]", "[]"))) {
      assertThat(client.tryPost("asample", bad).statusCode()).as(bad).isEqualTo(400);
    }
  }

  @Test
  void sample_outOfTheTypesRange_isUnprocessable() {
    String good = sample(createSampler(client), 0);

    for (String bad :
        List.of(
            good.replace("\"max_tokens\":8", "\"max_tokens\":0"),
            good.replace("\"num_samples\":2", "\"num_samples\":0"),
            good.replace("\"topk_prompt_logprobs\":2", "\"topk_prompt_logprobs\":-1"))) {
      assertThat(client.tryPost("asample", bad).statusCode()).as(bad).isEqualTo(422);
    }
  }

  @Test
  void sample_withoutMaxTokensAndStops_runsTo256() {
    String sampler = createSampler(client);

    Map<String, @Nullable Object> result =
        client.run("asample", sample(sampler, 0).replace("\"max_tokens\":8", "\"stop\":[]"));

    Map<?, ?> sequence = map(list(result.get("sequences")).get(0));
    assertThat(list(sequence.get("tokens"))).hasSize(256);
    assertThat(sequence.get("stop_reason")).isEqualTo("length");
  }

  @Test
  void samplingSession_again_isTheSameOrConflict() {
    String session = client.createSession();
    String request =
        "{\"session_id\":\"%s\",\"sampling_session_seq_id\":3,\"base_model\":\"tinker4j/tiny-bytes\"}"
            .formatted(session);
    client.post("create_sampling_session", request);

    assertThat(client.post("create_sampling_session", request))
        .containsEntry("sampling_session_id", session + ":sample:3");
    assertThat(
            client
                .tryPost(
                    "create_sampling_session",
                    request.replace("tinker4j/tiny-bytes", "Qwen/Qwen3-8B"))
                .statusCode())
        .isEqualTo(409);
  }

  @Test
  void unnamedSave_bindsASamplerToTheWeightsOfThatMoment() {
    String model = client.createModel();
    client.train(model, 1);
    String save =
        "{\"model_id\":\"%s\",\"seq_id\":3,\"sampling_session_seq_id\":0}".formatted(model);

    String sampler = text(client.run("save_weights_for_sampler", save), "sampling_session_id");
    Map<String, @Nullable Object> before = client.run("asample", sample(sampler, 0));
    client.train(model, 4);

    assertThat(client.run("asample", sample(sampler, 0))).isEqualTo(before);
    assertThat(client.get("samplers/" + sampler))
        .containsEntry("sampler_id", sampler)
        .containsEntry("base_model", "tinker4j/tiny-bytes")
        .doesNotContainKey("model_path");
    assertThat(list(client.get("training_runs/" + model + "/checkpoints").get("checkpoints")))
        .isEmpty();
  }

  @Test
  void unnamedSave_retriedUnderANewSamplerNumber_isTheSameSave() {
    String model = client.createModel();
    String save =
        "{\"model_id\":\"%s\",\"seq_id\":1,\"sampling_session_seq_id\":0}".formatted(model);

    String first = client.submit("save_weights_for_sampler", save);
    String second =
        client.submit("save_weights_for_sampler", save.replace("_seq_id\":0", "_seq_id\":1"));

    assertThat(second).isEqualTo(first);
  }

  @Test
  void namedSave_canBeSampledFromByItsOwnerOnly() {
    String model = client.createModel();
    client.train(model, 1);
    String path =
        text(
            client.run(
                "save_weights_for_sampler",
                "{\"model_id\":\"%s\",\"seq_id\":3,\"path\":\"final\"}".formatted(model)),
            "path");
    String bind = "{\"session_id\":\"%s\",\"sampling_session_seq_id\":0,\"model_path\":\"%s\"}";

    Map<String, @Nullable Object> bound =
        client.post("create_sampling_session", bind.formatted(client.createSession(), path));

    assertThat(path).isEqualTo("tinker://" + model + "/sampler_weights/final");
    assertThat(client.get("samplers/" + text(bound, "sampling_session_id")))
        .containsEntry("model_path", path);
    try (WireClient stranger = new WireClient(server, "tml-other", HttpClient.Version.HTTP_1_1)) {
      assertThat(
              stranger
                  .tryPost(
                      "create_sampling_session", bind.formatted(stranger.createSession(), path))
                  .statusCode())
          .isEqualTo(404);
      assertThat(
              stranger
                  .tryPost("asample", sample(text(bound, "sampling_session_id"), 0))
                  .statusCode())
          .isEqualTo(404);
    }
  }
}

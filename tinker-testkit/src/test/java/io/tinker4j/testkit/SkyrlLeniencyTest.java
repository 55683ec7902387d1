package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.fields;
import static io.tinker4j.testkit.WireClient.forwardBackward;
import static io.tinker4j.testkit.WireClient.list;
import static io.tinker4j.testkit.WireClient.map;
import static io.tinker4j.testkit.WireClient.optimStep;
import static io.tinker4j.testkit.WireClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.tinker4j.types.proto.ForwardBackwardOutput;
import io.tinker4j.types.proto.SampleResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What SkyRL's server takes and gives where the hosted one refuses, by the rows seen in November
 * 2026: leniency, failures as text, downloads, stops, numbers, and what is ignored.
 */
class SkyrlLeniencyTest {
  private static final String SAMPLE =
      """
      {"prompt":{"chunks":[{"type":"encoded_text","tokens":[%s]}]},"num_samples":1,
       "sampling_params":{%s},"sampling_session_id":"%s"%s}
      """;

  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder()
          .personality(Personality.SKYRL)
          .holdTime(Duration.ofSeconds(20))
          .start();
  private final WireClient client = new WireClient(server);
  private final String session = client.createSession();

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private String sampler(String source) {
    return text(
        client.post(
            "create_sampling_session",
            "{\"session_id\":\"%s\",\"sampling_session_seq_id\":0,%s}".formatted(session, source)),
        "sampling_session_id");
  }

  private String baseSampler() {
    return sampler("\"base_model\":\"tinker4j/tiny-bytes\"");
  }

  private String create(String baseModel, String config) {
    return """
    {"session_id":"%s","model_seq_id":0,"base_model":"%s","lora_config":{%s}}
    """
        .formatted(session, baseModel, config);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          client/config            | {"sdk_version":"0"}
          create_session           | {"tags":[],"user_metadata":{},"sdk_version":"0"}
          session_heartbeat        | {"session_id":"SESSION"}
          create_sampling_session  | {"session_id":"SESSION","sampling_session_seq_id":0,"base_model":"BASE"}
          create_model             | {"session_id":"SESSION","model_seq_id":0,"base_model":"BASE","lora_config":{"rank":4}}
          get_info                 | {"model_id":"MODEL"}
          unload_model             | {"model_id":"MODEL"}
          optim_step               | {"model_id":"MODEL","seq_id":1,"adam_params":{}}
          save_weights             | {"model_id":"MODEL","seq_id":1,"path":"x"}
          save_weights_for_sampler | {"model_id":"MODEL","seq_id":1,"path":"x"}
          load_weights             | {"model_id":"MODEL","seq_id":1,"path":"PATH","optimizer":true}
          weights_info             | {"tinker_path":"PATH"}
          asample                  | {"prompt":{"chunks":[]},"sampling_params":{"max_tokens":1},"base_model":"BASE"}
          telemetry                | {"events":[],"platform":"Linux","sdk_version":"0","session_id":"s","process_uuid":"u"}
          """)
  void field_unknown_isPassedOver(String path, String body) {
    String source = client.createModel(session, 0);
    String known =
        body.replace("SESSION", session)
            .replace("BASE", "tinker4j/tiny-bytes")
            .replace("PATH", client.save("save_weights", source, 1, "a"))
            .replace("MODEL", client.createModel(session, 0));

    HttpResponse<byte[]> answer =
        client.tryPost(path, known.replaceFirst("\\{", "{\"no_such_field\":{\"a\":1},"));

    assertThat(answer.statusCode())
        .as(() -> new String(answer.body(), StandardCharsets.UTF_8))
        .isEqualTo(200);
  }

  @Test
  void field_unknownInsideAnObject_isPassedOver() {
    String model =
        text(
            client.run("create_model", create("tinker4j/tiny-bytes", "\"rank\":4,\"alpha\":32")),
            "model_id");

    assertThat(
            client.run(
                "optim_step",
                "{\"model_id\":\"%s\",\"seq_id\":1,\"adam_params\":{\"momentum\":0.9}}"
                    .formatted(model)))
        .containsKey("metrics");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "[]", "{\"a\":", "{\"sdk_version\":\"0\"} x", "NaN"})
  void clientConfig_withAnyBody_isAnswered(String body) {
    assertThat(client.post("client/config", body)).isEqualTo(Map.of("pjwt_auth_enabled", false));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, -4})
  void rank_ofAnyValue_isTakenAndTold(int rank) {
    String model =
        text(
            client.run("create_model", create("tinker4j/tiny-bytes", "\"rank\":" + rank)),
            "model_id");

    client.run("forward_backward", forwardBackward(model, 1));
    assertThat(client.run("optim_step", optimStep(model, 2))).containsKey("metrics");
    assertThat(client.get("training_runs/" + model)).containsEntry("lora_rank", rank);
  }

  @Test
  void baseModel_unknown_isTaken() {
    assertThat(client.run("create_model", create("no/such-model", "\"rank\":4")))
        .containsKey("model_id");
    String sampler = sampler("\"base_model\":\"no/such-model\"");
    assertThat(client.run("asample", SAMPLE.formatted("1", "\"max_tokens\":1", sampler, "")))
        .containsKey("sequences");
  }

  @ParameterizedTest
  @CsvSource({"tinker://no-such/sampler_weights/a, 404", "file:///etc/passwd, 400"})
  void sampler_ofAPathThatLeadsNowhere_isRefusedWhenItIsUsed(String path, int status) {
    String sampler = sampler("\"model_path\":\"%s\"".formatted(path));

    assertThat(
            client
                .tryPost("asample", SAMPLE.formatted("1", "\"max_tokens\":1", sampler, ""))
                .statusCode())
        .isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\"temperature\":-1.0", "\"top_p\":1.5", "\"temperature\":-0.5,\"top_k\":3"})
  void samplingNumber_outOfRange_isTaken(String number) {
    Map<String, @Nullable Object> result =
        client.run(
            "asample", SAMPLE.formatted("1", "\"max_tokens\":3," + number, baseSampler(), ""));

    assertThat(list(fields(list(result.get("sequences")).get(0)).get("tokens"))).hasSize(3);
  }

  @Test
  void prompt_empty_isTaken() {
    Map<String, @Nullable Object> result =
        client.run(
            "asample",
            SAMPLE.formatted("", "\"max_tokens\":2", baseSampler(), ",\"prompt_logprobs\":true"));

    assertThat(list(result.get("prompt_logprobs"))).isEmpty();
    assertThat(list(fields(list(result.get("sequences")).get(0)).get("tokens"))).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "'[104,101,108,108,111]', '[104,9999,108,108,111]'",
    "'[104,101,108,108,111]', '[104,-1,108,108,111]'",
    "'[101,108,108,111,33]', '[101,108,108,111,9999]'",
    "'[101,108,108,111,33]', '[101,108,108,111,-1]'",
    "'[101,108,108,111,33]', '[101,108,108,111,5000000000]'",
  })
  void token_outsideTheVocabulary_trainsToNaN(String good, String bad) throws Exception {
    String model = client.createModel(session, 0);
    String pass = client.submit("forward_backward", forwardBackward(model, 1).replace(good, bad));
    ForwardBackwardOutput output =
        ForwardBackwardOutput.parseFrom(client.retrieveBinary(pass).body());
    Map<String, @Nullable Object> json = client.await(pass);
    Map<String, @Nullable Object> step = client.run("optim_step", optimStep(model, 2));
    Map<String, @Nullable Object> after = client.run("forward", forward(model, 3));

    assertThat(hasNaN(output.getLossFnOutputs(0).getFieldsOrThrow("logprobs").getData())).isTrue();
    assertThat(logprobs(json).contains(null)).isTrue();
    assertThat(map(step.get("metrics")).get("skyrl.ai/grad_norm")).isNull();
    assertThat(logprobs(after).equals(Collections.nCopies(5, null))).isTrue();
  }

  private static boolean hasNaN(ByteString data) {
    FloatBuffer values = data.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    boolean found = false;
    while (values.hasRemaining()) {
      found |= Float.isNaN(values.get());
    }
    return found;
  }

  private static String forward(String model, long seqId) {
    return forwardBackward(model, seqId).replace("forward_backward_input", "forward_input");
  }

  private static List<?> logprobs(Map<String, @Nullable Object> result) {
    return list(map(map(list(result.get("loss_fn_outputs")).get(0)).get("logprobs")).get("data"));
  }

  @Test
  void result_withNaN_isTheSameFromTheJournal(@TempDir Path data) {
    try (EmbeddedTinkerServer durable =
            EmbeddedTinkerServer.builder()
                .personality(Personality.SKYRL)
                .holdTime(Duration.ofSeconds(20))
                .dataDirectory(data)
                .start();
        WireClient wire = new WireClient(durable)) {
      String pass =
          wire.submit(
              "forward_backward",
              forwardBackward(wire.createModel(), 1).replace("108,111,33", "108,111,-1"));

      assertThat(logprobs(wire.await(pass)).get(4)).isNull();
    }
  }

  @Test
  void getInfo_ofAnUnloadedModel_describesIt() {
    String model = client.createModel(session, 0);
    String body = "{\"model_id\":\"%s\"}".formatted(model);
    client.run("unload_model", body);

    assertThat(client.post("get_info", body)).containsEntry("model_id", model);
  }

  @ParameterizedTest
  @CsvSource({
    "retrieve_future, '{\"request_id\":\"x\"}'",
    "optim_step, '{\"adam_params\":{\"learning_rate\":NaN},\"model_id\":\"m\",\"seq_id\":1}'",
    "optim_step, '{\"adam_params\":{\"beta1\":Infinity},\"model_id\":\"m\",\"seq_id\":1}'",
  })
  void failure_isTextAndTheEndOfItsConnection(String path, String body) throws Exception {
    HttpResponse<byte[]> answer = client.tryPost(path, body);

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.headers().firstValue("content-type").orElse("")).startsWith("text/plain");
    assertThat(answer.headers().firstValue("connection")).isEmpty();
    assertThat(rest(request(path, "", body))).startsWith("HTTP/1.1 500").endsWith("Server Error");
  }

  @Test
  void upgradeToHttp2_isAnInvalidRequest() throws Exception {
    String answer =
        rest(
            request(
                "client/config",
                String.join(
                    "\r\n",
                    "Connection: Upgrade, HTTP2-Settings",
                    "Upgrade: h2c",
                    "HTTP2-Settings: AAMAAABk",
                    ""),
                "{}"));

    assertThat(answer)
        .startsWith("HTTP/1.1 400")
        .containsIgnoringCase("content-type: text/plain")
        .endsWith("Invalid HTTP request received.");
  }

  private static String request(String path, String headers, String body) {
    return "POST /api/v1/%s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s"
        .formatted(path, headers, body.length(), body);
  }

  /** All that comes until the server closes the connection. */
  private String rest(String request) throws IOException {
    try (Socket socket = new Socket(server.baseUrl().getHost(), server.baseUrl().getPort())) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @CsvSource({"weights/a, 405", "sampler_weights/a, 405", "a, 302"})
  void archive_isThereByTheBareNameOnly(String checkpoint, int status) {
    String model = client.createModel(session, 0);
    client.save("save_weights", model, 1, "a");
    client.save("save_weights_for_sampler", model, 2, "a");

    assertThat(
            client
                .trySend(
                    "GET",
                    "training_runs/%s/checkpoints/%s/archive".formatted(model, checkpoint),
                    "")
                .statusCode())
        .isEqualTo(status);
  }

  @Test
  void stop_isAListAndNothingStopsByDefault() throws Exception {
    String sampler = baseSampler();
    String first = "\"max_tokens\":1,\"seed\":1";
    int token = token(client.run("asample", SAMPLE.formatted("1", first, sampler, "")));

    String many = "\"max_tokens\":4,\"seed\":1";
    String stopped = SAMPLE.formatted("1", many + ",\"stop\":[" + token + "]", sampler, "");
    String text = SAMPLE.formatted("1", many + ",\"stop\":\"x\"", sampler, "");

    assertThat(
            list(
                fields(list(client.run("asample", stopped).get("sequences")).get(0)).get("tokens")))
        .hasSize(1);
    assertThat(client.tryPost("asample", text).statusCode()).isEqualTo(422);
    assertThat(samplesThatEndEarly(sampler)).isZero();
  }

  /** Among 512 samples of 8 tokens, some have the token that ends a text. */
  private long samplesThatEndEarly(String sampler) throws Exception {
    String many =
        SAMPLE
            .formatted("1", "\"max_tokens\":8,\"seed\":1", sampler, "")
            .replace("\"num_samples\":1", "\"num_samples\":512");
    SampleResponse response =
        SampleResponse.parseFrom(client.retrieveBinary(client.submit("asample", many)).body());
    assertThat(response.getSequencesCount()).isEqualTo(512);
    return response.getSequencesList().stream()
        .filter(sequence -> sequence.getTokens().size() < 8 * Integer.BYTES)
        .count();
  }

  private static int token(Map<String, @Nullable Object> result) {
    Object token = list(fields(list(result.get("sequences")).get(0)).get("tokens")).get(0);
    return token instanceof Integer id ? id : -1;
  }

  @ParameterizedTest
  @CsvSource({
    "'\"max_tokens\":1,\"seed\":2147483647', 200",
    "'\"max_tokens\":1,\"seed\":-2147483648', 200",
    "'\"max_tokens\":1,\"seed\":2147483648', 422",
    "'\"max_tokens\":1,\"seed\":18446744073709551615', 422",
    "'\"seed\":1', 400",
    "'\"max_tokens\":0', 400",
  })
  void number_thatASampleNeeds_isChecked(String parameters, int status) {
    assertThat(
            client
                .tryPost("asample", SAMPLE.formatted("1", parameters, baseSampler(), ""))
                .statusCode())
        .isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"topk_sample_logprobs\":2",
        "\"prompt_alt_tokens_k\":2",
        "\"target_prompt_logprobs\":{\"data\":[1,2,3],\"dtype\":\"int64\",\"shape\":[3]}",
        "\"prompt_logprobs\":true,\"prompt_logprobs_last_n\":1",
      })
  void wish_thatItDoesNotKnow_isIgnored(String wish) {
    String sampler = baseSampler();
    String parameters = "\"max_tokens\":2,\"seed\":1";
    String known = wish.startsWith("\"prompt_logprobs\"") ? ",\"prompt_logprobs\":true" : "";

    assertThat(client.run("asample", SAMPLE.formatted("1,2,3", parameters, sampler, "," + wish)))
        .isEqualTo(client.run("asample", SAMPLE.formatted("1,2,3", parameters, sampler, known)));
  }

  @Test
  void refusal_usesNoNumber() {
    String model = client.createModel(session, 0);
    client.save("save_weights", model, 1, "a");
    String taken = "{\"model_id\":\"%s\",\"seq_id\":2,\"path\":\"a\"}".formatted(model);
    assertThat(client.tryPost("save_weights", taken).statusCode()).isEqualTo(409);

    assertThat(client.run("optim_step", optimStep(model, 2))).containsKey("metrics");
  }
}

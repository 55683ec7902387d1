package io.tinker4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Thousands of broken requests; the server may refuse them but must not break. */
class MalformedRequestTest {
  private static final long SEED = 20261123;
  private static final int ROUNDS = 4000;

  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder().holdTime(Duration.ZERO).start();
  private final WireClient client = new WireClient(server);
  private final Random random = new Random(SEED);

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private record Sample(String path, String body) {}

  private List<Sample> samples() {
    String session = client.createSession();
    String model = client.createModel(session, 0);
    String pass = WireClient.forwardBackward(model, 1);
    return List.of(
        new Sample(
            "create_session",
            "{\"tags\":[\"a\"],\"user_metadata\":{\"k\":null},\"sdk_version\":\"0\"}"),
        new Sample("session_heartbeat", "{\"session_id\":\"%s\"}".formatted(session)),
        new Sample(
            "create_model",
            "{\"session_id\":\"%s\",\"model_seq_id\":1,\"base_model\":\"tinker4j/tiny-bytes\",\"lora_config\":{\"rank\":4,\"seed\":1}}"
                .formatted(session)),
        new Sample("forward_backward", pass),
        new Sample("forward", pass.replace("forward_backward_input", "forward_input")),
        new Sample(
            "forward",
            pass.replace("forward_backward_input", "forward_input")
                .replace(
                    "\"shape\":[5]",
                    "\"shape\":[1,1],\"sparse_crow_indices\":[0,1],\"sparse_col_indices\":[0]")),
        new Sample("optim_step", WireClient.optimStep(model, 2)),
        new Sample(
            "save_weights",
            "{\"model_id\":\"%s\",\"seq_id\":3,\"path\":\"a\",\"ttl_seconds\":9}".formatted(model)),
        new Sample(
            "load_weights",
            "{\"model_id\":\"%s\",\"seq_id\":4,\"path\":\"tinker://%s/weights/a\",\"optimizer\":true}"
                .formatted(model, model)),
        new Sample(
            "load_weights",
            "{\"session_id\":\"%s\",\"model_seq_id\":2,\"path\":\"tinker://%s/weights/a\",\"optimizer\":true}"
                .formatted(session, model)),
        new Sample(
            "save_weights_for_sampler",
            "{\"model_id\":\"%s\",\"seq_id\":5,\"sampling_session_seq_id\":0}".formatted(model)),
        new Sample(
            "create_sampling_session",
            "{\"session_id\":\"%s\",\"sampling_session_seq_id\":1,\"base_model\":\"tinker4j/tiny-bytes\"}"
                .formatted(session)),
        new Sample(
            "asample",
            "{\"num_samples\":1,\"prompt\":{\"chunks\":[{\"type\":\"encoded_text\",\"tokens\":[1,2]}, {\"type\":\"image\",\"data\":\"AAAA\",\"format\":\"png\",\"expected_tokens\":2}]},\"sampling_params\":{\"max_tokens\":2,\"stop\":[\"a\"]},\"sampling_session_id\":\"%s:sample:1\",\"seq_id\":1,\"prompt_logprobs\":true,\"topk_prompt_logprobs\":1}"
                .formatted(session)),
        new Sample("weights_info", "{\"tinker_path\":\"tinker://%s/weights/a\"}".formatted(model)),
        new Sample("retrieve_future", "{\"request_id\":\"x-0\",\"allow_metadata_only\":true}"));
  }

  @Test
  void json_mutated_isNeverAServerError() {
    List<Sample> samples = samples();
    for (int round = 0; round < ROUNDS; round++) {
      Sample sample = samples.get(random.nextInt(samples.size()));
      String body = mutate(sample.body());

      int status = client.tryPost(sample.path(), body).statusCode();

      assertThat(status)
          .as("seed %d round %d %s %s", SEED, round, sample.path(), body)
          .isLessThan(500);
    }
  }

  @Test
  void protobuf_mutated_isNeverAServerError() {
    String model = client.createModel();
    byte[] good = BinaryPass.request(model, 1, false).toByteArray();
    for (int round = 0; round < ROUNDS / 4; round++) {
      byte[] body =
          Arrays.copyOf(good, random.nextInt(8) == 0 ? random.nextInt(good.length) : good.length);
      for (int i = random.nextInt(4); i >= 0 && body.length > 0; i--) {
        body[random.nextInt(body.length)] = (byte) random.nextInt(256);
      }

      int status =
          client.tryPostProtobuf(body, random.nextInt(8) == 0 ? "zstd" : null).statusCode();

      assertThat(status).as("seed %d round %d", SEED, round).isLessThan(500);
    }
  }

  private String mutate(String body) {
    StringBuilder mutated = new StringBuilder(body);
    for (int i = random.nextInt(3); i >= 0; i--) {
      int place = random.nextInt(Math.max(1, mutated.length()));
      switch (random.nextInt(6)) {
        case 0 -> mutated.setLength(place);
        case 1 -> mutated.insert(place, "{}[]\",:nulltrue-1e999".charAt(random.nextInt(21)));
        case 2 ->
            mutated.replace(
                place,
                Math.min(mutated.length(), place + 3),
                pick("null", "-1", "[]", "{}", "1e999", "99999999999999999999"));
        case 3 -> replaceNumber(mutated, place);
        case 4 ->
            mutated.replace(place, Math.min(mutated.length(), place + random.nextInt(20)), "");
        default ->
            mutated.insert(
                place,
                new String(new byte[] {(byte) random.nextInt(128)}, StandardCharsets.ISO_8859_1));
      }
    }
    return mutated.toString();
  }

  private void replaceNumber(StringBuilder text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (Character.isDigit(text.charAt(i))) {
        text.replace(i, i + 1, pick("-7", "4.5", "1e300", "2147483648", "null", "\"x\"", "[[0]]"));
        return;
      }
    }
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}

package io.tinker4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Thousands of broken requests; the server may refuse them but must not break. The build tries
 * 2,000; {@code -Dtinker.fuzz.rounds=100000} tries as many as that.
 */
@Isolated("counts threads")
class MalformedRequestTest {
  private static final long SEED = 20261123;
  private static final int ROUNDS = Integer.getInteger("tinker.fuzz.rounds", 2000);

  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder().holdTime(Duration.ZERO).start();
  private final WireClient client = new WireClient(server);
  private final Random random = new Random(SEED);

  @AfterEach
  void stop_leavesNoThreads() {
    client.close();
    server.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("tinker-server"));
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
        new Sample("retrieve_future", "{\"request_id\":\"x-0\",\"allow_metadata_only\":true}"),
        new Sample(
            "save_weights_external",
            "{\"model_id\":\"%s\",\"seq_id\":6,\"path\":\"e\",\"ttl_seconds\":3600}"
                .formatted(model)),
        new Sample(
            "copy_weights",
            "{\"session_id\":\"%s\",\"model_seq_id\":7,\"source_path\":\"tinker://%s/weights/a\"}"
                .formatted(session, model)),
        new Sample(
            "external_weights_upload_start",
            "{\"base_model\":\"tinker4j/tiny-bytes\",\"lora_config\":{\"rank\":4}}"),
        new Sample("external_weights_upload_finish", "{\"upload_id\":\"u\"}"),
        new Sample(
            "telemetry",
            "{\"events\":[{\"event\":\"SESSION_START\",\"event_id\":\"e\",\"event_session_index\":0,\"severity\":\"INFO\",\"timestamp\":\"2026-01-01T00:00:00Z\"}],\"platform\":\"Linux\",\"sdk_version\":\"0\",\"session_id\":\"s\",\"process_uuid\":\"u\"}"));
  }

  @Test
  void json_mutated_isNeverAServerError() {
    List<Sample> samples = samples();
    for (int round = 0; round < ROUNDS * 3 / 5; round++) {
      Sample sample = samples.get(random.nextInt(samples.size()));
      String body = mutate(sample.body());

      int status = client.tryPost(sample.path(), body).statusCode();

      assertThat(status)
          .as("seed %d round %d %s %s", SEED, round, sample.path(), body)
          .isLessThan(500);
    }
  }

  @Test
  void paths_mutated_areNeverAServerError() {
    String model = client.createModel();
    client.save("save_weights", model, 1, "a");
    String checkpoint = "training_runs/" + model + "/checkpoints/weights/a";
    String session = model.substring(0, model.indexOf(':'));
    String[] paths = {
      "training_runs?limit=5&offset=0&access_scope=owned&project_id=p",
      "training_runs/" + model,
      "training_runs/" + model + "/checkpoints",
      checkpoint,
      checkpoint + "/archive",
      checkpoint + "/publish",
      checkpoint + "/ttl",
      checkpoint + "/external_weights_urls",
      "checkpoints?limit=1&offset=2",
      "sessions/" + session,
      "sessions/" + session + "/trace_export",
      "sessions/" + session + "/project",
      "samplers/" + session + ":sample:0",
      "audit?event_type=all&day=2026-01-01",
      "billing/usage/events?starting_on=2026-01-01T00:00:00Z&ending_before=2026-01-02T00:00:00Z",
      "billing/usage/checkpoints/current?project_id=p",
      "downloads/eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.AA",
      "uploads/eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.AA",
    };
    String before = "";
    for (int round = 0; round < ROUNDS / 5; round++) {
      String path = mutatePath(pick(paths));
      String method = pick("GET", "POST", "PUT", "DELETE");

      String body = pick("", "{}", "{\"ttl_seconds\":1}");
      int status;
      try {
        status = client.trySend(method, path, body).statusCode();
      } catch (UncheckedIOException e) {
        throw new AssertionError("no answer to " + method + " " + path + " after " + before, e);
      }
      before = method + " " + path;

      assertThat(status).as("seed %d round %d %s %s", SEED, round, method, path).isLessThan(500);
    }
  }

  private String mutatePath(String path) {
    String mutated = path;
    for (int i = random.nextInt(3); i > 0; i--) {
      int place = random.nextInt(mutated.length());
      String insertion =
          pick("..", "/", "%2e%2e", "%00", "%2F", "%FF", "tinker:", "0", "-", "%20", "a", "&", "=");
      mutated =
          mutated.substring(0, place)
              + insertion
              + mutated.substring(Math.min(mutated.length(), place + random.nextInt(3)));
    }
    return mutated.replaceAll("%(?![0-9A-Fa-f]{2})", "");
  }

  @Test
  void protobuf_mutated_isNeverAServerError() {
    String model = client.createModel();
    byte[] good = BinaryPass.request(model, 1, false).toByteArray();
    for (int round = 0; round < ROUNDS / 5; round++) {
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

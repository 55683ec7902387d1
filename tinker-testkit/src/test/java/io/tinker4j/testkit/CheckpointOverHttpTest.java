package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.list;
import static io.tinker4j.testkit.WireClient.map;
import static io.tinker4j.testkit.WireClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.time.ManualTime;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Saving, loading and listing, also across restarts. */
class CheckpointOverHttpTest {
  @TempDir Path data;

  private EmbeddedTinkerServer start() {
    return EmbeddedTinkerServer.builder().dataDirectory(data).start();
  }

  private static String save(WireClient client, String model, long seqId, String name) {
    return text(
        client.run(
            "save_weights",
            "{\"model_id\":\"%s\",\"seq_id\":%d,\"path\":\"%s\"}".formatted(model, seqId, name)),
        "path");
  }

  /** Trains three steps without interruption and returns the hash. */
  private static String uninterrupted() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      for (long seqId = 1; seqId < 7; seqId += 2) {
        client.train(model, seqId);
      }
      return server.weightsHash(model);
    }
  }

  @Test
  void restart_loadWithOptimizer_continuesAsIfUninterrupted() {
    String path;
    try (EmbeddedTinkerServer server = start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      client.train(model, 1);
      client.train(model, 3);
      path = save(client, model, 5, "step-2");
    }
    String expected = uninterrupted();

    try (EmbeddedTinkerServer server = start();
        WireClient client = new WireClient(server)) {
      String load =
          "{\"model_id\":\"%s\",\"seq_id\":1,\"path\":\"%s\",\"optimizer\":%s,\"type\":\"load_weights\"}";
      String model = client.createModel();
      client.run("load_weights", load.formatted(model, path, true));
      client.train(model, 2);
      String weightsOnly = client.createModel();
      client.run("load_weights", load.formatted(weightsOnly, path, false));
      client.train(weightsOnly, 2);

      assertThat(server.weightsHash(model)).isEqualTo(expected);
      assertThat(server.weightsHash(weightsOnly)).isNotEqualTo(expected);
    }
  }

  @Test
  void createViaLoad_makesTheModelInOneRequest() {
    String expected = uninterrupted();
    try (EmbeddedTinkerServer server = start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      client.train(model, 1);
      client.train(model, 3);
      String path = save(client, model, 5, "step-2");
      String session = client.createSession();
      String load =
          """
          {"session_id":"%s","model_seq_id":0,"path":"%s","optimizer":true,"user_metadata":{"k":"v"}}
          """
              .formatted(session, path);

      Map<String, @Nullable Object> result = client.run("load_weights", load);
      client.train(session + ":train:0", 1);

      assertThat(result).containsEntry("model_id", session + ":train:0");
      assertThat(server.weightsHash(session + ":train:0")).isEqualTo(expected);
      assertThat(map(client.get("training_runs/" + session + ":train:0").get("user_metadata")))
          .isEqualTo(Map.of("k", "v"));
      assertThat(client.submit("load_weights", load)).isNotEmpty();
    }
  }

  @Test
  void restart_listsRunsAndCheckpoints() {
    String model;
    try (EmbeddedTinkerServer server = start();
        WireClient client = new WireClient(server)) {
      model = client.createModel();
      save(client, model, 1, "first");
      client.run(
          "save_weights_for_sampler",
          "{\"model_id\":\"%s\",\"seq_id\":2,\"path\":\"s\"}".formatted(model));
    }

    try (EmbeddedTinkerServer server = start();
        WireClient client = new WireClient(server)) {
      Map<String, @Nullable Object> run = client.get("training_runs/" + model);
      Map<String, @Nullable Object> runs = client.get("training_runs?limit=5");
      Map<String, @Nullable Object> checkpoints =
          client.get("training_runs/" + model + "/checkpoints");

      assertThat(run)
          .containsEntry("training_run_id", model)
          .containsEntry("base_model", "tinker4j/tiny-bytes")
          .containsEntry("is_lora", true)
          .containsEntry("lora_rank", 4);
      assertThat(map(run.get("last_checkpoint")).get("checkpoint_id")).isEqualTo("weights/first");
      assertThat(list(runs.get("training_runs"))).hasSize(1);
      assertThat(map(runs.get("cursor")).get("total_count")).isEqualTo(1);
      assertThat(list(checkpoints.get("checkpoints"))).hasSize(2);
      Map<?, ?> first = map(list(checkpoints.get("checkpoints")).get(0));
      assertThat(first.get("tinker_path")).isEqualTo("tinker://" + model + "/weights/first");
      assertThat(first.get("checkpoint_type")).isEqualTo("training");
      assertThat(
              client.post(
                  "weights_info",
                  "{\"tinker_path\":\"tinker://%s/weights/first\"}".formatted(model)))
          .containsEntry("lora_rank", 4);
      assertThat(client.post("get_info", "{\"model_id\":\"%s\"}".formatted(model)))
          .containsEntry("model_id", model);
    }
  }

  @Test
  void save_existingName_failsUnlessOverwritten() {
    try (EmbeddedTinkerServer server = start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      save(client, model, 1, "a");
      String again = "{\"model_id\":\"%s\",\"seq_id\":%d,\"path\":\"a\",\"overwrite\":%s}";

      Map<String, @Nullable Object> refused =
          client.await(client.submit("save_weights", again.formatted(model, 2, false)));
      Map<String, @Nullable Object> replaced =
          client.run("save_weights", again.formatted(model, 3, true));

      assertThat(refused).containsEntry("category", "user");
      assertThat(text(refused, "error")).contains("ResourceAlreadyExists");
      assertThat(replaced).containsKey("path");
      assertThat(list(client.get("training_runs/" + model + "/checkpoints").get("checkpoints")))
          .hasSize(1);
    }
  }

  @Test
  void save_resent_isTheSameSave() {
    try (EmbeddedTinkerServer server = start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      String save = "{\"model_id\":\"%s\",\"seq_id\":1}".formatted(model);

      String first = client.submit("save_weights", save);
      String second = client.submit("save_weights", save);

      assertThat(second).isEqualTo(first);
      assertThat(client.await(first)).containsEntry("path", "tinker://" + model + "/weights/0001");
    }
  }

  @Test
  void ttl_afterIt_theCheckpointIsUnknownAndGone() throws Exception {
    try (ManualTime time = ManualTime.create();
        EmbeddedTinkerServer server =
            EmbeddedTinkerServer.builder()
                .dataDirectory(data)
                .time(time)
                .sessionTimeout(Duration.ofHours(2))
                .start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      client.run(
          "save_weights",
          "{\"model_id\":\"%s\",\"seq_id\":1,\"path\":\"short\",\"ttl_seconds\":3600}"
              .formatted(model));
      String info = "{\"tinker_path\":\"tinker://%s/weights/short\"}".formatted(model);
      int before = client.tryPost("weights_info", info).statusCode();
      time.advance(Duration.ofHours(1));

      assertThat(before).isEqualTo(200);
      assertThat(client.tryPost("weights_info", info).statusCode()).isEqualTo(404);
      assertThat(
              client
                  .tryPost(
                      "load_weights",
                      "{\"model_id\":\"%s\",\"seq_id\":2,\"path\":\"tinker://%s/weights/short\",\"optimizer\":true}"
                          .formatted(model, model))
                  .statusCode())
          .isEqualTo(404);
    }
    try (var files = Files.walk(data)) {
      assertThat(files.map(Path::toString)).noneMatch(name -> name.contains("short"));
    }
  }

  @Test
  void foreignCheckpoint_isUnknownWithoutItsOwnersKey() {
    try (EmbeddedTinkerServer server = start();
        WireClient client = new WireClient(server);
        WireClient stranger = new WireClient(server, "tml-other", HttpClient.Version.HTTP_1_1)) {
      String path = save(client, client.createModel(), 1, "a");
      String model = stranger.createModel();
      String load = "{\"model_id\":\"%s\",\"seq_id\":%d,\"path\":\"%s\",\"optimizer\":true%s}";

      int without =
          stranger.tryPost("load_weights", load.formatted(model, 1, path, "")).statusCode();
      Map<String, @Nullable Object> with =
          stranger.run(
              "load_weights",
              load.formatted(model, 2, path, ",\"weights_access_token\":\"tml-test\""));

      assertThat(without).isEqualTo(404);
      assertThat(with).containsEntry("path", path);
    }
  }

  @Test
  void load_otherRank_failsThePromise() {
    try (EmbeddedTinkerServer server = start();
        WireClient client = new WireClient(server)) {
      String path = save(client, client.createModel(), 1, "a");
      String session = client.createSession();
      client.run(
          "create_model",
          "{\"session_id\":\"%s\",\"model_seq_id\":0,\"base_model\":\"tinker4j/tiny-bytes\",\"lora_config\":{\"rank\":8}}"
              .formatted(session));

      Map<String, @Nullable Object> failed =
          client.await(
              client.submit(
                  "load_weights",
                  "{\"model_id\":\"%s:train:0\",\"seq_id\":1,\"path\":\"%s\",\"optimizer\":true}"
                      .formatted(session, path)));

      assertThat(failed).containsEntry("category", "user");
      assertThat(text(failed, "error")).contains("rank");
    }
  }

  @Test
  void restart_afterACrashWhileSaving_clearsTheRemains() throws Exception {
    String model;
    try (EmbeddedTinkerServer server = start();
        WireClient client = new WireClient(server)) {
      model = client.createModel();
      save(client, model, 1, "kept");
      save(client, model, 2, "other");
    }
    Path weights = data.resolve("runs").resolve(model.replace(':', '_')).resolve("weights");
    Files.createDirectory(weights.resolve(".partial-x"));
    Files.move(weights.resolve("kept"), weights.resolve(".replaced-kept"));

    try (EmbeddedTinkerServer server = start();
        WireClient client = new WireClient(server)) {
      assertThat(list(client.get("training_runs/" + model + "/checkpoints").get("checkpoints")))
          .hasSize(2);
      assertThat(weights)
          .isDirectoryNotContaining(path -> path.getFileName().toString().startsWith("."));
    }
  }
}

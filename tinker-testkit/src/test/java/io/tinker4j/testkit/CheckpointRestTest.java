package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.fields;
import static io.tinker4j.testkit.WireClient.list;
import static io.tinker4j.testkit.WireClient.map;
import static io.tinker4j.testkit.WireClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.time.ManualTime;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be done to checkpoints, over HTTP. */
class CheckpointRestTest {
  private final ManualTime time = ManualTime.create();
  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder().time(time).sessionTimeout(Duration.ofDays(30)).start();
  private final WireClient client = new WireClient(server);
  private final WireClient stranger =
      new WireClient(server, "tml-other", HttpClient.Version.HTTP_1_1);

  @BeforeEach
  void setClock() {
    time.shiftClock(Duration.between(time.now(), Instant.parse("2026-03-01T12:30:00Z")));
  }

  @AfterEach
  void stop() {
    client.close();
    stranger.close();
    server.close();
    time.close();
  }

  private static String rest(String model, String id) {
    return "training_runs/" + model + "/checkpoints/" + id;
  }

  private static String detail(HttpResponse<byte[]> response) {
    return text(JsonBodies.readFields(response.body()), "detail");
  }

  // readiness: F5
  @Test
  void delete_makesTheCheckpointGone() {
    String model = client.createModel();
    String path = client.save("save_weights", model, 1, "a");

    int deleted = client.trySend("DELETE", rest(model, "weights/a"), "").statusCode();

    assertThat(deleted).isEqualTo(200);
    assertThat(client.trySend("DELETE", rest(model, "weights/a"), "").statusCode()).isEqualTo(410);
    assertThat(
            client.tryPost("weights_info", "{\"tinker_path\":\"%s\"}".formatted(path)).statusCode())
        .isEqualTo(410);
    assertThat(list(client.get("training_runs/" + model + "/checkpoints").get("checkpoints")))
        .isEmpty();
    assertThat(client.save("save_weights", model, 2, "a")).isEqualTo(path);
  }

  // readiness: F6
  @Test
  void publish_letsOthersUseIt_untilItIsPrivateAgain() {
    String model = client.createModel();
    String path = client.save("save_weights_for_sampler", model, 1, "a");
    String publish = rest(model, "sampler_weights/a") + "/publish";
    String info = "{\"tinker_path\":\"%s\"}".formatted(path);
    int before = stranger.tryPost("weights_info", info).statusCode();

    int published = client.trySend("POST", publish, "").statusCode();
    int foreign = stranger.tryPost("weights_info", info).statusCode();
    int publishedAgain = client.trySend("POST", publish, "").statusCode();
    Map<?, ?> listed =
        map(list(client.get("training_runs/" + model + "/checkpoints").get("checkpoints")).get(0));
    int unpublished = client.trySend("DELETE", publish, "").statusCode();
    int unpublishedAgain = client.trySend("DELETE", publish, "").statusCode();

    assertThat(List.of(before, published, foreign, publishedAgain))
        .containsExactly(404, 200, 200, 409);
    assertThat(listed.get("public")).isEqualTo(true);
    assertThat(List.of(unpublished, unpublishedAgain)).containsExactly(200, 409);
    assertThat(stranger.tryPost("weights_info", info).statusCode()).isEqualTo(404);
  }

  @Test
  void publicCheckpoint_isStillItsOwnersToChange() {
    String model = client.createModel();
    client.save("save_weights", model, 1, "a");
    client.trySend("POST", rest(model, "weights/a") + "/publish", "");

    assertThat(stranger.trySend("DELETE", rest(model, "weights/a"), "").statusCode())
        .isEqualTo(404);
    assertThat(
            stranger
                .trySend("PUT", rest(model, "weights/a") + "/ttl", "{\"ttl_seconds\":9}")
                .statusCode())
        .isEqualTo(404);
  }

  @Test
  void ttl_isSetAndCleared() throws Exception {
    String model = client.createModel();
    client.save("save_weights", model, 1, "a");
    String ttl = rest(model, "weights/a") + "/ttl";

    int set = client.trySend("PUT", ttl, "{\"ttl_seconds\":3600}").statusCode();
    Object expires = client.get("checkpoints").get("checkpoints");
    int cleared = client.trySend("PUT", ttl, "{\"ttl_seconds\":null}").statusCode();
    time.advance(Duration.ofHours(2));

    assertThat(List.of(set, cleared)).containsExactly(200, 200);
    assertThat(map(list(expires).get(0)).get("expires_at")).isEqualTo("2026-03-01T13:30:00Z");
    assertThat(map(list(client.get("checkpoints").get("checkpoints")).get(0)).get("expires_at"))
        .isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"ttl_seconds\":0}|400",
        "{\"ttl_seconds\":-1}|400",
        "{\"ttl_seconds\":99999999999}|400",
        "{\"ttl_seconds\":1.5}|422",
        "{\"ttl_seconds\":\"x\"}|422",
        "{}|422",
        "{\"ttl\":1}|422",
      })
  void ttl_outOfRange_isRefused(String body, int status) {
    String model = client.createModel();
    client.save("save_weights", model, 1, "a");

    assertThat(client.trySend("PUT", rest(model, "weights/a") + "/ttl", body).statusCode())
        .isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "weights/.hidden", "weights/a b", "optimizer/a", "weights/..%2Fa"})
  void id_ofAnotherForm_isABadRequest(String id) {
    String model = client.createModel();
    client.save("save_weights", model, 1, "a");

    String encoded = id.replace(" ", "%20");
    assertThat(client.trySend("POST", rest(model, encoded) + "/publish", "").statusCode())
        .isEqualTo(400);
    assertThat(client.trySend("DELETE", rest(model, encoded), "").statusCode()).isEqualTo(400);
  }

  @Test
  void userCheckpoints_areListedInPagesWithTheirModelAndMetadata() throws Exception {
    String model = client.createModel();
    for (int i = 1; i <= 3; i++) {
      time.advance(Duration.ofSeconds(1));
      client.run(
          "save_weights",
          "{\"model_id\":\"%s\",\"seq_id\":%d,\"path\":\"c%d\",\"user_metadata\":{\"k\":\"v\"}}"
              .formatted(model, i, i));
    }

    Map<String, @Nullable Object> page = client.get("checkpoints?limit=2&offset=1");

    assertThat(map(page.get("cursor")))
        .isEqualTo(Map.of("offset", 1, "limit", 2, "total_count", 3));
    assertThat(list(page.get("checkpoints")).stream().map(each -> map(each).get("checkpoint_id")))
        .isEqualTo(List.of("weights/c2", "weights/c1"));
    assertThat(fields(list(page.get("checkpoints")).get(0)))
        .containsEntry("base_model", "tinker4j/tiny-bytes")
        .containsEntry("user_metadata", Map.of("k", "v"));
    assertThat(list(stranger.get("checkpoints").get("checkpoints"))).isEmpty();
  }

  @Test
  void list_numbersOutOfRange_areRefused() {
    assertThat(client.trySend("GET", "checkpoints?limit=0", "").statusCode()).isEqualTo(422);
    assertThat(client.trySend("GET", "training_runs?offset=-1", "").statusCode()).isEqualTo(422);
    assertThat(client.trySend("GET", "training_runs?access_scope=all", "").statusCode())
        .isEqualTo(422);
  }

  private HttpResponse<byte[]> download(String url, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).GET();
    return client.send(headers.length == 0 ? request : request.headers(headers));
  }

  private String archiveUrl(String model, String id) {
    return client
        .send(client.request(rest(model, id) + "/archive").GET())
        .headers()
        .firstValue("Location")
        .orElseThrow();
  }

  // readiness: F7 F8
  @Test
  void archive_isATarWithAnAdapterThatFitsItsConfiguration() {
    String model = client.createModel();
    client.train(model, 1);
    client.save("save_weights_for_sampler", model, 3, "a");

    HttpResponse<byte[]> redirect =
        client.send(client.request(rest(model, "sampler_weights/a") + "/archive").GET());
    String expires = redirect.headers().firstValue("Expires").orElseThrow();
    HttpResponse<byte[]> archive =
        download(redirect.headers().firstValue("Location").orElseThrow());

    assertThat(redirect.statusCode()).isEqualTo(302);
    assertThat(ZonedDateTime.parse(expires, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant())
        .isEqualTo(time.now().plus(Duration.ofMinutes(15)));
    assertThat(archive.statusCode()).isEqualTo(200);
    Map<String, byte[]> files = untar(archive.body());
    assertThat(files.keySet())
        .containsExactly("adapter_config.json", "adapter_model.safetensors", "checkpoint_complete");
    Map<String, @Nullable Object> config =
        JsonBodies.readFields(bytes(files, "adapter_config.json"));
    assertThat(config).containsEntry("r", 4).containsEntry("peft_type", "LORA");
    assertSafetensorsFit(config, bytes(files, "adapter_model.safetensors"));
  }

  private static byte[] bytes(Map<String, byte[]> files, String name) {
    byte[] content = files.get(name);
    assertThat(content).as(name).isNotNull();
    return content == null ? new byte[0] : content;
  }

  /** Reads a safetensors file by the format's own description. */
  private static void assertSafetensorsFit(Map<String, @Nullable Object> config, byte[] file) {
    ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int length = Math.toIntExact(buffer.getLong());
    byte[] json = new byte[length];
    buffer.get(json);
    Map<String, @Nullable Object> header = JsonBodies.readFields(json);
    header.remove("__metadata__");
    int rank = config.get("r") instanceof Integer r ? r : 0;
    for (Object module : list(config.get("target_modules"))) {
      Map<?, ?> a = map(header.get("base_model.model." + module + ".lora_A.weight"));
      Map<?, ?> b = map(header.get("base_model.model." + module + ".lora_B.weight"));
      assertThat(list(a.get("shape")).get(0)).isEqualTo(rank);
      assertThat(list(b.get("shape")).get(1)).isEqualTo(rank);
    }
    assertThat(header).hasSize(2 * list(config.get("target_modules")).size());
    long end = 0;
    for (Object entry : header.values()) {
      long elements = 1;
      for (Object dimension : list(map(entry).get("shape"))) {
        elements *= ((Number) dimension).longValue();
      }
      List<?> offsets = list(map(entry).get("data_offsets"));
      assertThat(map(entry).get("dtype")).isEqualTo("F64");
      assertThat(((Number) offsets.get(0)).longValue()).isEqualTo(end);
      end += elements * Double.BYTES;
      assertThat(((Number) offsets.get(1)).longValue()).isEqualTo(end);
    }
    assertThat(end).isEqualTo(buffer.remaining());
  }

  private static Map<String, byte[]> untar(byte[] archive) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    int at = 0;
    while (archive[at] != 0) {
      String header = new String(archive, at, 512, StandardCharsets.ISO_8859_1);
      int size = Integer.parseInt(header.substring(124, 135), 8);
      int checksum = Integer.parseInt(header.substring(148, 154), 8);
      int sum = 0;
      for (int i = 0; i < 512; i++) {
        sum += i >= 148 && i < 156 ? ' ' : archive[at + i] & 0xFF;
      }
      assertThat(sum).isEqualTo(checksum);
      files.put(
          header.substring(0, header.indexOf('\0')),
          Arrays.copyOfRange(archive, at + 512, at + 512 + size));
      at += 512 + Math.ceilDiv(size, 512) * 512;
    }
    assertThat(archive.length - at).isEqualTo(1024);
    return files;
  }

  // readiness: F7
  @Test
  void archive_inRanges_isTheSameArchive() {
    String model = client.createModel();
    client.save("save_weights", model, 1, "a");
    String url = archiveUrl(model, "weights/a");
    HttpResponse<byte[]> whole = download(url);
    String tag = whole.headers().firstValue("ETag").orElseThrow();

    HttpResponse<byte[]> first = download(url, "Range", "bytes=0-99");
    HttpResponse<byte[]> rest = download(url, "Range", "bytes=100-", "If-Range", tag);
    HttpResponse<byte[]> tail = download(url, "Range", "bytes=-10");
    HttpResponse<byte[]> beyond = download(url, "Range", "bytes=" + whole.body().length + "-");
    HttpResponse<byte[]> changed = download(url, "Range", "bytes=100-", "If-Range", "\"other\"");

    assertThat(first.statusCode()).isEqualTo(206);
    assertThat(first.headers().firstValue("Content-Range"))
        .hasValue("bytes 0-99/" + whole.body().length);
    assertThat(rest.statusCode()).isEqualTo(206);
    ByteBuffer joined = ByteBuffer.allocate(whole.body().length);
    assertThat(joined.put(first.body()).put(rest.body()).array()).isEqualTo(whole.body());
    assertThat(tail.body())
        .isEqualTo(Arrays.copyOfRange(whole.body(), whole.body().length - 10, whole.body().length));
    assertThat(beyond.statusCode()).isEqualTo(416);
    assertThat(changed.statusCode()).isEqualTo(200);
  }

  @Test
  void archiveAddress_forgedExpiredOrOfADeletedCheckpoint_isRefused() throws Exception {
    String model = client.createModel();
    client.save("save_weights", model, 1, "a");
    String url = archiveUrl(model, "weights/a");

    int forged = download(url.substring(0, url.length() - 2) + "xx").statusCode();
    client.trySend("DELETE", rest(model, "weights/a"), "");
    int deleted = download(url).statusCode();
    time.advance(Duration.ofMinutes(15));

    assertThat(forged).isEqualTo(403);
    assertThat(deleted).isEqualTo(410);
    assertThat(download(url).statusCode()).isEqualTo(403);
    assertThat(
            client
                .send(client.request(rest(model, "weights/none") + "/archive").GET())
                .statusCode())
        .isEqualTo(404);
  }

  @Test
  void copy_isACheckpointOfItsOwn() {
    String model = client.createModel();
    client.train(model, 1);
    String path = client.save("save_weights", model, 3, "a");
    String session = client.createSession();
    String copy =
        "{\"session_id\":\"%s\",\"model_seq_id\":5,\"source_path\":\"%s\"}"
            .formatted(session, path);

    String copied = text(client.post("copy_weights", copy), "tinker_path");
    String copiedAgain = text(client.post("copy_weights", copy), "tinker_path");
    client.trySend("DELETE", rest(model, "weights/a"), "");
    client.run(
        "load_weights",
        "{\"session_id\":\"%s\",\"model_seq_id\":6,\"path\":\"%s\",\"optimizer\":true}"
            .formatted(session, copied));

    assertThat(copied).isEqualTo("tinker://" + session + ":train:5/weights/a");
    assertThat(copiedAgain).isEqualTo(copied);
    assertThat(server.weightsHash(session + ":train:6")).isEqualTo(server.weightsHash(model));
    assertThat(
            client
                .tryPost("copy_weights", copy.replace("\"model_seq_id\":5", "\"model_seq_id\":6"))
                .statusCode())
        .isIn(409, 410);
  }

  @Test
  void export_isListedAsExternalAndDownloadedFileByFile() {
    String model = client.createModel();
    Map<String, @Nullable Object> export =
        client.run(
            "save_weights_external",
            "{\"model_id\":\"%s\",\"seq_id\":1,\"path\":\"e\",\"ttl_seconds\":3600,\"type\":\"save_weights_external\"}"
                .formatted(model));

    Map<String, @Nullable Object> urls =
        client.get(rest(model, "external_weights/e") + "/external_weights_urls");
    Map<?, ?> listed = map(list(client.get("checkpoints").get("checkpoints")).get(0));

    assertThat(export).containsEntry("path", "tinker://" + model + "/external_weights/e");
    assertThat(listed.get("checkpoint_type")).isEqualTo("external");
    HttpResponse<byte[]> config =
        download(String.valueOf(map(urls.get("urls")).get("adapter_config.json")));
    assertThat(JsonBodies.readFields(config.body())).containsEntry("r", 4);
    assertThat(
            client
                .tryPost(
                    "save_weights_external",
                    "{\"model_id\":\"%s\",\"seq_id\":2,\"path\":\"f\",\"ttl_seconds\":60}"
                        .formatted(model))
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void upload_ofAnExport_becomesACheckpointToSampleFrom() {
    String model = client.createModel();
    client.save("save_weights_external", model, 1, "e");
    Map<?, ?> urls =
        map(client.get(rest(model, "external_weights/e") + "/external_weights_urls").get("urls"));
    Map<String, @Nullable Object> upload =
        client.post(
            "external_weights_upload_start",
            "{\"base_model\":\"tinker4j/tiny-bytes\",\"lora_config\":{\"rank\":4}}");
    String finish = "{\"upload_id\":\"%s\"}".formatted(text(upload, "upload_id"));
    int early = client.tryPost("external_weights_upload_finish", finish).statusCode();

    map(upload.get("urls"))
        .forEach((name, url) -> {
          byte[] content = download(String.valueOf(urls.get(name))).body();
          HttpRequest.Builder put =
              HttpRequest.newBuilder(URI.create(String.valueOf(url)))
                  .PUT(BodyPublishers.ofByteArray(content));
          assertThat(client.send(put).statusCode()).isEqualTo(200);
        });
    String path = text(client.post("external_weights_upload_finish", finish), "tinker_path");

    assertThat(early).isEqualTo(400);
    assertThat(client.post("weights_info", "{\"tinker_path\":\"%s\"}".formatted(path)))
        .containsEntry("lora_rank", 4);
    assertThat(text(client.post("external_weights_upload_finish", finish), "tinker_path"))
        .isEqualTo(path);
    assertThat(stranger.tryPost("external_weights_upload_finish", finish).statusCode())
        .isEqualTo(404);
    assertThat(
            client.post(
                "create_sampling_session",
                "{\"session_id\":\"%s\",\"sampling_session_seq_id\":0,\"model_path\":\"%s\"}"
                    .formatted(client.createSession(), path)))
        .containsKey("sampling_session_id");
  }

  @Test
  void upload_ofSomethingElse_isRefused() {
    Map<String, @Nullable Object> upload =
        client.post(
            "external_weights_upload_start",
            "{\"base_model\":\"tinker4j/tiny-bytes\",\"lora_config\":{\"rank\":4}}");
    map(upload.get("urls"))
        .values()
        .forEach(url ->
            client.send(
                HttpRequest.newBuilder(URI.create(String.valueOf(url)))
                    .PUT(BodyPublishers.ofString("{}"))));

    HttpResponse<byte[]> refused =
        client.tryPost(
            "external_weights_upload_finish",
            "{\"upload_id\":\"%s\"}".formatted(text(upload, "upload_id")));

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(detail(refused)).contains("no such adapter");
    assertThat(list(client.get("training_runs").get("training_runs"))).isEmpty();
  }
}
